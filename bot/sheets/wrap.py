"""Words into lines of a width: Chinese breaks anywhere but before closing and after opening marks; figures and Latin words stay whole. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator

Width = Callable[[str], float]
_NOT_FIRST = frozenset("，。、；：！？）》」』】〕〉”’…—·,.;:!?)]}%％℃°")
_NOT_LAST = frozenset("（《「『【〔〈“‘([{")
_WORD = re.compile(r"\s+|[^\s]")
_FIGURE = re.compile(r"[\d.,]*\d$")


def lines(text: str, width: float, measure: Width) -> list[str]:
    """The lines of a text, at least one; a line break in the text is one. A piece wider than the line is cut."""
    found: list[str] = []
    for paragraph in text.splitlines() or [""]:
        found += _filled(paragraph.strip(), width, measure)
    return found


def _filled(text: str, width: float, measure: Width) -> list[str]:
    done: list[str] = []
    line, used = "", 0.0
    for piece in _fitting(text, width, measure):
        size = measure(piece)
        if line and used + measure(piece.rstrip()) > width:
            done.append(line.rstrip())
            line, used = "", 0.0
            piece = piece.lstrip()
            size = measure(piece)
        line += piece
        used += size
    return [*done, line.rstrip()]


def _fitting(text: str, width: float, measure: Width) -> Iterator[str]:
    """The pieces, those that no line can hold letter by letter."""
    for piece in pieces(text):
        if measure(piece.rstrip()) <= width:
            yield piece
        else:
            yield from piece


def pieces(text: str) -> list[str]:
    """What must stay together: a Latin word or figure, a figure with the Chinese character behind it, marks with what they belong to."""
    found: list[str] = []
    for part in _WORD.findall(text):
        if found and _joins(found[-1], part):
            found[-1] += part
        else:
            found.append(part)
    return found


def _joins(before: str, part: str) -> bool:
    last = before[-1]
    if part.isspace() or part in _NOT_FIRST or last in _NOT_LAST:
        return True
    if last.isspace():
        return _wide(part) and bool(_FIGURE.search(before.rstrip()))
    if _wide(part):
        return bool(_FIGURE.search(before))
    return not _wide(last)


def _wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
