"""Telegram's webhook: checked, kept, then acknowledged. What comes of an update does not hold its acknowledgement up."""

import hmac
import json
import logging
from collections.abc import Callable

from aiohttp import web

from bot.channel import Inbox
from bot.channels.telegram_order import Order
from bot.channels.telegram_updates import Reader, Unreadable, Update

log = logging.getLogger("zhiwen.telegram")
PATH = "/telegram/webhook"
SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MOST = 1024 * 1024  # bytes of an update


class Webhook:
    """The handler, with what it needs."""

    def __init__(self, channel: str, secret: str, reader: Reader, inbox: Inbox, noticed: Callable[[Update], None]):
        self._channel, self._secret, self._reader, self._inbox, self._noticed = channel, secret.encode(), reader, inbox, noticed
        self._order = Order()

    async def post(self, request: web.Request) -> web.Response:
        """POST /telegram/webhook. Raises StoreDown: then Telegram sends the update again."""
        if not hmac.compare_digest(request.headers.get(SECRET, "").encode(errors="surrogateescape"), self._secret):
            return web.Response(status=403)
        raw = await _body(request)
        try:
            update = self._reader.read(json.loads(raw))
        except (ValueError, RecursionError):
            return web.Response(status=400)
        except Unreadable as error:  # sent again it would be no better
            log.warning("telegram: an update cannot be read: %s", error)
            return web.Response()
        await take(self._channel, [update], self._inbox, self._go)
        self._noticed(update)
        return web.Response()

    def _go(self, update: Update) -> None:
        self._order.put(update.number, lambda: self._inbox.go(self._channel, [update.incoming] if update.incoming else []))

    def close(self) -> None:
        """Let nothing go any more."""
        self._order.close()


async def _body(request: web.Request) -> bytes:
    """The body, of any size up to the most."""
    raw = bytearray()
    async for piece in request.content.iter_any():
        raw += piece
        if len(raw) > MOST:
            raise web.HTTPRequestEntityTooLarge(max_size=MOST, actual_size=len(raw))
    return bytes(raw)


async def take(channel: str, updates: list[Update], inbox: Inbox, go: Callable[[Update], None]) -> None:
    """Keep what updates say, all of it durable when this returns; then let go what is new of it. Raises StoreDown."""
    new = await inbox.keep(channel, [u.incoming for u in updates if u.incoming])
    kept = {(each.address, each.message.id): each for each in new}
    for update in updates:
        if update.edit:
            await inbox.edit(channel, *update.edit)
        if update.reach:
            await inbox.reach(channel, *update.reach)
    for update in updates:
        incoming = kept.pop((update.incoming.address, update.incoming.message.id), None) if update.incoming else None
        go(Update(update.number, incoming))
