"""Pulling one account: everything that came, page by page, each page durable with its cursor before the next. Callbacks only make it sooner."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import metrics, received
from bot.channel import Inbox, Incoming
from bot.channels.wecom_books import NAME, Books, Fact, Row, Taken
from bot.channels.wecom_client import Page, WecomClient
from bot.channels.wecom_errors import Kind, WecomError
from bot.channels.wecom_items import Ignored, Said, item, time_of
from bot.ports import StoreDown

log = logging.getLogger("zhiwen.wecom")
TOKEN_MS = 9 * 60 * 1000  # the callback's token lives ten minutes
LONGEST = 60.0
_LOST_RACES = 5


class Puller:
    """One account. `effects` is told what a page brought beside messages, before those are answered: a welcome has 20 seconds."""

    def __init__(
        self, kfid: str, client: WecomClient, books: Books, inbox: Inbox, clock: Callable[[], int], every: float,
        effects: Callable[[Taken], Awaitable[None]],
    ):  # fmt: skip
        self._kfid, self._client, self._books, self._inbox = kfid, client, books, inbox
        self._clock, self._every, self._effects = clock, every, effects
        self._again = asyncio.Event()

    def wake(self) -> None:
        """There is something; a pull under way is followed by another one."""
        self._again.set()

    async def run(self) -> None:
        """Pull at start, after each callback, and now and then, for callbacks get lost."""
        failures = 0
        while True:
            self._again.clear()
            try:
                await self._all()
                failures = 0
            except (WecomError, StoreDown) as error:
                failures += 1
                log.warning("%s is not pulled: %s", self._kfid, error)
            except Exception:  # the outermost net: the next pull may succeed
                failures += 1
                log.exception("%s is not pulled", self._kfid)
            wait = min(LONGEST, 2.0 ** min(failures, 6)) if failures else self._every
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), wait)
            if failures:
                await asyncio.sleep(min(wait, 1.0))  # callbacks do not turn a failure into a storm

    async def _all(self) -> None:
        """To the end, also over empty pages that say that there is more."""
        races = 0
        while races < _LOST_RACES:
            account = await self._books.account(self._kfid)
            if account is None:
                return
            page = await self._page(account.cursor, account.token if self._clock() - account.called < TOKEN_MS else "")
            if page.more and page.cursor == account.cursor and not page.items:
                raise WecomError("kf/sync_msg", None, Kind.BUSY)  # it says that there is more and does not move: later
            if not await self._taken(account.cursor, page):
                races += 1
            elif not page.more:
                return

    async def _page(self, cursor: str, token: str) -> Page:
        try:
            return await self._client.pull(self._kfid, cursor, token)
        except WecomError as error:
            if error.kind is not Kind.STALE:
                raise
        return await self._client.pull(self._kfid, cursor)

    async def _taken(self, cursor: str, page: Page) -> bool:
        """Make a page durable, then answer what is new in it. False when somebody else has pulled meanwhile."""
        found = [self._inbox.stamped(each) if isinstance(each, Incoming) else each for each in sorted_out(self._kfid, page.items)]
        kept = [_row(each) if isinstance(each, Incoming) else each for each in found]
        taken = await self._kept(cursor, page.cursor, kept)
        if taken is None:
            return False
        await self._effects(taken)
        self._inbox.go(NAME, [_silenced(each, taken) for each in found if isinstance(each, Incoming) and each.message.id in taken.new])
        return True

    async def _kept(self, cursor: str, after: str, items: Sequence[Row | Fact]) -> Taken | None:
        """The page in one transaction. When something in it breaks us, each item in its own, so that only the guilty one is left behind."""
        try:
            return await self._books.take(self._kfid, cursor, after, items, self._clock())
        except StoreDown:
            raise
        except Exception:
            log.exception("a page breaks us")
        parts = [await self._alone(cursor, each) for each in items]
        last = await self._books.take(self._kfid, cursor, after, (), self._clock())
        return last and joined([part for part in parts if part])

    async def _alone(self, cursor: str, each: Row | Fact) -> Taken | None:
        try:
            return await self._books.take(self._kfid, cursor, cursor, (each,), self._clock())
        except StoreDown:
            raise
        except Exception as error:  # its content is not in the log
            metrics.STUCK.labels(NAME).inc()
            log.error("one item is left behind: %s", type(error).__name__)
            return None


def joined(parts: Sequence[Taken]) -> Taken:
    """What several transactions took, as one."""
    return Taken(
        frozenset().union(*(part.new for part in parts)),
        frozenset().union(*(part.silent for part in parts)),
        tuple(fact for part in parts for fact in part.facts),
        tuple(dict.fromkeys(c for part in parts for c in part.changed)),
    )


def sorted_out(kfid: str, items: Sequence[Mapping[str, Any]]) -> list[Incoming | Fact]:
    """Every item of a page, not only the last, in order: citizens' messages and facts."""
    found: list[Incoming | Fact] = []
    for place, raw in enumerate(items):
        one = item(raw)
        metrics.PULLED.labels(NAME, type(one).__name__.lower()).inc()
        if isinstance(one, Said):
            found.append(Incoming(f"{kfid}/{one.user}", one.message, place, one.sent))
        elif not isinstance(one, Ignored):
            msgid = str(raw.get("msgid") or f"{kfid}:{one!r}"[:200])
            found.append(Fact(msgid, f"{kfid}/{one.user}", time_of(raw), one))
    return found


def _row(incoming: Incoming) -> Row:
    said = incoming.message
    return Row(incoming.address, said.id, said.digest, received.written(said, incoming.order), incoming.sent, said.at)


def _silenced(incoming: Incoming, taken: Taken) -> Incoming:
    """What was said to a person is not answered, even if the person is gone by now."""
    return incoming._replace(message=replace(incoming.message, silent=True)) if incoming.message.id in taken.silent else incoming
