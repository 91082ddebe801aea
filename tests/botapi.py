"""A Bot API server on loopback: strict about what Telegram refuses, able to fail as Telegram fails, with citizens who write and press."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import aiohttp
from aiohttp import web

TOKEN = "123456789:AAtest-token_of_no_real_bot-0123456789"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
BOT = {"id": 123456789, "is_bot": True, "first_name": "知问", "username": "zhiwen_test_bot"}
METHODS = {
    "getMe": set(), "setMyCommands": {"commands", "scope", "language_code"}, "getWebhookInfo": set(), "deleteWebhook": {"drop_pending_updates"},
    "setWebhook": {"url", "secret_token", "allowed_updates", "max_connections", "drop_pending_updates"},
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "sendMessage": {"chat_id", "text", "parse_mode", "reply_markup", "link_preview_options"},
    "sendDocument": {"chat_id", "document", "caption"},
    "sendVenue": {"chat_id", "latitude", "longitude", "title", "address", "reply_markup"},
    "sendChatAction": {"chat_id", "action"}, "answerCallbackQuery": {"callback_query_id", "text"},
}  # fmt: skip
TAGS = {"b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}


class Refusal(Exception):
    """What Telegram answers instead of a result."""

    def __init__(self, status: int, text: str, **parameters: Any):
        super().__init__(text)
        self.status, self.parameters = status, parameters


@dataclass
class Fault:
    """What happens to the next call of a method for a chat. `after`: the call takes effect first. `hang`: no answer comes for so long."""

    status: int = 0
    text: str = "Internal Server Error"
    retry_after: int = 0
    after: bool = False
    hang: float = 0.0
    drop: bool = False


@dataclass
class Sent:
    """A message as the citizen sees it."""

    chat: int
    id: int
    text: str
    buttons: list[dict[str, Any]] = field(default_factory=list)
    keyboard: list[dict[str, Any]] = field(default_factory=list)
    document: tuple[str, bytes] | None = None
    entities: int = 0
    place: tuple[float, float] | None = None
    method: str = "sendMessage"


class _Html(HTMLParser):
    """Telegram's HTML: known tags only, properly closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.entities = "", [], 0  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in TAGS:
            raise Refusal(400, f"Bad Request: can't parse entities: Unsupported start tag \"{tag}\" at byte offset 0")
        self.open.append(tag)
        self.entities += 1

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refusal(400, "Bad Request: can't parse entities: Unmatched end tag at byte offset 0")

    def handle_data(self, data: str) -> None:
        self.text += data

    def done(self) -> str:
        self.close()
        if self.open:
            raise Refusal(400, "Bad Request: can't parse entities: Can't find end tag")
        return self.text


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class BotApi:
    """The server and its citizens. Chats exist once somebody wrote from them."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.chats: set[int] = set()
        self.blocked: set[int] = set()
        self.faults: dict[tuple[str, int], deque[Fault]] = defaultdict(deque)
        self.url = ""
        self.webhook: dict[str, Any] = {"url": ""}
        self.away = False
        self.updates: list[dict[str, Any]] = []
        self.delay = 0.0
        self.commands: list[dict[str, str]] = []
        self.answered: list[tuple[str, str | None]] = []
        self.port = 0
        self._number = 1000
        self._message = 0
        self._news = asyncio.Event()

    # The server.

    @asynccontextmanager
    async def running(self) -> AsyncIterator["BotApi"]:
        """Serve until the end; the port stays the same when it is started again."""
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_post("/bot{token}/{method}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        values = await _values(request)
        if self.away:
            return _answer(502, {"ok": False, "error_code": 502, "description": "Bad Gateway"})
        if self.delay:
            await asyncio.sleep(self.delay)
        self.calls.append((method, values))
        waiting = self.faults[method, int(values.get("chat_id", 0))]
        fault = waiting.popleft() if waiting else None
        try:
            if fault and not fault.after:
                return await _failed(request, fault)
            result = await self._call(request.match_info["token"], method, values)
            return await _failed(request, fault) if fault else _answer(200, {"ok": True, "result": result})
        except Refusal as error:
            body: dict[str, Any] = {"ok": False, "error_code": error.status, "description": str(error)}
            return _answer(error.status, body | ({"parameters": error.parameters} if error.parameters else {}))

    async def _call(self, token: str, method: str, values: dict[str, Any]) -> Any:
        if token != TOKEN:
            raise Refusal(401, "Unauthorized")
        if method not in METHODS:
            raise Refusal(404, "Not Found")
        unknown = values.keys() - METHODS[method]
        if unknown:
            raise Refusal(400, f"Bad Request: unknown parameters {sorted(unknown)}")
        return await getattr(self, f"_{method}")(values) if method == "getUpdates" else getattr(self, f"_{method}")(values)

    def _getMe(self, values: dict[str, Any]) -> Any:
        return BOT

    def _setMyCommands(self, values: dict[str, Any]) -> bool:
        self.commands = json.loads(values["commands"])
        if not all(c["command"].isascii() and 1 <= len(c["command"]) <= 32 and 1 <= len(c["description"]) <= 256 for c in self.commands):
            raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        return True

    def _setWebhook(self, values: dict[str, Any]) -> bool:
        if not values["url"].startswith("https://"):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = values
        return True

    def _deleteWebhook(self, values: dict[str, Any]) -> bool:
        self.webhook = {"url": ""}
        return True

    def _getWebhookInfo(self, values: dict[str, Any]) -> Any:
        return {"url": self.webhook["url"], "has_custom_certificate": False, "pending_update_count": len(self.updates)}

    async def _getUpdates(self, values: dict[str, Any]) -> Any:
        if self.webhook["url"]:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        if offset := int(values.get("offset", 0)):
            self.updates = [u for u in self.updates if u["update_id"] >= offset]
        if not self.updates:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), min(5.0, float(values.get("timeout", 0))))
            except TimeoutError:
                return []
        return self.updates[: int(values.get("limit", 100))]

    def _sendMessage(self, values: dict[str, Any]) -> Any:
        chat = self._chat(values)
        text, entities = values["text"], 0
        if values.get("parse_mode") == "HTML":
            parser = _Html()
            parser.feed(text)
            text, entities = parser.done(), parser.entities
        if not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if units(text) > 4096:
            raise Refusal(400, "Bad Request: message is too long")
        markup = json.loads(values.get("reply_markup", "{}"))
        buttons = [b for row in markup.get("inline_keyboard", []) for b in row]
        if any(not 1 <= len(b.get("callback_data", "x").encode()) <= 64 or not b["text"] for b in buttons):
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        keyboard = [b for row in markup.get("keyboard", []) for b in row]
        return self._keep(Sent(chat, 0, text, buttons, keyboard, entities=entities))

    def _sendDocument(self, values: dict[str, Any]) -> Any:
        name, content = values["document"]
        if not content or len(values.get("caption", "")) > 1024:
            raise Refusal(400, "Bad Request: file must be non-empty")
        return self._keep(Sent(self._chat(values), 0, values.get("caption", ""), document=(name, content), method="sendDocument"))

    def _sendVenue(self, values: dict[str, Any]) -> Any:
        lat, lon = float(values["latitude"]), float(values["longitude"])
        if not (-90 <= lat <= 90 and -180 <= lon <= 180 and values["title"] and values["address"]):
            raise Refusal(400, "Bad Request: VENUE_INVALID")
        return self._keep(Sent(self._chat(values), 0, f"{values['title']}\n{values['address']}", place=(lat, lon), method="sendVenue"))

    def _sendChatAction(self, values: dict[str, Any]) -> bool:
        self._chat(values)
        return True

    def _answerCallbackQuery(self, values: dict[str, Any]) -> bool:
        if len(values.get("text", "")) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        self.answered.append((values["callback_query_id"], values.get("text")))
        return True

    def _chat(self, values: dict[str, Any]) -> int:
        chat = int(values["chat_id"])
        if chat not in self.chats:
            raise Refusal(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def _keep(self, sent: Sent) -> Any:
        sent.id = self._next_message()
        self.sent.append(sent)
        return {"message_id": sent.id, "date": 1, "chat": {"id": sent.chat, "type": "private"}, "text": sent.text}

    def _next_message(self) -> int:
        self._message += 1
        return self._message

    # The citizens.

    def update(self, kind: str, value: dict[str, Any]) -> dict[str, Any]:
        """An update, not yet delivered."""
        self._number += 1
        return {"update_id": self._number, kind: value}

    def message(self, chat: int, date: int, **content: Any) -> dict[str, Any]:
        """An update of a message that a citizen wrote."""
        self.chats.add(chat)
        return self.update("message", self._written(chat, self._next_message(), date, content))

    def edited(self, chat: int, message_id: int, date: int, **content: Any) -> dict[str, Any]:
        """An update of an edit."""
        return self.update("edited_message", self._written(chat, message_id, date, content) | {"edit_date": date})

    def _written(self, chat: int, message_id: int, date: int, content: dict[str, Any]) -> dict[str, Any]:
        who = {"id": chat, "is_bot": False, "first_name": "某人"}
        return {"message_id": message_id, "date": date, "chat": {"id": chat, "type": "private", "first_name": "某人"}, "from": who, **content}

    def press(self, chat: int, data: str, by: int | None = None, on: int = 1, inaccessible: bool = False) -> dict[str, Any]:
        """An update of a button pressed."""
        message = {"message_id": on, "date": 0 if inaccessible else 1, "chat": {"id": chat, "type": "private"}}
        who = {"id": by or chat, "is_bot": False, "first_name": "某人"}
        query = {"id": f"{self._number}77", "from": who, "chat_instance": "1", "data": data, "message": message}
        return self.update("callback_query", query)

    def member(self, chat: int, status: str, date: int) -> dict[str, Any]:
        """An update of a citizen who blocks the bot (kicked) or lets it in again (member)."""
        (self.blocked.add if status == "kicked" else self.blocked.discard)(chat)
        user = {"id": chat, "is_bot": False, "first_name": "某人"}
        old, new = ({"user": BOT, "status": s, **({"until_date": 0} if s == "kicked" else {})} for s in ("member", status))
        value = {"chat": {"id": chat, "type": "private"}, "from": user, "date": date, "old_chat_member": old, "new_chat_member": new}
        return self.update("my_chat_member", value)

    def queue(self, *updates: dict[str, Any]) -> None:
        """Updates to be fetched."""
        self.updates += updates
        self._news.set()

    async def push(self, session: aiohttp.ClientSession, url: str, update: dict[str, Any], secret: str) -> int:
        """Deliver an update to the webhook, once; the status of the answer, 0 when none came."""
        try:
            async with session.post(f"{url}/telegram/webhook", json=update, headers={SECRET_HEADER: secret}) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def to(self, chat: int) -> list[Sent]:
        """What a citizen has got so far."""
        return [sent for sent in self.sent if sent.chat == chat]


async def _values(request: web.Request) -> dict[str, Any]:
    """Parameters as sent: form or multipart, nested values as JSON."""
    if request.content_type == "application/json":
        return dict(await request.json())
    values: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        values[name] = (value.filename, value.file.read()) if isinstance(value, web.FileField) else value
    attached = {name for name in values if name.startswith("attached")}
    for name in attached:  # document=attach://attached0
        for other, value in list(values.items()):
            if value == f"attach://{name}":
                values[other] = values.pop(name)
    return values


def _answer(status: int, body: dict[str, Any]) -> web.Response:
    return web.json_response(body, status=status)


async def _failed(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.hang:
        await asyncio.sleep(fault.hang)
    if fault.drop:
        assert request.transport
        request.transport.close()
        return web.Response()
    if fault.retry_after:
        text = f"Too Many Requests: retry after {fault.retry_after}"
        return _answer(429, {"ok": False, "error_code": 429, "description": text, "parameters": {"retry_after": fault.retry_after}})
    return _answer(fault.status, {"ok": False, "error_code": fault.status, "description": fault.text})


__all__ = ["TOKEN", "BotApi", "Fault", "Sent", "units"]
