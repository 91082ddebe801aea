"""From the outbox to a channel: in order for each citizen, side by side for all, each message once as far as the platform lets us know."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from functools import partial

from bot import metrics
from bot.channel import OUTBOX, Channel, DeliveryError
from bot.hub import Hub
from bot.ids import new_id
from bot.pacing import Pacing
from bot.ports import Outgoing, Ready, Settled, Store, StoreDown

log = logging.getLogger("zhiwen.delivery")
LEASE_MS = 60_000  # longer than the longest attempt
POLL_SECONDS = 5.0  # the net under the wake-ups
SIDE_BY_SIDE = 512
REST, LONGEST_REST = 4, 0.5  # looking takes at most a fifth of the time, however often somebody says that there is something new
GIVE_UP_MS = 24 * 3600 * 1000
GIVE_UP_TRIES = 12
LONGEST_WAIT = 300.0
LONGEST_PROBE = 15.0
SHOW_TYPING = 0.8  # who has to wait longer than this for the next of several messages is shown that it comes
TYPING_AT_ONCE = 8
_random = random.Random()  # noqa: S311 - spreads retries, nothing secret


def backoff(tries: int, spread: float) -> float:
    """Seconds until the next attempt: 1, 2, 4 … at most five minutes, of which up to half is left out by `spread` (0 to 1)."""
    return min(LONGEST_WAIT, 2.0 ** min(tries, 10)) * (1 - spread / 2)


def settled(error: DeliveryError, out: Outgoing, now: int, spread: float) -> Settled:
    """What becomes of a message whose attempt failed. A platform that is away is not the message's fault: it waits a day at least."""
    if error.kind == "hold":
        return Settled("held", error=str(error))
    if error.kind == "blocked":
        return Settled("blocked", error=str(error))
    if error.kind == "refused" or (now - out.at > GIVE_UP_MS and out.tries >= GIVE_UP_TRIES):
        return Settled("dead", error=str(error), unknown=error.kind == "unknown")
    wait = max(error.after, backoff(out.tries, spread))
    return Settled("waiting", now + round(wait * 1000), str(error), unknown=error.kind == "unknown")


