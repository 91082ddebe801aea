"""The WeCom channel put together from settings, store and desk; what the command checks it with."""

from collections.abc import Callable
from hashlib import blake2b

from bot import greeting, rating
from bot.channels.wecom_books import NAME
from bot.channels.wecom_calls import Calls
from bot.channels.wecom_client import WecomClient
from bot.channels.wecom_kf import Sayings, WecomKf, WecomSettings
from bot.desk import Desk, utc_ms
from bot.documents import Documents
from bot.settings import Settings
from bot.store.sqlite import SqliteStore
from bot.store.wecom import WecomStore


def channel(settings: Settings, store: SqliteStore, desk: Desk, documents: Documents) -> WecomKf:
    """微信客服 for these settings; nothing is asked yet."""
    sayings = Sayings(lambda: desk.rules.phrases, lambda: greeting.welcome(desk.rules, NAME), lambda: rating.asked(desk.rules))
    own = WecomSettings(
        settings.wecom_corp_id, _told(settings, "wecom_token"), _told(settings, "wecom_aes_key"), settings.wecom_modes, settings.public_url,
        settings.wecom_poll, settings.wecom_tolerance,
    )  # fmt: skip
    kept = books(settings, store)
    return WecomKf(own, client(settings, kept, desk.clock), kept, desk.clock, sayings, documents.attached, desk.hub.publish)


def client(settings: Settings, kept: WecomStore, clock: Callable[[], int] = utc_ms) -> WecomClient:
    """The API for these settings; its token is kept in the books."""
    return WecomClient(Calls(settings.wecom_base_url, settings.wecom_corp_id, _told(settings, "wecom_secret"), kept, clock))


def books(settings: Settings, store: SqliteStore) -> WecomStore:
    """The channel's memory for these settings."""
    return WecomStore(store, _app(settings))


def _app(settings: Settings) -> str:
    """Tells the tokens of several secrets apart, and gives none away."""
    return blake2b(f"{settings.wecom_corp_id}:{_told(settings, 'wecom_secret')}".encode(), digest_size=16).hexdigest()


def _told(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return value.get_secret_value() if value is not None else ""
