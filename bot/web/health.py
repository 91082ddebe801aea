"""Whether the process lives, whether it takes messages, and its counters."""

import contextlib

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import metrics, wire
from bot.desk import Desk
from bot.ports import StoreDown
from bot.pushed import Pushed
from bot.web.problems import problem


class Health:
    """Handlers for the operator's probes."""

    def __init__(self, desk: Desk, pushed: Pushed):
        self._desk, self._pushed = desk, pushed
        self.draining = False

    async def alive(self, request: web.Request) -> web.Response:
        """GET /healthz: the process is up."""
        return web.Response(text='{"status":"ok"}', content_type="application/json")

    async def ready(self, request: web.Request) -> web.Response:
        """GET /readyz: the store answers and nothing is being shut down. A channel that is away is told; the others go on without it."""
        try:
            usable = not self.draining and await self._desk.store.waiting(0) is not None
        except StoreDown:
            usable = False
        metrics.READY.set(1 if usable else 0)
        if not usable:
            return problem(503, "暂时不能受理消息", {"Retry-After": "2"})
        told = {"status": "ready", "revision": self._desk.rules.revision, "channels": self._pushed.states}
        return web.Response(text=wire.dumps(told), content_type="application/json")

    async def counters(self, request: web.Request) -> web.Response:
        """GET /metrics for Prometheus."""
        with contextlib.suppress(StoreDown):  # then the gauges tell what was last known
            await self._pushed.measure()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
