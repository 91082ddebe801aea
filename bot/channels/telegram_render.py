"""A reply as Telegram shows it: messages with buttons, cards as words, files, and a button for one's position. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bot import choices
from bot.channels.telegram_text import Span, messages, spans
from knowledge import geo
from knowledge.answers import CHECKED
from knowledge.catalog import DOUBT

Words = Mapping[str, str]
CALLBACK = 64  # bytes of a button's data
NARROW = 8  # labels up to so many characters stand two in a row
SHEETS = "/api/v1/sheets/"
EXPORT = "/api/v1/chat/export"
FILES = (".pdf", ".ics")


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: what pressing it says."""

    label: str
    choice: str


@dataclass(frozen=True, slots=True)
class Text:
    """A message with its rows of buttons."""

    spans: tuple[Span, ...]
    rows: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file of ours, by its address within the service."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class AskPosition:
    """A keyboard with a button that sends the position once."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Venue:
    """A place on a map, WGS-84 degrees."""

    lat: float
    lon: float
    title: str
    address: str


Part = Text | File | AskPosition | Venue


def parts(body: str, sender: str, words: Words, public_url: str) -> tuple[Part, ...]:
    """What is sent of a stored message, in order. Words of people are shown as they are, without any markup."""
    value = orjson.loads(body)
    if sender == "staff":
        return tuple(Text(tuple(m)) for m in messages([Span(words["staff_says"], "b"), Span("\n" + value["text"])]))
    shown = [*spans(value["text"]), *_cards(value["cards"], public_url), *_sources(value["sources"])]
    rows = _rows(value)
    *first, last = [*(Text(tuple(m)) for m in messages(shown))] or [Text(())]
    said = [*first, Text(last.spans, rows)] if last.spans else []
    return (*said, *_venue(value["cards"]), *_files(value["cards"]), *_position(value, words))


def _cards(cards: Sequence[Mapping[str, Any]], public_url: str) -> Iterator[Span]:
    for card in cards:
        yield Span("\n\n")
        yield Span(card["title"], "b")
        yield from (Span(f"\n{line.replace('**', '')}") for line in card["lines"])
        links = [(a["label"], url) for a in card["actions"] if (url := _link(a.get("url") or "", public_url))]
        for number, (label, url) in enumerate(links):
            yield Span("　" if number else "\n")
            yield Span(label, href=url)


def _link(url: str, public_url: str) -> str:
    """An address that can be opened from outside; empty for what is sent as a file, and while our own address is unknown."""
    if url.startswith(("https://", "http://")):
        return url
    if not url.startswith("/") or not public_url or _is_file(url):
        return ""
    return public_url.rstrip("/") + url


def _is_file(url: str) -> bool:
    return url == EXPORT or (url.startswith(SHEETS) and url.endswith(FILES))


def _files(cards: Sequence[Mapping[str, Any]]) -> Iterator[File]:
    for card in cards:
        yield from (File(a["url"], a["label"]) for a in card["actions"] if _is_file(a.get("url") or ""))


def _venue(cards: Sequence[Mapping[str, Any]]) -> Iterator[Venue]:
    """The first place whose position is known: the nearest."""
    for card in cards:
        for action in card["actions"]:
            if place := geo.marked(action.get("url") or ""):
                yield Venue(place.lat, place.lon, card["title"], (card["lines"] or [card["title"]])[0].replace("**", ""))
                return


def _sources(sources: Sequence[Mapping[str, Any]]) -> Iterator[Span]:
    """依据：…, what is not verified said to be so; a link where there is an official one."""
    if not sources:
        return
    yield Span("\n\n")
    yield Span("依据：", "quote")
    for number, source in enumerate(sources):
        named = source["title"] + (f"（{source['number']}）" if source.get("number") else "")
        yield Span("；" if number else "", "quote")
        yield Span(named, "quote", source.get("url") or "")
    weakest = max((s["confidence"] for s in sources), key=lambda confidence: DOUBT.get(confidence, 0))
    yield Span(f"，{min(s['as_of'] for s in sources)} {CHECKED.get(weakest, '')}", "quote")


def _rows(value: Mapping[str, Any]) -> tuple[tuple[Button, ...], ...]:
    """Choices of the reply, then those of its cards; short labels two in a row."""
    pressed = [Button(c["label"], c["id"]) for c in value["choices"]]
    several = len(value["cards"]) > 1
    for card in value["cards"]:
        own = [a for a in card["actions"] if a.get("choice")]
        pressed += [Button(f"{a['label']}：{card['title']}" if several else a["label"], a["choice"]) for a in own]
    rows: list[tuple[Button, ...]] = []
    for button in pressed:
        if button.choice == choices.POSITION or not 0 < len(button.choice.encode()) <= CALLBACK:
            continue
        narrow = len(button.label) <= NARROW
        if narrow and rows and len(rows[-1]) == 1 and len(rows[-1][0].label) <= NARROW:
            rows[-1] = (*rows[-1], button)
        else:
            rows.append((button,))
    return tuple(rows)


def _position(value: Mapping[str, Any], words: Words) -> Iterator[AskPosition]:
    if any(c["id"] == choices.POSITION for c in value["choices"]):
        yield AskPosition(words["position_ask"], words["position_send"])
