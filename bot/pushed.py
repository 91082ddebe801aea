"""All pushed channels of a running service: connected, answered and delivered to as long as it runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.channel import Channel
from bot.delivery import Delivery
from bot.desk import Desk
from bot.intake import Intake
from bot.ports import StoreDown

log = logging.getLogger("zhiwen.channels")


class Pushed:
    """The channels with their common inbox and an outbox each. `key` makes fingerprints of what was received."""

    def __init__(self, desk: Desk, key: bytes, channels: Sequence[Channel]):
        self._channels = channels
        self._intake = Intake(desk, key)
        self._deliveries = [Delivery(desk.store, desk.hub, channel, desk.clock) for channel in channels]

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the platforms call."""
        return [route for channel in self._channels for route in channel.routes(self._intake)]

    @property
    def states(self) -> Mapping[str, str]:
        """Channel → whether it works now."""
        return {channel.name: channel.state for channel in self._channels}

    async def measure(self) -> None:
        """Bring the gauges up to date."""
        for delivery in self._deliveries:
            await delivery.measure()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything runs inside; afterwards nothing new is taken and what is being sent has arrived."""
        if not self._channels:
            yield
            return
        tasks = [asyncio.create_task(_kept_up(work, name)) for name, work in self._works()]
        try:
            yield
        finally:
            for task in tasks[: len(self._channels) + 1]:
                task.cancel()
            await self._intake.close()
            await asyncio.gather(*(delivery.stop() for delivery in self._deliveries))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*(channel.close() for channel in self._channels))

    def _works(self) -> list[tuple[str, Coroutine[Any, Any, None]]]:
        """What receives comes first, so that it is ended first."""
        receiving = [("intake", self._intake.run()), *((c.name, c.run(self._intake)) for c in self._channels)]
        return [*receiving, *(("delivery", delivery.run()) for delivery in self._deliveries)]


async def _kept_up(work: Coroutine[Any, Any, None], name: str) -> None:
    """A part that ends by a mistake of ours says so once; the others go on."""
    try:
        await work
    except StoreDown as error:
        log.error("%s: store is down: %s", name, error)
    except Exception:  # the outermost net of a task
        log.exception("%s has ended", name)
