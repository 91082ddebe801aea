"""Goods in a question for their class: known words are kept whole, the words of the question are cut out, the goods are what is left. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

_KEPT, _CUT = "\ue000", "\ue001"  # stand for a character of a known word, and of a word of the question
_BETWEEN = re.compile(r"以及|还有|(?<![a-z])[\s-]|[\s-](?![a-z])|[^\w\s\ue000\ue001-]|[\d_]|[和跟与及或]")
_PIECE = re.compile(rf"[^{_CUT}]+")
SURE, ALONE = 0.55, 0.35  # how sure a piece must be beside others, and where nothing better is left
_LONGEST, _LONGEST_LATIN, _MOST, _SCANNED = 14, 40, 10, 400


class Vocabulary(Protocol):
    """Known words for goods and services."""

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Where known words of two characters or more stand in a folded text."""
        ...

    def sure(self, phrase: str) -> float:
        """How surely a phrase is goods or a service, 0 to 1."""
        ...

    def classes(self, phrases: Sequence[str]) -> Sequence[int]:
        """Classes of several goods, best first."""
        ...


class Asked(NamedTuple):
    """Goods as (start, end) in the text; whether their class is asked; whether nothing but that is said."""

    goods: tuple["Span", ...]
    asks: bool
    plain: bool


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ClassQuestion:
    """The words of a question for a class; kept in data."""

    asks: re.Pattern[str]
    frames: re.Pattern[str]
    never: re.Pattern[str]
    heads: tuple[str, ...]
    single: frozenset[str]

    @classmethod
    def of(cls, data: Mapping[str, Iterable[str]]) -> "ClassQuestion":
        asks, frames, never = (_any_of(data[name]) for name in ("class_asks", "class_frames", "class_never"))
        return cls(asks, frames, never, tuple(data["class_heads"]), frozenset(data["goods_one"]))

    def __call__(self, text: str, words: Vocabulary) -> Asked:
        """What a folded text asks about."""
        low = text[:_SCANNED].lower()
        open_ = _cut(self.never, low)
        known = [(s, e) for s, e in words.spans(open_) if not low[s:e].isascii() and not self.frames.fullmatch(low[s:e])]
        asks = self.asks.search(_masked(low, known)) is not None
        open_ = _masked(open_, known)
        pieces = [_stripped(low, *m.span()) for m in _PIECE.finditer(_cut(_BETWEEN, _cut(self.frames, open_)))]
        pieces = [self._beheaded(low, (s, e), words) for s, e in pieces if s < e]
        goods = self._goods(low, pieces, known, words)
        if not goods and asks and len(pieces) == 1:
            goods = [piece for piece in pieces if _is_phrase(low[piece[0] : piece[1]]) and words.sure(low[piece[0] : piece[1]]) >= ALONE]
        return Asked(tuple(dict.fromkeys(goods))[:_MOST], asks, bool(goods) and len(goods) == len(pieces))

    def _beheaded(self, text: str, piece: Span, words: Vocabulary) -> Span:
        """Without a verb at the start, unless the whole is a known word: 销售家具 → 家具, but 加工中心."""
        start, end = piece
        head = next((h for h in self.heads if text.startswith(h, start) and start + len(h) < end), "")
        return piece if not head or words.sure(text[start:end]) == 1.0 else (start + len(head), end)

    def _goods(self, text: str, pieces: Sequence[Span], known: Sequence[Span], words: Vocabulary) -> list[Span]:
        """The pieces that are goods; single characters only where everything else is."""
        ones = [p for p in pieces if text[p[0] : p[1]] in self.single]
        found = {p: g for p in pieces if p not in ones and (g := _within(text, p, [k for k in known if p[0] <= k[0] < p[1]], words))}
        if len(found) + len(ones) == len(pieces):
            found |= {p: p for p in ones}
        return [found[p] for p in pieces if p in found]


def _masked(text: str, spans: Sequence[Span]) -> str:
    for start, end in spans:
        text = text[:start] + _KEPT * (end - start) + text[end:]
    return text


def _cut(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda m: _CUT * len(m[0]), text)


def _is_phrase(text: str) -> bool:
    return 1 < len(text) <= (_LONGEST_LATIN if text.isascii() else _LONGEST)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Finds the longest of these words; Latin ones only as whole words."""
    listed = sorted(words, key=len, reverse=True)
    return re.compile("|".join(rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w[0].isascii() else re.escape(w) for w in listed))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _within(text: str, piece: Span, known: Sequence[Span], words: Vocabulary) -> Span | None:
    """The goods in a piece: all of it, or up to its last known word, or that word with the ones it touches, or it alone."""
    tries = [piece]
    if known:
        first = known[-1][0]
        for before in reversed(known[:-1]):
            first = before[0] if before[1] == first else first
        tries += [(piece[0], known[-1][1]), (first, known[-1][1]), known[-1]]
    return next((t for t in tries if _is_phrase(text[t[0] : t[1]]) and words.sure(text[t[0] : t[1]]) >= SURE), None)
