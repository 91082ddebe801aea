"""What an item of `sync_msg` is: a citizen's message, a person's words in WeCom, or an event. Pure; whatever is not understood is said to be so."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import choices
from bot.model import FileKind, FileNote, Message, Point
from knowledge import geo

CITIZEN, SYSTEM, SERVICER = 3, 4, 5  # origins
_USER = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Said:
    """A citizen's message. `sent` is UTC ms."""

    user: str
    sent: int
    message: Message


@dataclass(frozen=True, slots=True)
class Answered:
    """A person answered in WeCom."""

    user: str
    sent: int
    msgid: str
    servicer: str
    text: str  # empty when it was no text
    kind: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A citizen opened the chat; with a code, a welcome may be sent within 20 seconds of `sent`."""

    user: str
    sent: int
    code: str


@dataclass(frozen=True, slots=True)
class Bounced:
    """A message of ours that was accepted did not arrive; `why` is the platform's number of the reason."""

    user: str
    msgid: str
    why: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A person changed the session in WeCom: 1 took it from the pool, 2 passed it on, 3 ended it, 4 opened it again."""

    user: str
    sent: int
    change: int
    servicer: str
    code: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """A message was taken back by the citizen, or by a person."""

    user: str
    msgid: str
    by_citizen: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us; `kind` is for the counter."""

    kind: str


Item = Said | Answered | Entered | Bounced | Moved | Recalled | Ignored


def item(raw: Mapping[str, Any]) -> Item:
    """The item as a value; never an error, whatever stands in it."""
    origin = raw.get("origin")
    if origin == SYSTEM or raw.get("msgtype") == "event":
        return _event(raw, _mapping(raw.get("event")))
    user, msgid, kind = _text(raw, "external_userid"), _text(raw, "msgid"), _text(raw, "msgtype")
    if not _USER.fullmatch(user) or not msgid:
        return Ignored("incomplete")
    body, sent = _mapping(raw.get(kind)), time_of(raw)
    if origin == SERVICER:
        return Answered(user, sent, msgid, _text(raw, "servicer_userid"), _text(body, "content"), kind)
    if origin != CITIZEN:
        return Ignored("origin")
    return Said(user, sent, _message(msgid, kind, body))


def _event(raw: Mapping[str, Any], event: Mapping[str, Any]) -> Item:
    kind, user, sent = _text(event, "event_type"), _text(event, "external_userid"), time_of(raw)
    if not _USER.fullmatch(user):
        return Ignored(kind if kind in _OTHER_EVENTS else "event")
    if kind == "enter_session":
        return Entered(user, sent, _text(event, "welcome_code"))
    if kind == "msg_send_fail":
        return Bounced(user, _text(event, "fail_msgid"), _number(event, "fail_type"))
    if kind == "session_status_change":
        servicer = _text(event, "new_servicer_userid") or _text(event, "old_servicer_userid")
        return Moved(user, sent, _number(event, "change_type"), servicer, _text(event, "msg_code"))
    if kind in ("user_recall_msg", "servicer_recall_msg"):
        return Recalled(user, _text(event, "recall_msgid"), kind == "user_recall_msg")
    return Ignored(kind if kind in _OTHER_EVENTS else "event")


_OTHER_EVENTS = frozenset({"servicer_status_change", "reject_customer_msg_switch_change"})


def _message(msgid: str, kind: str, body: Mapping[str, Any]) -> Message:
    read = _READERS.get(kind)
    return read(msgid, body) if read else _file(msgid, "other")


def _said(msgid: str, body: Mapping[str, Any]) -> Message:
    """Words, or the click on a menu: its id is one of our choices, for ever."""
    choice = _text(body, "menu_id")
    if choice and choices.ID.fullmatch(choice):
        return Message(msgid, 0, choice=choice)
    return Message(msgid, 0, _text(body, "content"))


def _located(msgid: str, body: Mapping[str, Any]) -> Message:
    """A position: GCJ-02 in (Tencent's maps), WGS-84 from here on. Without figures its name is taken as words."""
    gcj = geo.Pair(_degrees(body, "latitude"), _degrees(body, "longitude"))
    if geo.is_swapped(*gcj):
        gcj = geo.Pair(gcj.lon, gcj.lat)
    if not geo.is_position(*gcj):
        return Message(msgid, 0, " ".join(filter(None, (_text(body, "name"), _text(body, "address")))))
    wgs = geo.gcj_to_wgs(gcj)
    return Message(msgid, 0, location=Point(wgs.lat, wgs.lon))


def _file(msgid: str, kind: FileKind, ref: str = "", name: str = "") -> Message:
    return Message(msgid, 0, attachment=True, files=(FileNote(kind, ref[:256], name[:200]),))


def _media(kind: FileKind) -> Callable[[str, Mapping[str, Any]], Message]:
    return lambda msgid, body: _file(msgid, kind, _text(body, "media_id"))


_READERS: Mapping[str, Callable[[str, Mapping[str, Any]], Message]] = {
    "text": _said,
    "location": _located,
    "image": _media("photo"),
    "voice": _media("voice"),
    "video": _media("video"),
    "file": _media("document"),
    "link": lambda msgid, body: _file(msgid, "other", "", _text(body, "title")),
    "business_card": lambda msgid, body: _file(msgid, "contact"),
}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _number(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    return value if isinstance(value, int) else 0


def _degrees(body: Mapping[str, Any], name: str) -> float:
    """A number, or a number in quotes; else what no position has."""
    try:
        return float(body.get(name, ""))
    except (TypeError, ValueError):
        return float("nan")


def time_of(raw: Mapping[str, Any]) -> int:
    """When an item was sent, UTC ms; 0 when it does not say."""
    return _number(raw, "send_time") * 1000
