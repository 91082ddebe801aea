"""WeCom's session and our owner brought together: claimed for the bot, given to people, taken back. Refused moves are looked at, never repeated."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.channels.wecom_books import BOT, ENDED, PERSON, POOL, WINDOW_MS, Books, Standing
from bot.channels.wecom_client import WecomClient
from bot.channels.wecom_errors import Kind, WecomError
from bot.model import Owner

log = logging.getLogger("zhiwen.wecom")
CODE_MS = 20_000  # how long one message more may be sent after the end
RELAY = "relay"
# Account → who answers where people answer: `relay` (console and other channels), `native` (WeCom's pool), or a person's user id in WeCom.
Modes = Mapping[str, str]


def parted(address: str) -> tuple[str, str]:
    """Account and citizen of an address."""
    kfid, _, user = address.partition("/")
    return kfid, user


class Sessions:
    """Moves sessions and writes down where they are. `reread` raises WecomError; all raise StoreDown."""

    def __init__(self, client: WecomClient, books: Books, modes: Modes, clock: Callable[[], int], changed: Callable[[str], None]):
        self._client, self._books, self._modes, self._clock = client, books, modes, clock
        self._changed = changed
        self._moving: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def native(self) -> tuple[str, ...]:
        """The accounts whose citizens are answered in WeCom."""
        return tuple(kfid for kfid, mode in self._modes.items() if mode != RELAY)

    def is_native(self, standing: Standing) -> bool:
        """Whether people answer this citizen in WeCom."""
        return self._modes.get(parted(standing.address)[0], RELAY) != RELAY

    async def claimed(self, standing: Standing) -> Standing:
        """A new session made the bot's. Where WeCom refuses, what it says counts; without an answer it stays new, and takes messages too."""
        try:
            return await self._moved(standing, BOT) or await self.reread(standing)
        except WecomError as error:
            log.warning("a session is not claimed: %s", error)
            return standing

    async def reread(self, standing: Standing) -> Standing:
        """What WeCom says of the session now, written down."""
        found = await self._client.session(*parted(standing.address))
        await self._books.moved(standing.conversation, self._clock(), found.state, found.servicer)
        self._changed(standing.conversation)
        return await self._books.standing(standing.conversation)

    async def follow(self, standing: Standing) -> Standing:
        """Move the session to where our owner is. A refusal is written down: only another change of the conversation is tried again."""
        lock = self._moving.setdefault(standing.conversation, asyncio.Lock())
        async with lock:  # whoever comes second finds it moved, or refused
            fresh = await self._books.standing(standing.conversation)
            return fresh if fresh.refused else await self._follow(fresh)

    async def _follow(self, standing: Standing) -> Standing:
        to, servicer = self._wanted(standing)
        if to is None:
            return standing
        try:
            found = await self._moved(standing, to, servicer) or (await self._moved(standing, POOL) if servicer else None)
            if found:
                return found
            real = await self.reread(standing)
            if self._wanted(real)[0] is not None:
                await self._books.refused(real.conversation, real.version)
            return real
        except WecomError as error:  # the next look tries again
            log.warning("a session is not moved to %s: %s", to, error)
            return standing

    def _wanted(self, standing: Standing) -> tuple[int | None, str]:
        with_people = standing.state in (POOL, PERSON)
        if standing.owner is Owner.QUEUE and not with_people and standing.state != ENDED and self.is_native(standing):
            mode = self._modes[parted(standing.address)[0]]
            return (POOL, "") if mode == "native" else (PERSON, mode)
        if standing.owner in (Owner.BOT, Owner.CLOSED) and with_people:
            return ENDED, ""
        return None, ""

    async def _moved(self, standing: Standing, to: int, servicer: str = "") -> Standing | None:
        """The session in its new state; None when WeCom forbids the move, or the person is not there."""
        try:
            code = await self._client.transfer(*parted(standing.address), to, servicer)
        except WecomError as error:
            if error.kind in (Kind.STATE, Kind.GONE):
                return None
            raise
        now = self._clock()
        if to == BOT:
            await self._books.moved(standing.conversation, now, to)
            return replace(standing, state=to)
        await self._books.moved(standing.conversation, now, to, servicer, code, now + (CODE_MS if to == ENDED else WINDOW_MS))
        self._changed(standing.conversation)
        return await self._books.standing(standing.conversation)
