"""Run the HTTP service: one process on one SQLite file, with clear words about what it does and why it stops."""

import asyncio
import fcntl
import logging
import os
import re
import secrets
import signal
import sys
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING

from aiohttp import web

from bot import snapshot
from bot.channel import Channel
from bot.desk import Desk
from bot.documents import Documents
from bot.ports import StoreDown
from bot.settings import Settings
from bot.store.sqlite import SqliteStore
from bot.web.app import application
from knowledge.loader import DataError

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramSettings


class Refused(Exception):
    """The service cannot start; the message says why and what to do, in Chinese."""


def lock(path: Path) -> IO[str]:
    """Hold the store for one `serve`. Raises Refused when another one holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(path.with_suffix(path.suffix + ".lock"), "a+", encoding="utf-8")  # noqa: SIM115 - held as long as we serve
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise Refused(f"另一个 zhiwen serve 正在使用 {path}。请先停掉它，或用 ZHIWEN_STORE 换一个文件。") from error
    return file


def secret(settings: Settings) -> bytes:
    """The key under which visitors are stored: from the settings, else made once beside the database, readable by the owner only."""
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()[:64]
    path = settings.sqlite_path.parent / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept(path)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return secret(settings)


def channels(settings: Settings, key: bytes, store: SqliteStore, desk: Desk, documents: Documents) -> list[Channel]:
    """The channels that are configured. Their libraries are loaded only then."""
    found: list[Channel] = []
    if settings.telegram_token is not None:
        from bot.channels.telegram import Telegram

        found.append(Telegram(telegram_settings(settings, key), lambda: desk.rules.phrases, documents.attached))
    if settings.wecom_corp_id:
        from bot import wecom

        found.append(wecom.channel(settings, store, desk, documents))
    return found


def telegram_settings(settings: Settings, key: bytes) -> "TelegramSettings":
    """What the Telegram channel needs of the settings. Without a webhook secret of one's own it is made from the key."""
    from bot.channels.telegram import TelegramSettings

    if settings.telegram_token is None:
        raise Refused("没有设置 ZHIWEN_TELEGRAM_TOKEN（或 ZHIWEN_TELEGRAM_TOKEN_FILE）。")
    own = settings.telegram_webhook_secret
    made = blake2b(b"telegram webhook", key=key, digest_size=24).hexdigest()
    return TelegramSettings(
        settings.telegram_token.get_secret_value(), settings.telegram_mode, own.get_secret_value() if own else made,
        settings.telegram_base_url, settings.public_url, settings.telegram_rate,
    )  # fmt: skip


def _kept(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Refused(f"密钥文件坏了：{path} 应为 64 个十六进制字符。请从备份恢复；没有备份就删掉它，以前的网页访客将被当作新访客。")
    return key


def say(text: str) -> None:
    """A progress line for whoever started us."""
    print(text, file=sys.stderr, flush=True)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises Refused, DataError or StoreDown before the port opens."""
    path = settings.sqlite_path
    held = lock(path)
    try:
        rules = snapshot.load(settings, say)
        store = SqliteStore.open(path)
        key = secret(settings)
        app = application(settings, rules, store, key, lambda desk, documents: channels(settings, key, store, desk, documents))
        asyncio.run(_serve(app, store, settings))
    except StoreDown as error:
        raise Refused(f"数据库打不开：{path}（{error}）") from error
    finally:
        held.close()


async def _serve(app: web.Application, store: SqliteStore, settings: Settings) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=10, handler_cancellation=False)
    try:
        await runner.setup()
    except DataError:
        await store.close()
        raise
    try:
        site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
        await site.start()
    except OSError as error:
        await runner.cleanup()
        await store.close()
        raise Refused(f"端口 {settings.port} 用不了（{error.strerror}）。换一个：PORT=9000 make run") from error
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    address = runner.addresses[0]
    say(f"知问已就绪：http://{address[0]}:{address[1]} （停止：Ctrl+C）")
    await stop.wait()
    say("正在停止：处理完手上的消息……")
    await runner.cleanup()
    await store.close()


def log_to_stderr(level: str) -> None:
    """Plain log lines: time, level, logger, message. Never what citizens wrote."""
    logging.basicConfig(level=level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    for name in ("httpx", "httpcore"):  # they log addresses, and a bot's token is part of its address
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # it logs what citizens wrote; what goes wrong we log ourselves
    for handler in logging.getLogger().handlers:
        handler.addFilter(_scrubbed)


# A bot's token is part of its address; WeCom's stand in the query.
_TOKENS = re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}|(?<=access_token=)[^&\s'\"]+|(?<=corpsecret=)[^&\s'\"]+")


def _scrubbed(record: logging.LogRecord) -> bool:
    """No token reaches the log, whoever wrote it."""
    record.msg, record.args = _TOKENS.sub("***", record.getMessage()), None
    if record.exc_info and not record.exc_text:
        record.exc_text = _TOKENS.sub("***", logging.Formatter().formatException(record.exc_info))
    return True
