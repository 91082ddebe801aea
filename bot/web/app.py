"""The HTTP service: routes, the outermost error net, and what runs beside the requests."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot import metrics, wire
from bot.channel import Channel
from bot.desk import Desk, today
from bot.documents import Documents
from bot.ports import StoreDown
from bot.pushed import Pushed
from bot.rules import Rules
from bot.settings import Settings
from bot.store.sqlite import SqliteStore
from bot.web import openapi, pages, sheets
from bot.web.chat import Chat
from bot.web.health import Health
from bot.web.limits import Buckets
from bot.web.pages import Pages
from bot.web.problems import TITLES, Problem, problem
from bot.web.security import Guard
from bot.web.sheets import Sheets
from knowledge import catalog_check
from knowledge.loader import DataError

log = logging.getLogger("zhiwen.web")
FOREIGN_EVERY = 0.5
RETENTION_EVERY = 3600.0


Channels = Callable[[Desk, Documents], Sequence[Channel]]


def application(settings: Settings, rules: Rules, store: SqliteStore, secret: bytes, channels: Channels = lambda *_: ()) -> web.Application:
    """The service, ready to be run, with the channels that push."""
    desk = Desk(store, rules)
    documents = Documents(desk)
    pushed = Pushed(desk, secret, channels(desk, documents))
    guard = Guard(settings.embed_origins, settings.trusted_proxies)
    visitors = Buckets(settings.visitor_rate, settings.visitor_burst)
    addresses = Buckets(settings.address_rate, settings.address_burst)
    chat = Chat(desk, guard, secret, visitors, addresses)
    health = Health(desk, pushed)
    app = web.Application(client_max_size=settings.body_limit, middlewares=[_net()])
    app.on_response_prepare.append(_dress(guard))
    _routes(app, chat, health, guard)
    app.router.add_routes(pushed.routes())
    pages.add(app, Pages(rules))
    app.router.add_get(sheets.PATH, Sheets(desk, documents, guard, addresses, Buckets(settings.visitor_rate, settings.visitor_burst)).get)
    app.cleanup_ctx.append(_beside(desk, settings))
    app.cleanup_ctx.append(_pushing(pushed))
    app.on_shutdown.append(_leave(chat, health))
    overdue, _ = catalog_check.due(rules.library.catalog, today())
    metrics.OVERDUE.set(len(overdue))
    return app


def _routes(app: web.Application, chat: Chat, health: Health, guard: Guard) -> None:
    messages = app.router.add_resource("/api/v1/chat/messages")
    messages.add_route("POST", chat.post)
    messages.add_route("GET", chat.history)
    app.router.add_get("/api/v1/chat/events", chat.events, allow_head=False)
    app.router.add_get("/api/v1/chat/export", chat.export)
    for path in ("/api/v1/chat/messages", "/api/v1/chat/events", "/api/v1/chat/export", "/api/v1/start"):
        app.router.add_route("OPTIONS", path, _preflight(guard))
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/metrics", health.counters)
    document = wire.dumps(openapi.document()).encode()

    async def described(request: web.Request) -> web.Response:
        return web.Response(body=document, content_type="application/json", charset="utf-8")

    app.router.add_get("/openapi.json", described)


def _preflight(guard: Guard) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return guard.preflight(request)

    return answer


def _dress(guard: Guard) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    async def dress(request: web.Request, response: web.StreamResponse) -> None:
        guard.dress(request, response.headers)

    return dress


def _net() -> Middleware:
    @web.middleware
    async def net(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every error leaves as a problem document; what nobody expected is logged once, without what citizens wrote."""
        try:
            return await handler(request)
        except Problem as error:
            return problem(error.status, error.detail, error.headers)
        except StoreDown as error:
            log.error("store is down: %s", error)
            return problem(503, "暂时不能保存消息，您的消息还没有收下，请稍后重发", {"Retry-After": "2"})
        except web.HTTPRequestEntityTooLarge:
            return problem(413, "内容太大，请分几次发，每次不超过 2000 个字")
        except web.HTTPException as error:
            if error.status < 400:
                raise
            allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
            return problem(error.status, TITLES.get(error.status, error.reason), allow)
        except Exception:  # the outermost net
            log.exception("unexpected error in %s %s", request.method, request.match_info.route.name or request.match_info.route.resource)
            return problem(500, "服务出错了，请稍后再试，或拨打 12345")

    return net


def _leave(chat: Chat, health: Health) -> Callable[[web.Application], Awaitable[None]]:
    async def leave(app: web.Application) -> None:
        health.draining = True
        chat.leaving.set()

    return leave


def _beside(desk: Desk, settings: Settings) -> Callable[[web.Application], AsyncIterator[None]]:
    async def beside(app: web.Application) -> AsyncIterator[None]:
        await desk.refresh()  # before the port opens: broken published data stop the start
        tasks = [asyncio.create_task(_watch(desk)), asyncio.create_task(_retain(desk, settings.retention_days))]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    return beside


def _pushing(pushed: Pushed) -> Callable[[web.Application], AsyncIterator[None]]:
    async def pushing(app: web.Application) -> AsyncIterator[None]:
        async with pushed.running():
            yield

    return pushing


async def _watch(desk: Desk) -> None:
    """See what commands beside the service changed, within a second."""
    stale = False
    while True:
        await asyncio.sleep(FOREIGN_EVERY)
        try:
            stale = await desk.store.foreign() or stale
            if stale:
                desk.forget()
                desk.hub.publish_all()
                await _refreshed(desk)
            stale = False
        except StoreDown as error:
            log.error("store is down: %s", error)


async def _refreshed(desk: Desk) -> None:
    """Take up what was published; data that don't pass the check are refused, and the earlier ones stay."""
    try:
        if await desk.refresh():
            log.info("data now: %s", desk.rules.revision)
    except DataError as error:
        log.error("published data are refused: %s", error)


async def _retain(desk: Desk, days: int) -> None:
    """Empty what is older than the retention time, a slice at a time."""
    while True:
        started = time.monotonic()
        try:
            before = desk.clock() - days * 86_400_000
            while await desk.store.retain(before):
                await asyncio.sleep(0.05)
            await desk.store.expire_sheets(desk.clock())
        except StoreDown as error:
            log.error("retention: store is down: %s", error)
        await asyncio.sleep(max(1.0, RETENTION_EVERY - (time.monotonic() - started)))
