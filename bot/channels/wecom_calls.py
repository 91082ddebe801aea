"""One call to WeCom's API: a timeout, a token that holds, an error of a known kind. Addresses are never logged: tokens are in them."""

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, NoReturn

import aiohttp
import orjson

from bot.channels.wecom_errors import Kind, WecomError, kind_of
from bot.channels.wecom_token import Kept, Tokens

log = logging.getLogger("zhiwen.wecom")
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
PAUSE_MS = 60_000  # the shortest window that a rate limit blocks
SETTINGS_MS = 300_000  # a wrong secret, tried again and again, gets the address blocked for an hour
_NO_TOKEN = {40001, 40014, 42001}  # of any call but gettoken
_AT_ONCE = 32
Body = Mapping[str, Any] | Callable[[], aiohttp.FormData] | None


class Calls:
    """The way to the API for one app of one corporation."""

    def __init__(self, host: str, corp: str, secret: str, kept: Kept, clock: Callable[[], int]):
        self._session: aiohttp.ClientSession | None = None  # wants a running loop
        self._host = host.rstrip("/")
        self._corp, self._secret, self._clock = corp, secret, clock
        self._tokens = Tokens(self._gettoken, kept, clock)
        self._paused: dict[tuple[str, str], int] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self.alarms: dict[tuple[str, str], WecomError] = {}  # function and account → what only an operator can end

    async def get(self, api: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        """The answer of a GET. Raises WecomError for every code but 0."""
        return await self._call("GET", api, query, None)

    async def post(self, api: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer of a POST. Raises WecomError for every code but 0."""
        return await self._call("POST", api, {}, body)

    async def file(self, api: str, query: Mapping[str, str], limit: int) -> tuple[str, str, bytes]:
        """Type, name and content of a file: from this host only, no redirect followed, no more than the limit read. UNFIT when it is larger."""
        token = await self._tokens.current()
        for _ in range(2):
            found = await self._file(api, {**query, "access_token": token}, limit)
            if not isinstance(found, int):
                return found
            if found not in _NO_TOKEN:
                self._fail(api, "", found)
            token = await self._tokens.renewed(token)
        raise WecomError(api, None, Kind.BUSY)

    async def upload(self, api: str, query: Mapping[str, str], name: str, content: bytes) -> Mapping[str, Any]:
        """The answer to a file of ours. Raises WecomError for every code but 0."""

        def form() -> aiohttp.FormData:  # made anew for each attempt: one can be sent once
            made = aiohttp.FormData(quote_fields=False)
            made.add_field("media", content, filename=re.sub(r'["\r\n\\/]', "_", name), content_type="application/octet-stream")
            return made

        return await self._call("POST", api, query, form)

    async def close(self) -> None:
        """End connections."""
        if self._session is not None:
            await self._session.close()

    async def _call(self, method: str, api: str, query: Mapping[str, str], body: Body) -> Mapping[str, Any]:
        account = str({**query, **(body if isinstance(body, Mapping) else {})}.get("open_kfid", ""))
        self._must_not_pause(api, account)
        token = await self._tokens.current()
        found = await self._once(method, api, {**query, "access_token": token}, body)
        if _code(found) in _NO_TOKEN:
            token = await self._tokens.renewed(token)
            found = await self._once(method, api, {**query, "access_token": token}, body)
        if _code(found) in _NO_TOKEN:
            raise WecomError(api, _code(found), Kind.BUSY)
        if _code(found) != 0:
            self._fail(api, account, _code(found))
        self.alarms.pop((api, account), None)
        return found

    async def _gettoken(self) -> tuple[str, int]:
        self._must_not_pause("gettoken", "")
        found = await self._once("GET", "gettoken", {"corpid": self._corp, "corpsecret": self._secret}, None)
        if _code(found) != 0:
            self._fail("gettoken", "", _code(found))
        self.alarms.pop(("gettoken", ""), None)
        return str(found["access_token"]), int(found.get("expires_in", 7200))

    def _must_not_pause(self, api: str, account: str) -> None:
        if max(self._paused.get((api, account), 0), self._paused.get((api, ""), 0)) > self._clock():
            raise WecomError(api, None, Kind.PAUSE)

    def _fail(self, api: str, account: str, code: int) -> NoReturn:
        error = WecomError(api, code, kind_of(code))
        if error.kind is Kind.PAUSE:
            self._paused[api, ""] = self._clock() + PAUSE_MS
        if error.kind is Kind.SETTINGS:
            self._paused[api, account] = self._clock() + SETTINGS_MS
            self.alarms[api, account] = error
            log.error("WeCom refuses %s with %s: an operator has to look at the settings (zhiwen wecom check)", api, code)
        raise error

    async def _once(self, method: str, api: str, query: Mapping[str, str], body: Body) -> Mapping[str, Any]:
        data = orjson.dumps(body) if isinstance(body, Mapping) else body() if body else None
        try:
            async with self._slots, self._asked(method, api, query, data) as answer:
                if answer.status != 200:
                    raise WecomError(api, None)
                found = _value(await answer.read())
        except aiohttp.ClientConnectorError:  # nothing left this machine
            raise WecomError(api, None, Kind.BUSY) from None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise WecomError(api, None) from None
        if not isinstance(found, dict):
            raise WecomError(api, None)
        return found

    def _asked(
        self, method: str, api: str, query: Mapping[str, str], data: bytes | aiohttp.FormData | None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:  # fmt: skip
        headers = {"Content-Type": "application/json"} if isinstance(data, bytes) else None
        address = f"{self._host}/cgi-bin/{api}"
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        return self._session.request(method, address, params=query, data=data, headers=headers, allow_redirects=False)

    async def _file(self, api: str, query: Mapping[str, str], limit: int) -> tuple[str, str, bytes] | int:
        """The file, or the error code that came in its place."""
        try:
            async with self._slots, self._asked("GET", api, query, None) as answer:
                if answer.status != 200:
                    raise WecomError(api, None)
                content, named = await _at_most(answer, limit, api), answer.content_disposition
        except (aiohttp.ClientError, TimeoutError):
            raise WecomError(api, None) from None
        if named is None and answer.content_type in ("application/json", "text/plain"):
            return _refusal(content)
        return answer.content_type, (named and named.filename) or "", content


async def _at_most(answer: aiohttp.ClientResponse, limit: int, api: str) -> bytes:
    content = bytearray()
    if (answer.content_length or 0) <= limit:
        async for part in answer.content.iter_chunked(64 * 1024):
            content += part
            if len(content) > limit:
                break
        else:
            return bytes(content)
    raise WecomError(api, None, Kind.UNFIT)


def _refusal(content: bytes) -> int:
    try:
        found = orjson.loads(content)
    except ValueError:
        return -1
    return _code(found) or -1 if isinstance(found, dict) else -1


def _value(content: bytes) -> object:
    """JSON, be it with half a character in it: one strange message must not keep back a page. Raises ValueError."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        whole = json.dumps(json.loads(content), ensure_ascii=False)
        return orjson.loads(whole.encode("utf-8", "replace"))


def _code(found: Mapping[str, Any]) -> int:
    code = found.get("errcode", 0)
    return code if isinstance(code, int) else -1
