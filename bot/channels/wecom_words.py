"""A stored reply as messages of 微信客服, in as few as possible: words, sources, choices and links together. Limits in bytes of UTF-8. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from bot import choices
from knowledge.answers import CHECKED

TEXT, HEAD, TAIL, LABEL, ITEMS = 2048, 1024, 1024, 128, 10
Payload = Mapping[str, Any]
SHEETS, EXPORT = "/api/v1/sheets/", "/api/v1/chat/export"
MAP, OTHER_MAPS = "https://apis.map.qq.com/", ("https://uri.amap.com/", "https://api.map.baidu.com/")
_ENDS = re.compile(r"(?<=[。！？；!?;])|(?<=\s)")


class File(NamedTuple):
    """A file of ours, by its address within the service."""

    path: str


class Button(NamedTuple):
    """What can be clicked: one of our choices, or a link."""

    label: str
    choice: str = ""
    url: str = ""


def payloads(body: str, sender: str, phrases: Mapping[str, str], base: str) -> list[Payload | File]:
    """The messages for a stored body, in order. `base` is the address before our own links; without one, files are sent as such."""
    value: dict[str, Any] = orjson.loads(body)
    said = plain(value["text"])
    words = [(phrases["staff_says"] if sender == "staff" else "") + said] if said else []
    how = plain(phrases["wecom_position_how"])
    words += [how] if how not in said and any(c["id"] == choices.POSITION for c in value["choices"]) else []
    files: list[File] = []
    buttons = [Button(c["label"], c["id"]) for c in value["choices"] if c["id"] != choices.POSITION]
    for card in value["cards"]:
        words += _unsaid(card, said)
        buttons += _buttons(card, base)
        files += _files(card, base)
    text, sources = "\n".join(filter(None, words)), basis(value["sources"])
    if buttons:
        return [*_menus(text, sources, list(dict.fromkeys(buttons))), *files]
    return [*(_text(piece) for piece in pieces("\n".join(filter(None, (text, sources))), TEXT)), *files]


def as_text(payload: Payload) -> Payload:
    """A menu as words with numbers, which can be typed; a text as it is."""
    if payload["msgtype"] != "msgmenu":
        return payload
    menu = payload["msgmenu"]
    items = [f"{n}. {each[each['type']]['content']}" for n, each in enumerate(menu["list"], 1)]
    lines = (menu.get("head_content", ""), *items, menu.get("tail_content", ""))
    return _text(shortened("\n".join(filter(None, lines)), TEXT))


def plain(text: str) -> str:
    """Without the marks of emphasis and lists, which WeChat shows as they are."""
    return re.sub(r"^- ", "· ", text.replace("**", ""), flags=re.MULTILINE).strip()


def basis(sources: Sequence[Mapping[str, str]]) -> str:
    """依据：…, in the words of the answers themselves; empty without sources."""
    if not sources:
        return ""
    named = (s["title"] + (f"（{s['number']}）" if s.get("number") else "") for s in sources)
    first = sources[0]
    return f"依据：{'；'.join(dict.fromkeys(named))}，{first['as_of']} {CHECKED.get(first['confidence'], '')}".rstrip()


def pieces(text: str, limit: int) -> list[str]:
    """The text in pieces of at most so many bytes, broken at lines, else at sentences, else between characters."""
    done: list[str] = []
    held = ""
    for line in text.split("\n"):
        for place, part in enumerate(_fitting(line, limit)):
            joined = f"{held}{'' if place else chr(10)}{part}" if held else part
            if held and size(joined) > limit:
                done.append(held)
                held = part.lstrip()
            else:
                held = joined
    return [piece for piece in (*done, held) if piece.strip()]


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode("utf-8", "replace"))


def shortened(text: str, limit: int) -> str:
    """The text, or its beginning and an ellipsis, in at most so many bytes."""
    if size(text) <= limit:
        return text
    return text.encode("utf-8", "replace")[: limit - 3].decode("utf-8", "ignore") + "…"


def _fitting(line: str, limit: int) -> Iterator[str]:
    """A line as parts that each fit; one part if it fits itself."""
    if size(line) <= limit:
        yield line
        return
    for sentence in filter(None, _ENDS.split(line)):
        rest = sentence
        while size(rest) > limit:
            part = rest.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")
            yield part
            rest = rest[len(part) :]
        if rest:
            yield rest


def _unsaid(card: Mapping[str, Any], said: str) -> Iterator[str]:
    """What a card says and the words do not."""
    known = re.sub(r"\s|[·-]", "", said)
    lines = [line for line in map(plain, card["lines"]) if re.sub(r"\s|[·-]", "", line) not in known]
    if lines:
        yield plain(card["title"])
        yield from lines


def _buttons(card: Mapping[str, Any], base: str) -> Iterator[Button]:
    """What a card offers, named by its place where it has one. Of several maps the one that WeChat opens itself is enough."""
    urls = [action.get("url") or "" for action in card["actions"]]
    has_own_map = any(url.startswith(MAP) for url in urls)
    for action, url in zip(card["actions"], urls, strict=True):
        label = f"{card['title']}·{action['label']}" if card["kind"] == "station" else action["label"]
        if action.get("choice"):
            yield Button(label, action["choice"])
        elif url.startswith(("https://", "http://")):
            if not has_own_map or url.startswith(MAP) or not url.startswith(OTHER_MAPS):
                yield Button(label, url=url)
        elif url.startswith("/") and url != EXPORT and base:
            yield Button(label, url=base.rstrip("/") + url)


def _files(card: Mapping[str, Any], base: str) -> Iterator[File]:
    """What can only be sent: the citizen's own export, and without an address of ours the first form of a sheet."""
    urls = [action.get("url") or "" for action in card["actions"]]
    yield from (File(url) for url in urls if url == EXPORT or (not base and url.startswith(SHEETS) and url.endswith(".pdf")))


def _menus(text: str, sources: str, buttons: Sequence[Button]) -> list[Payload]:
    """Words that do not fit above the buttons go ahead; sources stand below them; more than ten buttons go on in a further message."""
    ahead: list[str] = []
    head = text
    if size(text) > HEAD:
        *ahead, head = pieces(text, TEXT)
        while size(head) > HEAD:
            front, *rest = pieces(head, HEAD)
            ahead.append(front)
            head = "\n".join(rest)
    groups = [buttons[n : n + ITEMS] for n in range(0, len(buttons), ITEMS)]
    menus = [_menu(head if n == 0 else "", group, sources if n == len(groups) - 1 else "") for n, group in enumerate(groups)]
    return [*map(_text, ahead), *menus]


def _menu(head: str, buttons: Iterable[Button], tail: str) -> Payload:
    menu: dict[str, Any] = {"head_content": head} if head else {}
    menu["list"] = [_item(button) for button in buttons]
    if tail:
        menu["tail_content"] = shortened(tail, TAIL)
    return {"msgtype": "msgmenu", "msgmenu": menu}


def _item(button: Button) -> Mapping[str, Any]:
    label = shortened(button.label, LABEL)
    if button.choice:
        return {"type": "click", "click": {"id": button.choice, "content": label}}
    return {"type": "view", "view": {"url": button.url, "content": label}}


def _text(content: str) -> Payload:
    return {"msgtype": "text", "text": {"content": content}}
