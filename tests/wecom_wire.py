"""Values and limits of WeCom's API for 微信客服, as its pages give them. What they leave open is marked [U]."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

CORP, SECRET = "ww1a2b3c4d5e6f7081", "kf-secret-0123456789"
TOKEN, AES_KEY = "QDG6eKtest01", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
KF = "wkAJ2GCAAAexample01"
HOUR = 3_600_000
REPEATED = 95099  # [U] Tencent says only that a repeated msgid is an error
BUDGET, WINDOW, WELCOME_MS, TOKEN_MS = 5, 48 * HOUR, 20_000, 600_000
MOVES = {0: {1, 2, 3}, 1: {2, 3}, 2: {3}, 3: {3, 4}, 4: set()}
Answer = dict[str, Any]


class Refusal(Exception):
    """An errcode."""

    def __init__(self, code: int):
        self.code = code
        super().__init__(str(code))


@dataclass
class Talk:
    """One citizen with one account."""

    state: int = 4
    servicer: str = ""
    asked: int = 0
    left: int = 0
    welcomed: int = 0


@dataclass
class Code:
    """A right to send one message on an event."""

    kfid: str
    user: str
    state: int | None
    until: int
    types: tuple[str, ...]


@dataclass
class Sent:
    """What a citizen saw."""

    kfid: str
    user: str
    msgid: str
    payload: Answer
    counted: bool = True

    @property
    def text(self) -> str:
        """All words of it, as they stand on the screen."""
        kind = self.payload["msgtype"]
        if kind == "text":
            return str(self.payload["text"]["content"])
        if kind != "msgmenu":
            return json.dumps(self.payload[kind], ensure_ascii=False)
        menu = self.payload["msgmenu"]
        items = [i[i["type"]]["content"] for i in menu.get("list", [])]
        return "\n".join([menu.get("head_content", ""), *items, menu.get("tail_content", "")])

    @property
    def choices(self) -> dict[str, str]:
        """Label → id of what can be clicked."""
        if self.payload["msgtype"] != "msgmenu":
            return {}
        return {i["click"]["content"]: i["click"]["id"] for i in self.payload["msgmenu"]["list"] if i["type"] == "click"}


def checked(msgid: str, body: Answer, media: Collection[str] = ()) -> None:
    """The limits; Tencent cuts silently where we refuse, so that a test sees it."""
    assert re.fullmatch(r"[0-9A-Za-z_-]{1,32}", msgid), msgid
    kind = body["msgtype"]
    if kind == "text":
        if not body["text"]["content"]:
            raise Refusal(44004)
        if len(body["text"]["content"].encode()) > 2048:
            raise Refusal(45002)
    elif kind == "msgmenu":
        _checked_menu(body["msgmenu"])
    elif kind == "link":
        assert body["link"]["thumb_media_id"] and len(body["link"]["title"].encode()) <= 128
    elif kind == "file":
        if body["file"]["media_id"] not in media:
            raise Refusal(40007)
    elif kind != "location":
        raise Refusal(40008)


def _checked_menu(menu: Answer) -> None:
    if len(menu.get("list", [])) > 10:
        raise Refusal(95008)
    if any(len(menu.get(part, "").encode()) > 1024 for part in ("head_content", "tail_content")):
        raise Refusal(45002)
    for item in menu.get("list", []):
        if item["type"] == "click":
            fits = 1 <= len(item["click"]["id"].encode()) <= 64 and 1 <= len(item["click"]["content"].encode()) <= 128
        elif item["type"] == "view":
            fits = item["view"]["url"].startswith(("https://", "http://")) and 1 <= len(item["view"]["content"].encode()) <= 1024
        else:
            raise Refusal(95009)
        if not fits:
            raise Refusal(40058)
