"""The two stages of a pushed message: kept before the platform is told so, answered afterwards, whatever happens in between."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b

from bot import metrics, received
from bot.channel import OUTBOX, Incoming
from bot.desk import Busy, Desk, Reused
from bot.ids import new_id
from bot.model import Conversation, Message
from bot.ports import StoreDown, Waiting

log = logging.getLogger("zhiwen.intake")
LATE_MS = 10 * 60 * 1000
LEASE_MS = 30_000
SWEEP_SECONDS = 15.0


class Intake:
    """The inbox of all pushed channels. `key` makes fingerprints that nobody can try to guess the words of."""

    def __init__(self, desk: Desk, key: bytes):
        self._desk = desk
        self._key = key
        self._tasks: set[asyncio.Task[bool]] = set()

    async def keep(self, channel: str, incoming: Sequence[Incoming]) -> Sequence[Incoming]:
        """Make messages durable; those that are new. Raises StoreDown: then the platform must not be told that they have arrived."""
        stamped = [self.stamped(each) for each in incoming]
        new = await asyncio.gather(*(self._received(channel, each) for each in stamped))
        return [each for each, is_new in zip(stamped, new, strict=True) if is_new]

    def stamped(self, incoming: Incoming) -> Incoming:
        """The message with its fingerprint and the time of its receipt."""
        at, said = self._desk.clock(), incoming.message
        late = bool(incoming.sent) and at - incoming.sent > LATE_MS
        digest = blake2b(received.content(said).encode(errors="surrogatepass"), key=self._key, digest_size=16).hexdigest()
        return incoming._replace(message=replace(said, at=at, late=late, digest=digest))

    async def _received(self, channel: str, incoming: Incoming) -> bool:
        said = incoming.message
        conversation = Conversation(new_id(said.at), channel, incoming.address)
        return await self._desk.store.receive(conversation, said.id, said.digest, received.written(said, incoming.order), said.at)

    def go(self, channel: str, incoming: Iterable[Incoming]) -> None:
        """Answer messages that were kept; the desk keeps this order within each address."""
        for each in incoming:
            task = asyncio.create_task(self._answered(channel, each.address, each.message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answered(self, channel: str, address: str, message: Message) -> bool:
        """Whether it worked. What fails here stays in the inbox, and is taken up again later."""
        try:
            await self._desk.receive(channel, address, message)
            return True
        except (StoreDown, Busy) as error:
            log.warning("%s: a message waits in the inbox: %s", channel, type(error).__name__)
        except Reused:
            log.warning("%s: a message id came again with another content", channel)
        except Exception:  # whatever is wrong with one message must not end the others; its text is not in the log
            metrics.STUCK.labels(channel).inc()
            log.exception("%s: a message could not be decided", channel)
            return await self._handed_over(channel, address, message)
        return False

    async def _handed_over(self, channel: str, address: str, message: Message) -> bool:
        """Whether people have the message at least."""
        try:
            await self._desk.hand_over(channel, address, message)
            return True
        except Exception:  # as above; it stays in the inbox
            log.exception("%s: a message could not be handed over", channel)
            return False

    async def edit(self, channel: str, address: str, message: Message) -> None:
        """An earlier message, found by its id, now says something else."""
        await self._desk.amend(channel, address, message)

    async def reach(self, channel: str, address: str, reachable: bool) -> None:
        """A citizen has shut us out, or let us in again."""
        now = self._desk.clock()
        await self._desk.store.reach(channel, address, None if reachable else now, now)
        self._desk.hub.publish(OUTBOX + channel)

    async def take_up(self, before: int) -> int:
        """Finish messages that were kept before a time (UTC ms) and not answered; how many that were."""
        rows = sorted(await self._desk.store.waiting(before), key=lambda row: (row.received, received.order(row.body)))
        return sum(await asyncio.gather(*(self._again(row) for row in rows)))

    async def _again(self, row: Waiting) -> bool:
        return await self._answered(row.channel, row.address, received.read(row.body, row.external, row.digest))

    async def run(self) -> None:
        """Take up what an earlier process left, then what failed, until cancelled."""
        lease = 0
        while True:
            try:
                while await self.take_up(self._desk.clock() - lease):
                    pass
            except StoreDown as error:
                log.error("store is down: %s", error)
            lease = LEASE_MS
            await asyncio.sleep(SWEEP_SECONDS)

    async def close(self) -> None:
        """Let what is under way finish; what does not is taken up by the next process."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