class Delivery:
    """The outbox of one channel. `alone`: no other process delivers from this store."""

    def __init__(self, store: Store, hub: Hub, channel: Channel, clock: Callable[[], int], alone: bool = True):
        self._store, self._channel, self._clock, self._alone = store, channel, clock, alone
        self._hub = hub
        self._worker = new_id(clock())
        self._each, self._all = Pacing(channel.abilities.each), Pacing(channel.abilities.all)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._beside: set[asyncio.Task[None]] = set()
        self._doubt = True  # whether the platform answers at all must be asked first
        self._failures = 0
        self._stopping = False
        self._rest = 0.0
        self._tidied = -POLL_SECONDS
        self._event = hub.watch(OUTBOX + channel.name)

    async def run(self) -> None:
        """Deliver what is due, until cancelled or stopped."""
        while not self._stopping:
            self._event.clear()
            wait = POLL_SECONDS
            try:
                await self._tidy()
                if not await self._usable():
                    await asyncio.sleep(min(LONGEST_PROBE, backoff(self._failures, _random.random())))
                    continue
                wait = await self._begin()
            except StoreDown as error:
                log.error("%s: store is down: %s", self._channel.name, error)
            await self._pause(wait)

    async def _tidy(self) -> None:
        """Now and then: free claims that are over, set the gauges. The first time nobody lives whose claims these could be."""
        now = time.monotonic()
        if now - self._tidied >= POLL_SECONDS:
            await self._store.orphans(self._channel.name, self._clock(), self._alone)
            self._alone, self._tidied = False, now
            await self.measure()

    async def _usable(self) -> bool:
        """After a failure that may concern everybody the platform is asked first, with a question that harms nobody."""
        if self._doubt:
            self._doubt = not await self._channel.alive()
            self._failures = self._failures + 1 if self._doubt else 0
            metrics.CHANNEL_UP.labels(self._channel.name).set(0 if self._doubt else 1)
        return not self._doubt

    async def _begin(self) -> float:
        """Start what is due; how many seconds until something else is."""
        free = SIDE_BY_SIDE - len(self._busy)
        if free <= 0:
            return POLL_SECONDS
        now, began = self._clock(), time.monotonic()
        ready, due = await self._store.ready(self._channel.name, now, free, tuple(self._busy))
        self._rest = min(LONGEST_REST, REST * (time.monotonic() - began))
        for each in ready:
            self._busy[each.conversation] = task = asyncio.create_task(self._conversation(each))
            task.add_done_callback(partial(self._ended, each.conversation))
        return min(POLL_SECONDS, max(0.0, (due - now) / 1000)) if due is not None else POLL_SECONDS

    def _ended(self, conversation: str, task: asyncio.Task[None]) -> None:
        del self._busy[conversation]
        self._event.set()  # something may have come while it was busy

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
            await asyncio.sleep(self._rest)

    async def _conversation(self, ready: Ready) -> None:
        """Deliver what waits for one citizen, one after the other."""
        try:
            while not self._stopping and not self._doubt:
                await self._slot(ready.address)
                now = self._clock()
                out = await self._store.claim(ready.conversation, self._worker, now, now + LEASE_MS)
                if out is None or not await self._attempt(out):
                    return
        except StoreDown as error:
            log.error("%s: store is down: %s", self._channel.name, error)

    async def _slot(self, address: str) -> None:
        """Wait until one more message may go to this address, and to anybody."""
        own, common = self._each.wait(address, time.monotonic()), self._all.wait("", time.monotonic())
        wait = max(own, common)
        if own > SHOW_TYPING > common and len(self._beside) < TYPING_AT_ONCE:
            task = asyncio.create_task(self._channel.typing(address))
            self._beside.add(task)
            task.add_done_callback(self._beside.discard)
        if wait:
            await asyncio.sleep(wait)

    async def _attempt(self, out: Outgoing) -> bool:
        """Send a claimed message, all its parts; True when the next one may follow at once."""
        try:
            how, done = Settled("sent", external=await self._sent(out)), True
        except DeliveryError as error:
            how, done = settled(error, out, self._clock(), _random.random()), error.kind == "refused"
            self._doubt = self._doubt or error.kind in ("away", "unknown")
            log.warning("%s: message %s: %s (%s)", self._channel.name, out.id, error.kind, error)
        except Exception:  # a message that breaks us must not stop the others: it is shown to staff
            how, done = Settled("dead", error="internal"), True
            log.exception("%s: message %s", self._channel.name, out.id)
        metrics.SENT.labels(self._channel.name, "unknown" if how.unknown else how.state).inc()
        return await self._store.settle(out, self._worker, how, self._clock()) and done

    async def _sent(self, out: Outgoing) -> str:
        part = out.parts
        while (sent := await self._channel.send(out, part)).more:
            part += 1
            await self._store.sent_part(out, self._worker, part, sent.external, self._clock() + LEASE_MS)
            await self._slot(out.address)
        return sent.external

    async def measure(self) -> None:
        """Set the gauges of the outbox."""
        name = self._channel.name
        depth = await self._store.depth(name, self._clock())
        metrics.WAITING.labels(name).set(depth.waiting)
        metrics.OLDEST.labels(name).set(depth.oldest / 1000)
        metrics.DEAD.labels(name).set(depth.dead)

    async def stop(self) -> None:
        """Begin nothing new, let what is being sent arrive."""
        self._stopping = True
        self._event.set()
        if self._busy:
            await asyncio.wait(list(self._busy.values()), timeout=10)
        for task in [*self._busy.values(), *self._beside]:
            task.cancel()
        self._hub.leave(OUTBOX + self._channel.name, self._event)
