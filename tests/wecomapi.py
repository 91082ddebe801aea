"""WeCom's API for 微信客服 on loopback, strict about its rules, with a citizen and a member of staff to play, and with every kind of failure.

Sources of the rules: Tencent's pages of 微信客服 (sync_msg, send_msg, send_msg_on_event, service_state, access_token). What they leave open is marked [U].
"""

import asyncio
import re
import secrets
from collections import defaultdict, deque
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import ClientSession, web

from bot.channels.wecom_envelope import Envelope
from tests.wecom_town import WecomTown
from tests.wecom_wire import (
    AES_KEY,
    CORP,
    KF,
    MOVES,
    REPEATED,
    SECRET,
    TOKEN,
    TOKEN_MS,
    WELCOME_MS,
    WINDOW,
    Answer,
    Refusal,
    Sent,
    checked,
)  # fmt: skip


@dataclass
class WecomApi(WecomTown):
    """The platform. `page` is how many items a page of sync_msg holds; `ends` the states from which the API may end a session ([U] but 3)."""

    page: int = 1000
    ends: tuple[int, ...] = (3,)
    url: str = ""
    calls: list[tuple[str, Answer]] = field(default_factory=list)
    failures: dict[str, deque[int | str]] = field(default_factory=lambda: defaultdict(deque))
    servicers: dict[str, int] = field(default_factory=lambda: {"zhangsan": 0})
    media: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    kf_tokens: dict[str, int] = field(default_factory=dict)
    gettokens: int = 0
    _ids: set[tuple[str, str]] = field(default_factory=set)
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> "WecomApi":
        app = web.Application()
        app.router.add_route("*", "/cgi-bin/{api:.+}", self._serve)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._runner
        await self._runner.cleanup()

    # What goes wrong.

    def fail(self, api: str, *how: int | str) -> None:
        """The next calls fail: an errcode; `500`; `drop` (nothing is done); `lost` (done, and no answer); `slow` (done, answered after a second)."""
        self.failures[api].extend(how)

    def expire_tokens(self) -> None:
        """All access tokens end before their time."""
        self.tokens.clear()

    # The callback.

    def callback(self, kfid: str = KF, event: str = "kf_msg_or_event", at: int | None = None) -> tuple[str, bytes]:
        """Query and body of a callback; its token for sync_msg holds for ten minutes."""
        now = self.clock() if at is None else at
        token = "ENC" + secrets.token_urlsafe(12)
        self.kf_tokens[token] = now + TOKEN_MS
        inner = f"""<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><CreateTime>{now // 1000}</CreateTime><MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[{event}]]></Event><Token><![CDATA[{token}]]></Token><OpenKfId><![CDATA[{kfid}]]></OpenKfId></xml>"""
        return self.sealed(inner, now // 1000)

    def sealed(self, inner: str, seconds: int, receive_id: str = CORP) -> tuple[str, bytes]:
        """Query and body of any inner document."""
        stamp, nonce = str(seconds), secrets.token_hex(5)
        sealed = Envelope(TOKEN, AES_KEY, receive_id).sealed(inner.encode(), stamp, nonce)
        query = urlencode({"msg_signature": sealed.signature, "timestamp": stamp, "nonce": nonce})
        return query, f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{sealed.encrypted}]]></Encrypt></xml>".encode()

    async def calls_back(self, address: str, kfid: str = KF) -> int:
        """Post a callback; the status of the answer."""
        query, body = self.callback(kfid)
        async with ClientSession() as http, http.post(f"{address}?{query}", data=body) as answer:
            assert answer.status != 200 or await answer.read() == b""
            return answer.status

    # What is served.

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        api = request.match_info["api"]
        how = self.failures[api].popleft() if self.failures[api] else 0
        body = await self._body(request)
        self.calls.append((api, body))
        if how == "drop" or how == 500:
            return self._hang_up(request) if how == "drop" else web.Response(status=500, text="<html>")
        try:
            done = self._failed(how) or self._do(api, request, body)
        except Refusal as error:
            done = {"errcode": error.code, "errmsg": f"refused, hint: [{secrets.token_hex(4)}]"}
        if how == "slow":
            await asyncio.sleep(1)
        return self._hang_up(request) if how == "lost" else done if isinstance(done, web.Response) else web.json_response(done)

    async def _body(self, request: web.Request) -> Answer:
        if request.method != "POST":
            return dict(request.query)
        if not request.content_type.startswith("multipart/"):
            return dict(await request.json())
        part = (await request.post())["media"]
        assert isinstance(part, web.FileField) and request.query["type"] == "file"
        return {"name": part.filename, "content": part.file.read()}

    def _failed(self, how: int | str) -> Answer | None:
        return {"errcode": how, "errmsg": "injected"} if isinstance(how, int) and how else None

    def _hang_up(self, request: web.Request) -> web.Response:
        assert request.transport
        request.transport.abort()
        return web.Response()

    def _do(self, api: str, request: web.Request, body: Answer) -> Answer | web.Response:
        if api == "gettoken":
            return self._gettoken(body)
        if self.tokens.get(request.query.get("access_token", ""), 0) < self.clock():
            raise Refusal(40014 if request.query.get("access_token") else 41001)
        done = {
            "kf/sync_msg": self._sync, "kf/send_msg": self._send, "kf/send_msg_on_event": self._send_on_event, "kf/service_state/get": self._state,
            "kf/service_state/trans": self._trans, "kf/servicer/list": self._servicers, "kf/account/list": self._accounts, "media/get": self._media,
            "media/upload": self._upload,
        }[api](body)  # fmt: skip
        return done if isinstance(done, web.Response) else {"errcode": 0, "errmsg": "ok", **done}

    def _gettoken(self, query: Answer) -> Answer:
        self.gettokens += 1
        if (query.get("corpid"), query.get("corpsecret")) != (CORP, SECRET):
            raise Refusal(40001)
        live = [token for token, until in self.tokens.items() if until > self.clock()]
        token = live[0] if live else secrets.token_urlsafe(64)
        self.tokens.setdefault(token, self.clock() + 7_200_000)
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": (self.tokens[token] - self.clock()) // 1000}

    def _sync(self, body: Answer) -> Answer:
        kfid, token = body["open_kfid"], body.get("token")
        if kfid not in self.logs and kfid != KF:
            raise Refusal(95000)
        if token is not None and self.kf_tokens.get(token, 0) < self.clock():
            raise Refusal(95007)
        start = int(re.fullmatch(r"at-(\d+)", body.get("cursor", "") or "at-0")[1])  # type: ignore[index]
        log, items, at = self.logs[kfid], [], start
        while at < len(log) and len(items) < min(self.page, body.get("limit", 1000)):
            item = log[at]
            at += 1
            if item is None:
                break
            items.append(item)
        return {"next_cursor": f"at-{at}", "has_more": int(at < len(log)), "msg_list": items}

    def _send(self, body: Answer) -> Answer:
        kfid, user, msgid = body["open_kfid"], body["touser"], body.get("msgid") or secrets.token_hex(8)
        talk = self.talks[kfid, user]
        checked(msgid, body, self.media)
        if talk.state not in (0, 1):
            raise Refusal(95018)
        if talk.asked + WINDOW < self.clock():
            raise Refusal(95002)
        if (kfid, msgid) in self._ids:
            raise Refusal(REPEATED)
        if talk.left <= 0:
            raise Refusal(95001)
        talk.left -= 1
        return self._shown(kfid, user, msgid, body, True)

    def _send_on_event(self, body: Answer) -> Answer:
        code = self.codes.pop(body["code"], None)
        if code is None or code.until < self.clock() or body["msgtype"] not in code.types:
            raise Refusal(40058)
        if code.state is not None and self.talks[code.kfid, code.user].state != code.state:
            raise Refusal(95018)
        msgid = body.get("msgid") or secrets.token_hex(8)
        checked(msgid, body, self.media)
        return self._shown(code.kfid, code.user, msgid, body, False)

    def _shown(self, kfid: str, user: str, msgid: str, body: Answer, counted: bool) -> Answer:
        self._ids.add((kfid, msgid))
        self.seen.append(Sent(kfid, user, msgid, {k: v for k, v in body.items() if k in ("msgtype", body["msgtype"])}, counted))
        return {"msgid": msgid}

    def _state(self, body: Answer) -> Answer:
        talk = self.talks[body["open_kfid"], body["external_userid"]]
        return {"service_state": talk.state, **({"servicer_userid": talk.servicer} if talk.state == 3 else {})}

    def _trans(self, body: Answer) -> Answer:
        kfid, user, to = body["open_kfid"], body["external_userid"], body["service_state"]
        talk = self.talks[kfid, user]
        if to not in MOVES[talk.state] and not (to == 4 and talk.state in self.ends):
            raise Refusal(95016)
        if to == 3 and self.servicers.get(body.get("servicer_userid", "")) != 0:
            raise Refusal(95019 if body.get("servicer_userid") in self.servicers else 95014)
        talk.state, talk.servicer = to, body.get("servicer_userid", "") if to == 3 else ""
        if to in (2, 3):
            return {"msg_code": self._code(kfid, user, to, WINDOW, "text")}
        return {"msg_code": self._code(kfid, user, 4, WELCOME_MS, "text", "msgmenu")} if to == 4 else {}

    def _servicers(self, query: Answer) -> Answer:
        return {"servicer_list": [{"userid": user, "status": status} for user, status in self.servicers.items()]}

    def _accounts(self, query: Answer) -> Answer:
        return {"account_list": [{"open_kfid": kfid, "name": "知识产权咨询"} for kfid in {KF, *self.logs}]}

    def _media(self, query: Answer) -> Answer | web.Response:
        if query["media_id"] not in self.media:
            raise Refusal(40007)
        kind, name, content = self.media[query["media_id"]]
        return web.Response(body=content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _upload(self, file: Answer) -> Answer:
        media = f"up{len(self.media)}"
        self.media[media] = ("application/octet-stream", file["name"], file["content"])
        return {"type": "file", "media_id": media}

    def counts(self, api: str) -> int:
        """How often a function was called."""
        return sum(name == api for name, _ in self.calls)
