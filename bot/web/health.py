"""Whether the process lives, whether it takes messages, and its counters."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import metrics, wire
from bot.desk import Desk
from bot.ports import StoreDown
from bot.web.problems import problem


class Health:
    """Handlers for the operator's probes."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self.draining = False

    async def alive(self, request: web.Request) -> web.Response:
        """GET /healthz: the process is up."""
        return web.Response(text='{"status":"ok"}', content_type="application/json")

    async def ready(self, request: web.Request) -> web.Response:
        """GET /readyz: the store answers and nothing is being shut down."""
        try:
            usable = not self.draining and await self._desk.store.waiting(0) is not None
        except StoreDown:
            usable = False
        metrics.READY.set(1 if usable else 0)
        if not usable:
            return problem(503, "暂时不能受理消息", {"Retry-After": "2"})
        return web.Response(text=wire.dumps({"status": "ready", "revision": self._desk.rules.revision}), content_type="application/json")

    async def counters(self, request: web.Request) -> web.Response:
        """GET /metrics for Prometheus."""
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
