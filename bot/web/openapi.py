"""The OpenAPI document: what the service takes and answers, no more and no less."""

from typing import Any

from bot.web.bodies import MESSAGE_ID, VISITOR
from bot.web.sheets import FORMS, TOKEN

_CHOICE_ID = "^[A-Za-z0-9._:-]{1,48}$"
_TEXT = {"type": "string"}


def _object(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    names = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}


def _list(of: Any) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> dict[str, Any]:
    action = _object(["label"], label=_TEXT, url=_TEXT, choice=_TEXT)
    kinds = ["station", "file", "link", "map", "summary", "ticket", "classes", "fee", "deadline"]
    confidence = {"type": "string", "enum": ["已核对", "常识", "存疑"]}
    content = {"text": _TEXT, "choices": _list(_ref("Choice")), "cards": _list(_ref("Card")), "sources": _list(_ref("Source"))}
    owner = {"type": "string", "enum": ["bot", "queue", "staff", "closed"]}
    number = {"type": "integer", "minimum": 0}
    sender = {"type": "string", "enum": ["citizen", "bot", "staff"]}
    message = _object(None, seq=number, id=_TEXT, at=number, **{"from": sender}, **content)
    conversation = {"type": ["string", "null"]}
    return {
        "Problem": _object(None, type=_TEXT, title=_TEXT, status={"type": "integer"}, detail=_TEXT),
        "Choice": _object(None, id={"type": "string", "pattern": _CHOICE_ID}, label=_TEXT),
        "Card": _object(None, kind={"type": "string", "enum": kinds}, title=_TEXT, lines=_list(_TEXT), actions=_list(action)),
        "Source": _object(["title", "as_of", "confidence"], title=_TEXT, number=_TEXT, url=_TEXT, as_of=_TEXT, confidence=confidence),
        "Reply": _object(None, id=_TEXT, seq=number, **content),
        "Message": message,
        "Answer": _object(None, conversation=_TEXT, owner=owner, seq=number, replies=_list(_ref("Reply"))),
        "History": _object(None, conversation=conversation, owner=owner, seq=number, messages=_list(_ref("Message")), more={"type": "boolean"}),
        "Export": _object(None, conversation=conversation, messages=_list(_ref("Message")), sheets=_list({"type": "object"})),
        "Posted": _posted(),
        "Start": _start(),
        "Document": {"type": "object"},
        "Status": _object(["status"], status=_TEXT, revision=_TEXT, channels={"type": "object", "additionalProperties": _TEXT}),
    }


def _posted() -> dict[str, Any]:
    location = _object(None, lat={"type": "number", "minimum": -90, "maximum": 90}, lon={"type": "number", "minimum": -180, "maximum": 180})
    attachment = _object(
        ["name"],
        name={"type": "string", "minLength": 1, "maxLength": 200},
        type={"type": "string", "maxLength": 100},
        size={"type": "integer", "minimum": 0, "maximum": 2**40},
    )
    kinds = {"text": _TEXT, "choice": {"type": "string", "pattern": _CHOICE_ID}, "location": location, "attachment": attachment}
    head = {"visitor": {"type": "string", "pattern": VISITOR}, "id": {"type": "string", "pattern": MESSAGE_ID}}
    return {"oneOf": [_object(None, **head, **{name: schema}) for name, schema in kinds.items()]}


def _start() -> dict[str, Any]:
    item = _object(None, label=_TEXT, choice=_TEXT)
    return _object(
        None, service=_TEXT, province=_TEXT, office=_TEXT, notice=_object(None, version=_TEXT, text=_TEXT), hours=_TEXT,
        hotlines=_list(_object(None, label=_TEXT, number=_TEXT)), questions=_list(_TEXT),
        groups=_list(_object(None, name=_TEXT, items=_list(item))), staff_url=_TEXT,
    )  # fmt: skip


def _json(schema: str, description: str = "成功") -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(schema)}}}


def _problems(*statuses: int) -> dict[str, Any]:
    answer = {"description": "未完成", "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    retry = {"headers": {"Retry-After": {"schema": {"type": "string"}}}}
    return {str(s): {**answer, **(retry if s in (429, 503) else {})} for s in statuses}


def _plain(media: str) -> dict[str, Any]:
    return {"description": "成功", "content": {media: {"schema": _TEXT}}}


def _sheet_names() -> list[dict[str, Any]]:
    token, form = {"type": "string", "pattern": TOKEN}, {"type": "string", "enum": list(FORMS)}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name, schema in (("token", token), ("form", form))]


def _sheet_forms() -> dict[str, Any]:
    shown = {media: {"schema": _TEXT} for media in FORMS.values()}
    return {"200": {"description": "成功", "content": shown}, "404": {"description": "没有，或已到期", "content": {"text/html": {"schema": _TEXT}}}}


def document() -> dict[str, Any]:
    """The whole document."""
    visitor = {"name": "X-Visitor", "in": "header", "required": True, "schema": {"type": "string", "pattern": VISITOR}}
    after = {"name": "after", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999}}
    last = {"name": "Last-Event-ID", "in": "header", "schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999}}
    post = {
        "summary": "发一条消息，得到可靠保存的答复",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Posted")}}},
        "responses": {"200": _json("Answer"), **_problems(400, 409, 413, 415, 422, 429, 503)},
    }
    history = {"summary": "对话记录", "parameters": [visitor, after], "responses": {"200": _json("History"), **_problems(422, 503)}}
    streamed = {"200": _plain("text/event-stream"), **_problems(422, 429, 503)}
    events = {"summary": "新消息（server-sent events）", "parameters": [visitor, last], "responses": streamed}
    export = {"summary": "导出我的记录", "parameters": [visitor], "responses": {"200": _json("Export"), **_problems(422, 503)}}
    sheet = {"summary": "一次告知单：PDF、打印页、日历", "parameters": _sheet_names(), "responses": {**_sheet_forms(), **_problems(429, 503)}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "知问 Zhiwen", "version": "1", "description": "知识产权公共服务问答：网页聊天接口"},
        "paths": {
            "/api/v1/chat/messages": {"post": post, "get": history},
            "/api/v1/chat/events": {"get": events},
            "/api/v1/chat/export": {"get": export},
            "/api/v1/sheets/{token}.{form}": {"get": sheet},
            "/api/v1/start": {"get": {"summary": "首屏内容", "responses": {"200": _json("Start")}}},
            "/healthz": {"get": {"summary": "进程存活", "responses": {"200": _json("Status")}}},
            "/readyz": {"get": {"summary": "可受理消息；各渠道是否连通", "responses": {"200": _json("Status"), **_problems(503)}}},
            "/metrics": {"get": {"summary": "Prometheus 指标", "responses": {"200": _plain("text/plain")}}},
            "/openapi.json": {"get": {"summary": "本文档", "responses": {"200": _json("Document")}}},
        },
        "components": {"schemas": _schemas()},
    }
