"""WeCom's callback for 微信客服: it brings no words, only that there are some. Verified, written down, answered; pulled afterwards."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot import metrics
from bot.channels.wecom_envelope import BadEnvelope, Envelope, encrypted_in, fields

log = logging.getLogger("zhiwen.wecom")
PATH = "/api/v1/wecom/kf"
LIMIT = 64 * 1024
EVENT = "kf_msg_or_event"
_REMEMBERED = 4096
# Account and token of the callback; False when the account is not ours. Durable when it returns.
Called = Callable[[str, str], Awaitable[bool]]


class Callback:
    """The handlers. `tolerance`: by how many seconds a timestamp may be off."""

    def __init__(self, envelope: Envelope, called: Called, clock: Callable[[], int], tolerance: int):
        self._envelope, self._called = envelope, called
        self._clock, self._tolerance = clock, tolerance
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def verify(self, request: web.Request) -> web.Response:
        """GET: the admin console asks whether the address is ours; the answer is the bare plain text."""
        try:
            # A raw + of a query is read as a space, and base64 has no spaces.
            plain = self._opened(request, request.query.get("echostr", "").replace(" ", "+"))
        except BadEnvelope as error:
            return self._refused(error)
        return web.Response(body=plain, content_type="text/plain")

    async def post(self, request: web.Request) -> web.Response:
        """POST: an empty 200 once it is durable that there is something to pull; anything else makes WeCom send it again."""
        if (request.content_length or 0) > LIMIT or len(body := await request.read()) > LIMIT:
            raise web.HTTPRequestEntityTooLarge(LIMIT, request.content_length or LIMIT)
        try:
            inner = fields(self._opened(request, encrypted_in(body)))
        except BadEnvelope as error:
            return self._refused(error)
        signature = request.query["msg_signature"]
        if signature in self._seen:
            return self._accepted("again")
        known = inner.get("Event") == EVENT and await self._called(inner.get("OpenKfId", ""), inner.get("Token", "")[:128])
        self._remember(signature)
        return self._accepted("taken" if known else "unknown")

    def _opened(self, request: web.Request, encrypted: str) -> bytes:
        query = request.query
        timestamp = query.get("timestamp", "")
        plain = self._envelope.opened(query.get("msg_signature", ""), timestamp, query.get("nonce", ""), encrypted)
        if not timestamp.isdecimal() or abs(self._clock() / 1000 - int(timestamp[:12])) > self._tolerance:
            raise BadEnvelope("timestamp")
        return plain

    def _remember(self, signature: str) -> None:
        self._seen[signature] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    def _accepted(self, how: str) -> web.Response:
        metrics.CALLBACKS.labels("wecom", how).inc()
        return web.Response()

    def _refused(self, error: BadEnvelope) -> web.Response:
        metrics.CALLBACKS.labels("wecom", "refused").inc()
        log.info("a callback was refused: %s", error)
        return web.Response(status=403)
