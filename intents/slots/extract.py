"""Everything a text says besides its question: places, sums, counts, dates, numbers, kinds, goods. Pure.

The keys and normal forms are a contract with those who read the answers; several of a kind come as `<key>_all` too.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from intents.meaning import Goods
from intents.slots.amounts import amounts
from intents.slots.asked import Vocabulary
from intents.slots.classes import nice_classes
from intents.slots.counts import counts
from intents.slots.data_files import rows, tree
from intents.slots.dates import dates
from intents.slots.filing_numbers import filing_numbers
from intents.slots.gazetteer import Gazetteer
from intents.slots.goods import GoodsWords
from intents.slots.mention import Mention
from intents.slots.numerals import CHINESE
from intents.slots.places import Places
from intents.slots.span import Span, without
from intents.slots.words import SlotWords

# Beside these no date, sum, count or number is written.
_NUMERIC = frozenset("0123456789" + CHINESE + "年月天日周底几半")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_LONGEST = 4000


class SlotReader:
    """Reads slots from a text."""

    def __init__(self, places: Gazetteer, words: SlotWords, goods: GoodsWords, simplified: Mapping[int, int | str]):
        self._places, self._words, self._goods = Places(places), words, goods
        self._fold = {**simplified, **_WIDE}

    @classmethod
    def load(cls, data_dir: Path, known: Vocabulary | None = None) -> "SlotReader":
        """From the files in a directory; `known`: words for goods and their classes."""
        data = tree(data_dir / "slot_words.yaml")
        return cls(Gazetteer.load(data_dir), SlotWords.of(data), GoodsWords.of(data, known), _simplified(data_dir))

    def read(self, text: str, today: date) -> dict[str, object]:
        """Only what was found. Places and goods come as they were typed, everything else in its normal form."""
        typed = text[:_LONGEST]
        folded = typed.translate(self._fold)
        found: dict[str, object] = {}
        mentions = self._places(folded)
        _put_places(found, mentions, typed)
        rest = without(folded, [Span(m.start, m.end, None) for m in mentions])
        if not _NUMERIC.isdisjoint(rest):
            _put_numbers(found, rest, today)
        for key, values in self._words(folded.lower()).items():
            _put(found, key, values)
        goods = self._goods(folded)
        if goods:
            found["goods"] = [_as_typed(item, folded, typed) for item in goods]
            classes = self._goods.classes(goods)
            if classes:
                found.setdefault("nice_classes", classes)
        return found

    def goods(self, text: str) -> Goods:
        """What a question names to learn its class."""
        typed = text[:_LONGEST]
        asked = self._goods.asked(typed.translate(self._fold))
        return Goods(tuple(dict.fromkeys(typed[start:end] for start, end in asked.goods)), asked.asks, asked.plain)


def _as_typed(part: str, folded: str, typed: str) -> str:
    start = folded.find(part)
    return typed[start : start + len(part)] if start >= 0 else part


def _put(found: dict[str, object], key: str, values: Sequence[object]) -> None:
    different = list(dict.fromkeys(values))
    if different:
        found[key] = different[0]
    if len(different) > 1:
        found[f"{key}_all"] = different


def _put_places(found: dict[str, object], mentions: Sequence[Mention], typed: str) -> None:
    """The three keys of a place stay parallel: one entry each for every place."""
    if not mentions:
        return
    values = {
        "place": [typed[m.start : m.end] for m in mentions],
        "place_norm": [m.place.norm for m in mentions],
        "place_code": [m.place.code for m in mentions],
    }
    for key, each in values.items():
        found[key] = each[0]
        if len(each) > 1:
            found[f"{key}_all"] = each


def _put_numbers(found: dict[str, object], text: str, today: date) -> None:
    """What was read as one thing is not read again as another: number before date before class before sum before count."""
    filings = filing_numbers(text)
    _put(found, "number", [s.value for s in filings])
    text = without(text, filings)
    days = dates(text, today)
    _put(found, "date", [s.value for s in days])
    text = without(text, days)
    lists = nice_classes(text)
    classes = [c for span in lists if isinstance(span.value, list) for c in span.value]
    if classes:
        found["nice_classes"] = list(dict.fromkeys(classes))
    text = without(text, lists)
    sums = amounts(text)
    _put(found, "amount_cny", [s.value for s in sums])
    _put(found, "count", [s.value for s in counts(without(text, sums))])


def _simplified(data_dir: Path) -> dict[int, int | str]:
    row = next(rows(data_dir / "traditional.csv"))
    return {ord(old): new for old, new in zip(row["traditional"], row["simplified"], strict=True)}
