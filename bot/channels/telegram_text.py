"""Words as Telegram takes them: its small HTML, and messages of at most 4096 UTF-16 units, cut where a reader would pause. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from typing import Literal, NamedTuple

LIMIT = 4000  # UTF-16 units of the text as it is shown; Telegram refuses more than 4096
STYLED = 90  # Telegram forgets what is beyond 100 entities
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_BULLET = re.compile(r"^\s*- ", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s，。；、）》”]+")
# Best first: between paragraphs, between lines, after a sentence, after a clause, between words.
_PAUSES = (re.compile(r"\n\n"), re.compile(r"\n"), re.compile(r"[。！？；!?;]|\. "), re.compile(r"[，、：,]"), re.compile(r"\s"))
_JOINER = "\u200d"


class Span(NamedTuple):
    """A piece of text in one style; `href` makes it a link."""

    text: str
    style: Literal["", "b", "quote"] = ""
    href: str = ""


def units(text: str) -> int:
    """Length as Telegram counts: UTF-16 units."""
    return len(text) + sum(c > "\uffff" for c in text)


def spans(text: str) -> list[Span]:
    """The bot's own markup, **bold** and lists, as spans. What citizens or staff wrote never goes through here."""
    found, at = [], 0
    text = _BULLET.sub("• ", text)
    for match in _BOLD.finditer(text):
        found += [Span(text[at : match.start()]), Span(match.group(1), "b")]
        at = match.end()
    return [span for span in (*found, Span(text[at:])) if span.text]


def html(pieces: Sequence[Span]) -> str:
    """Spans as Telegram's HTML; everything is escaped."""
    out, quoted = [], False
    for span in pieces:
        if (span.style == "quote") is not quoted:
            quoted = not quoted
            out.append("<blockquote expandable>" if quoted else "</blockquote>")
        out.append(_tagged(span))
    return "".join(out) + ("</blockquote>" if quoted else "")


def _tagged(span: Span) -> str:
    text = escape(span.text, quote=False)
    text = f"<b>{text}</b>" if span.style == "b" else text
    return f'<a href="{escape(span.href)}">{text}</a>' if span.href else text


def plain(pieces: Sequence[Span]) -> str:
    """The same without any markup."""
    return "".join(span.text for span in pieces)


def messages(pieces: Sequence[Span], limit: int = LIMIT) -> Iterator[list[Span]]:
    """The spans in messages that fit, without spaces at their ends; nothing is left out but spaces."""
    left = _stripped(pieces)
    while left:
        cut = _cut(left, limit)
        yield _stripped(_slice(left, 0, cut))
        left = _stripped(_slice(left, cut, len(plain(left))))


def _cut(pieces: Sequence[Span], limit: int) -> int:
    """How many characters go into the next message; at least one."""
    text = plain(pieces)
    most = _entities(pieces, _fitting(text, limit))
    if most >= len(text):
        return len(text)
    return _outside(pieces, text, _pause(text, most)) or _whole(text, most)


def _fitting(text: str, limit: int) -> int:
    """The most characters that are no more units than the limit."""
    if units(text) <= limit:
        return len(text)
    count = limit // 2
    room = limit - units(text[:count])
    for c in text[count:]:
        room -= 2 if c > "\uffff" else 1
        if room < 0:
            break
        count += 1
    return count


def _entities(pieces: Sequence[Span], most: int) -> int:
    """Fewer characters where there would be too many styled pieces."""
    at = styled = 0
    for span in pieces:
        styled += bool(span.style or span.href)
        if styled > STYLED:
            return min(most, at)
        at += len(span.text)
    return most


def _pause(text: str, most: int) -> int:
    """The last good place to pause before `most`, not in its first third."""
    for pattern in _PAUSES:
        ends = [match.end() for match in pattern.finditer(text, most // 3, most)]
        if ends:
            return ends[-1]
    return _whole(text, most)


def _whole(text: str, at: int) -> int:
    """Not between a character and what is drawn onto it."""
    for place in range(at, max(0, at - 32), -1):
        if not _joined(text, place):
            return place
    return at


def _joined(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at : at + 1]
    if not before or not after:
        return False
    flags = all("\U0001f1e6" <= c <= "\U0001f1ff" for c in (before, after))
    drawn = unicodedata.category(after) in ("Mn", "Me", "Mc") or after == _JOINER or "\U0001f3fb" <= after <= "\U0001f3ff"
    return flags or drawn or before == _JOINER


def _outside(pieces: Sequence[Span], text: str, at: int) -> int:
    """The place itself, or the beginning of the address or link that it would tear apart."""
    start = 0
    for span in pieces:
        if span.href and start < at < start + len(span.text):
            return start
        start += len(span.text)
    torn = next((m for m in _ADDRESS.finditer(text) if m.start() < at < m.end()), None)
    return torn.start() if torn else at


def _slice(pieces: Sequence[Span], start: int, end: int) -> list[Span]:
    """The spans of some of the characters."""
    out, at = [], 0
    for span in pieces:
        part = span.text[max(0, start - at) : max(0, end - at)]
        if part:
            out.append(span._replace(text=part))
        at += len(span.text)
    return out


def _stripped(pieces: Sequence[Span]) -> list[Span]:
    text = plain(pieces)
    return _slice(pieces, len(text) - len(text.lstrip()), len(text.rstrip()))
