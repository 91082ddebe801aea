"""One message to a citizen: in which way it may go now, and what an error means for it. Five messages after each of theirs, one kept in reserve."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import NoReturn

from bot.channel import DeliveryError, Document, Sent
from bot.channels.wecom_books import ENDED, NEW, PERSON, POOL, RESERVE, Books, Standing
from bot.channels.wecom_client import WecomClient, own_id
from bot.channels.wecom_errors import Kind, WecomError
from bot.channels.wecom_sessions import Sessions, parted
from bot.channels.wecom_words import File, Payload, as_text, payloads
from bot.model import Owner
from bot.ports import Outgoing

log = logging.getLogger("zhiwen.wecom")
PAUSE_SECONDS = 60.0
Words = Mapping[str, str]
Attached = Callable[[Outgoing, str], Awaitable[Document | None]]


class Sender:
    """Delivers what the outbox gives. `words`: the bot's sentences now; `document`: a file of ours by its address."""

    def __init__(
        self, client: WecomClient, books: Books, sessions: Sessions, clock: Callable[[], int],
        words: Callable[[], Words], document: Attached, base: str,
    ):  # fmt: skip
        self._client, self._books, self._sessions, self._clock = client, books, sessions, clock
        self._words, self._document, self._base = words, document, base

    async def send(self, out: Outgoing, part: int) -> Sent:
        """Deliver one part of a message. Raises DeliveryError."""
        parts = payloads(out.body, out.sender, self._words(), self._base)
        if part >= len(parts):  # nothing to be seen in it
            return Sent("")
        more = part + 1 < len(parts)
        try:
            standing = await self._fit(await self._books.standing(out.conversation, out.seq), out)
            payload = await self._ready(out, parts[part])
            if payload is None:
                return Sent("", more)
            msgid = own_id(out.conversation, out.seq, part, standing.bounced)
            await self._out(standing, out, msgid, payload)
        except WecomError as error:
            raise delivery_error(error) from None
        if not more and self._sessions.is_native(standing):  # what was said may have been that a person comes
            await self._sessions.follow(standing)
        return Sent(msgid, more)

    async def _fit(self, standing: Standing, out: Outgoing) -> Standing:
        """The session in a state in which this message may be sent. Raises DeliveryError when there is none."""
        if standing.state in (None, NEW):
            standing = replace(await self._sessions.claimed(standing), bounced=standing.bounced)
        if standing.state in (POOL, PERSON) and standing.owner in (Owner.BOT, Owner.CLOSED):  # taken back by the citizen, or by staff
            standing = replace(await self._sessions.follow(standing), bounced=standing.bounced)
        now = self._clock()
        if _needs_code(standing):
            if not standing.usable_code(now):
                _not_ours(standing.state)
        elif standing.left(now) <= (RESERVE if out.sender == "staff" else 0):
            await self._sessions.follow(standing)
            raise DeliveryError("hold", "the five messages are used, or the 48 hours are over")
        return standing

    async def _ready(self, out: Outgoing, part: Payload | File) -> Payload | None:
        """The body to be sent; a file is put where WeCom finds it. None when its time is over."""
        if not isinstance(part, File):
            return part
        found = await self._document(out, part.path)
        if found is None:
            return None
        try:
            return {"msgtype": "file", "file": {"media_id": await self._client.upload(found.name, found.content)}}
        except WecomError as error:  # whatever became of the file, the message was not sent
            raise error if error.kind is not Kind.LOST else WecomError(error.api, None, Kind.BUSY) from None

    async def _out(self, standing: Standing, out: Outgoing, msgid: str, payload: Payload) -> None:
        """Send it, and count it. A session that is not where we thought is looked at once."""
        try:
            await self._one_way(standing, msgid, payload)
        except WecomError as error:
            if error.kind is Kind.OTHER and out.unknowns:
                log.info("a message whose outcome was unknown is refused with %s: it is there already", error.code)
            elif error.kind is Kind.STATE:
                standing = await self._sessions.reread(standing)
                if not standing.usable_code(self._clock()):
                    _not_ours(standing.state)
                await self._one_way(standing, msgid, payload)
            else:
                raise
        await self._books.sent(standing.conversation, not _needs_code(standing))

    async def _one_way(self, standing: Standing, msgid: str, payload: Payload) -> None:
        """As one of the five, or where the session takes none, under the code that it gave for one message."""
        if not _needs_code(standing):
            await self._client.send(*parted(standing.address), msgid, payload)
        elif payload["msgtype"] not in ("text", "msgmenu"):
            _not_ours(standing.state)
        else:
            code = standing.usable_code(self._clock())
            await self._client.send_on_event(code, msgid, payload if standing.state == ENDED else as_text(payload))


def _needs_code(standing: Standing) -> bool:
    return standing.state in (POOL, PERSON, ENDED)


def _not_ours(state: int | None) -> NoReturn:
    """The session does not take messages of ours now."""
    if state in (POOL, PERSON):
        raise DeliveryError("refused", "people have the session in WeCom")
    raise DeliveryError("hold", "the session takes nothing before the citizen writes again")


def delivery_error(error: WecomError) -> DeliveryError:
    """What a failed call means for the message that it was made for."""
    text = str(error)
    if error.kind in (Kind.BUSY, Kind.TOKEN, Kind.STALE):
        return DeliveryError("later", text, 1.0)
    if error.kind is Kind.PAUSE:
        return DeliveryError("later", text, PAUSE_SECONDS)
    if error.kind is Kind.LOST:
        return DeliveryError("unknown", text)
    if error.kind in (Kind.HOLD, Kind.STATE):
        return DeliveryError("hold", text)
    if error.kind is Kind.SETTINGS:
        return DeliveryError("away", text)
    if error.kind is Kind.GONE:
        return DeliveryError("blocked", text)
    log.error("a message is refused for good: %s", error)
    return DeliveryError("refused", text)
