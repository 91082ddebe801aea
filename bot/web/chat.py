"""The web chat: take a message, give the history, stream what comes."""

import asyncio
import math
import time
from hashlib import blake2b
from typing import Any

from aiohttp import web

from bot import metrics, wire
from bot.desk import Busy, Desk, Receipt, Reused
from bot.documents import EXPORT_NAME, PAGE, exported, shown
from bot.web.bodies import posted, well_formed
from bot.web.limits import Buckets
from bot.web.problems import Problem
from bot.web.security import Guard

KEEPALIVE = 15.0
LOOK = 1.0  # how often a waiting stream looks whether its page is still there
STREAMS_EACH = 8
STREAM_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Chat:
    """Handlers of the chat, with what they need."""

    def __init__(self, desk: Desk, guard: Guard, secret: bytes, visitors: Buckets, addresses: Buckets):
        self.desk = desk
        self._guard, self._secret = guard, secret
        self._visitors, self._addresses = visitors, addresses
        self._streams: dict[str, int] = {}
        self.leaving = asyncio.Event()

    def address(self, visitor: str) -> str:
        """The keyed hash under which a visitor is stored: the secret itself never is."""
        return blake2b(visitor.encode(), key=self._secret, digest_size=16).hexdigest()

    async def post(self, request: web.Request) -> web.Response:
        """POST /api/v1/chat/messages."""
        if request.content_type != "application/json":
            raise Problem(415, "请用 application/json 发送")
        body = posted(await request.read())
        address = self.address(body.visitor)
        self._limit(address, request)
        try:
            receipt = await self.desk.receive("web", address, body.message(self.desk.clock(), self._secret))
        except Reused as error:
            raise Problem(409, "这个消息编号已经用过，内容不同；请换一个编号") from error
        except Busy as error:
            raise Problem(503, "请求太集中，请稍后重发", {"Retry-After": "1"}) from error
        return web.Response(body=answer(receipt), content_type="application/json", charset="utf-8")

    def _limit(self, visitor: str, request: web.Request) -> None:
        now = time.monotonic()
        wait = self._visitors.take(visitor, now) or self._addresses.take(self._guard.address(request), now)
        if wait:
            seconds = str(max(1, math.ceil(wait)))
            raise Problem(429, f"发得太快了，请等 {seconds} 秒再发，消息不会丢", {"Retry-After": seconds})

    def _who(self, request: web.Request) -> str:
        visitor = request.headers.get("X-Visitor", "")
        if not well_formed(visitor):
            raise Problem(422, "X-Visitor：缺少访客标识，或格式不对（16–64 个字母、数字、_、-）")
        return self.address(visitor)

    async def history(self, request: web.Request) -> web.Response:
        """GET /api/v1/chat/messages?after=SEQ."""
        after = _number(request.query.get("after", "0"), "after")
        conversation = await self.desk.store.load("web", self._who(request))
        if conversation is None:
            return _json({"conversation": None, "owner": "bot", "seq": 0, "messages": [], "more": False})
        changed = await self.desk.store.changed(conversation.id, after, PAGE)
        if changed is None:
            raise Problem(503, "请稍后再试", {"Retry-After": "1"})
        more = bool(changed.lines) and changed.lines[-1].seq < changed.seq
        head = {"conversation": conversation.id, "owner": changed.owner, "seq": changed.seq}
        return _json({**head, "messages": [shown(line) for line in changed.lines], "more": more})

    async def export(self, request: web.Request) -> web.Response:
        """GET /api/v1/chat/export: everything kept of one visitor."""
        conversation = await self.desk.store.load("web", self._who(request))
        response = _json(await exported(self.desk.store, conversation.id if conversation else None))
        response.headers["Content-Disposition"] = f'attachment; filename="{EXPORT_NAME}"'
        return response

    async def events(self, request: web.Request) -> web.StreamResponse:
        """GET /api/v1/chat/events: server-sent events from Last-Event-ID on."""
        address = self._who(request)
        after = _number(request.headers.get("Last-Event-ID", "0") or "0", "Last-Event-ID")
        if self._streams.get(address, 0) >= STREAMS_EACH:
            raise Problem(429, "打开的页面太多，请关掉几个", {"Retry-After": "5"})
        response = web.StreamResponse(headers=STREAM_HEADERS)
        await response.prepare(request)
        self._streams[address] = self._streams.get(address, 0) + 1
        metrics.STREAMS.inc()
        try:
            await self._stream(request, response, address, after)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            metrics.STREAMS.dec()
            self._streams[address] -= 1
            if not self._streams[address]:
                del self._streams[address]
        return response

    async def _stream(self, request: web.Request, response: web.StreamResponse, address: str, after: int) -> None:
        await response.write(b": ok\n\n")
        conversation = None
        while conversation is None:  # the page opens its stream before the first message
            conversation = await self.desk.store.load("web", address)
            if conversation is None and not await self._pause(request, response, self.desk.hub.watch(address), address):
                return
        event = self.desk.hub.watch(conversation.id)
        owner = ""
        try:
            while True:
                event.clear()
                changed = await self.desk.store.changed(conversation.id, after, PAGE)
                if changed is None:
                    return
                if changed.owner != owner:
                    owner = changed.owner
                    await response.write(f"event: owner\ndata: {wire.dumps({'owner': owner})}\n\n".encode())
                for line in changed.lines:
                    after = line.seq
                    await response.write(f"id: {line.seq}\nevent: message\ndata: {wire.dumps(shown(line))}\n\n".encode())
                if not changed.lines and not await self._pause(request, response, event):
                    return
        finally:
            self.desk.hub.leave(conversation.id, event)

    async def _pause(self, request: web.Request, response: web.StreamResponse, event: asyncio.Event, leave: str = "") -> bool:
        """Wait for news, with a sign of life now and then; False when the page is gone or the server about to close."""
        waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(self.leaving.wait())]
        done: set[asyncio.Future[Any]] = set()
        until = time.monotonic() + KEEPALIVE
        try:
            while not done and time.monotonic() < until and not _gone(request):
                done, _ = await asyncio.wait(waits, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            if leave:
                self.desk.hub.leave(leave, event)
        if self.leaving.is_set():
            await response.write(b"event: bye\ndata: {}\n\n")
            return False
        if _gone(request):
            return False
        if not done:
            await response.write(b": alive\n\n")
        return True


def _gone(request: web.Request) -> bool:
    """Whether the browser has closed the connection."""
    return request.transport is None or request.transport.is_closing()


def answer(receipt: Receipt) -> bytes:
    """The body of a 200."""
    replies = ",".join([wire.reply_json(r.id, r.seq, r.body) for r in receipt.replies])
    head = f'{{"conversation":"{receipt.conversation}","owner":"{receipt.owner}","seq":{receipt.seq},"replies":['
    return (head + replies + "]}").encode()


def _json(value: object) -> web.Response:
    return web.Response(body=wire.dumps(value).encode(), content_type="application/json", charset="utf-8", headers={"Cache-Control": "no-store"})


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Problem(422, f"{name}：应为不小于 0 的整数")
    return int(text)
