"""The 45 classes of goods and services, everyday words for them, and words that change a class: loaded and checked.

Classes are those of the Nice Classification as the trademark office publishes it; the tables say how sure they are.
"""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import Field

from knowledge import loader
from knowledge.catalog import Confidence, Text
from knowledge.loader import DataError, Fault, Record

LAST = 45
OWN = 0  # in a change: the classes of what the word stands with
MOST = 3  # classes told for one good
Number = Annotated[int, Field(ge=1, le=LAST)]
Place = Literal["head", "tail", "start", "end"]
_PLACES: Mapping[str, Place] = {place: place for place in get_args(Place)}
_NUMBERS = {"=": OWN, **{str(number): number for number in range(1, LAST + 1)}}
_BLANK = re.compile(r"[\s\-·()（）]+")


class Aside(Record):
    """Something that belongs to another class."""

    number: Number = Field(alias="class")
    what: Text


class NiceClass(Record):
    """One class: what is in it, what is not, which are compared with it, what people of its trades leave out."""

    title: Text
    has: tuple[Text, ...] = ()
    others: tuple[Aside, ...] = Field((), alias="not")
    alike: tuple[Number, ...] = ()
    forget: tuple[Aside, ...] = ()


class Trade(Record):
    """What people of a trade usually need besides their first class."""

    words: tuple[Text, ...] = Field(min_length=1)
    also: tuple[Aside, ...] = Field(min_length=1)


class Trades(Record):
    """trades.yaml."""

    trades: tuple[Trade, ...]


class Classes(Record):
    """classes.yaml."""

    as_of: date
    confidence: Confidence
    sources: tuple[str, ...] = Field(min_length=1)
    tables: Mapping[str, Confidence]
    classes: Mapping[int, NiceClass]


class Term(NamedTuple):
    """A word for goods or services, its classes best first, why, and the table it stands in."""

    word: str
    classes: tuple[int, ...]
    note: str = ""
    table: str = ""
    key: str = ""  # the word in plain form


class Change(NamedTuple):
    """A word that changes the class of what it stands with; `of`: best class of that, None when anything goes, empty when anything known."""

    place: Place
    word: str
    of: frozenset[int] | None
    classes: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Nice:
    """Everything known about classes."""

    book: Classes
    trades: tuple[Trade, ...]
    terms: tuple[Term, ...]
    changes: tuple[Change, ...]

    def __getitem__(self, number: int) -> NiceClass:
        return self.book.classes[number]

    def counts(self) -> dict[int, int]:
        """For each class, how many words name it first."""
        counted = Counter(term.classes[0] for term in self.terms)
        return {number: counted[number] for number in sorted(self.book.classes)}

    def trade(self, *names: str) -> Trade | None:
        """The trade that one of the names ends with; the longest word wins."""
        found = [(len(word), trade) for trade in self.trades for word in trade.words if any(n.lower().endswith(word) for n in names)]
        return max(found, key=lambda pair: pair[0])[1] if found else None


def plain(word: str) -> str:
    """The form in which words are compared: half width, lower case, without blanks, hyphens and brackets."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", word).lower())


def load(folder: Path) -> Nice:
    """Read classes.yaml, trades.yaml, changes.csv and every table that classes.yaml lists. Raises DataError with all faults."""
    path = folder / "classes.yaml"
    book = loader.load(Classes, path)
    trades = loader.load(Trades, folder / "trades.yaml").trades
    faults = list(_book_faults(book, path, folder))
    terms = [(term, line) for name in book.tables for term, line in _terms(folder / name, faults)]
    changes = list(_changes(folder / "changes.csv", faults))
    faults += _repeats(terms)
    if faults:
        raise DataError(faults)
    return Nice(book, trades, tuple(term for term, _ in terms), tuple(changes))


def _book_faults(book: Classes, path: Path, folder: Path) -> Iterator[Fault]:
    for number in sorted(set(range(1, LAST + 1)) ^ book.classes.keys()):
        wrong = "缺少这一类" if number <= LAST else f"没有这一类，只有 1 到 {LAST}"
        yield loader.fault_at(path, ["classes", number], wrong)
    unlisted = {p.name for p in folder.glob("*.csv")} - {*book.tables, "changes.csv"}
    yield from (Fault(path.name, "tables", f"没有列出这个词表：{name}") for name in sorted(unlisted))


def _rows(path: Path, columns: Sequence[str], faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of a CSV file; `#` lines are left out, a row of another length is a fault."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        faults.append(Fault(path.name, "-", "文件不存在"))
        return
    except UnicodeDecodeError as error:
        faults.append(Fault(path.name, "-", f"不是 UTF-8：{error.reason}"))
        return
    listed = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    if not listed or listed[0][1] != ",".join(columns):
        faults.append(Fault(path.name, "-", f"第一行应为 {','.join(columns)}", listed[0][0] if listed else None))
        return
    cut = csv.reader(line for _, line in listed[1:])
    for (number, _), cells in zip(listed[1:], cut, strict=False):
        if len(cells) == len(columns):
            yield number, [cell.strip() for cell in cells]
        else:
            faults.append(Fault(path.name, cells[0] or "-", f"应有 {len(columns)} 列", number))


def _terms(path: Path, faults: list[Fault]) -> Iterator[tuple[Term, int]]:
    for line, (word, cell, note) in _rows(path, ("term", "classes", "note"), faults):
        classes, key = _numbers(cell), plain(word)
        if not key:
            faults.append(Fault(path.name, "-", "词不能为空", line))
        elif not classes or len(set(classes)) < len(classes) or len(classes) > MOST or OWN in classes:
            faults.append(Fault(path.name, word, f"类号应为 1 到 {LAST}，最多 {MOST} 个，用 | 隔开，不重复：{cell}", line))
        else:
            yield Term(word, classes, note, path.name, key), line


def _numbers(cell: str) -> tuple[int, ...]:
    """Class numbers of a cell, `=` as OWN; empty when something in it is none."""
    numbers = tuple(_NUMBERS.get(part, -1) for part in cell.split("|"))
    return () if -1 in numbers else numbers


def _changes(path: Path, faults: list[Fault]) -> Iterator[Change]:
    for line, (where, word, of, cell, note) in _rows(path, ("place", "word", "of", "classes", "note"), faults):
        place = _PLACES.get(where)
        cut = place in ("head", "tail")
        classes, only = () if cut else _numbers(cell), _of(of)
        if place is None:
            faults.append(Fault(path.name, word or "-", f"place 只能是 {'、'.join(_PLACES)}：{where}", line))
        elif not word or only == frozenset({OWN}) or (cut and (of or cell)) or (not cut and not classes):
            faults.append(Fault(path.name, word or "-", "词、of 或类号不对", line))
        else:
            yield Change(place, word, only, classes, note)


def _of(cell: str) -> frozenset[int] | None:
    """Classes of a cell such as 29-33|43; None when empty, the empty set for `*`; only OWN when it is wrong."""
    if cell in ("", "*"):
        return frozenset() if cell else None
    found: set[int] = set()
    for part in cell.split("|"):
        match = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", part)
        span = range(int(match[1]), int(match[2] or match[1]) + 1) if match else range(0)
        if not span or span[0] < 1 or span[-1] > LAST:
            return frozenset({OWN})
        found.update(span)
    return frozenset(found)


def _repeats(terms: Sequence[tuple[Term, int]]) -> Iterator[Fault]:
    """A word stands in one row of all tables; two rows that disagree are told apart from mere repeats."""
    seen: dict[str, tuple[Term, int]] = {}
    for term, line in terms:
        first, at = seen.setdefault(term.key, (term, line))
        if first is not term:
            wrong = "词重复" if first.classes == term.classes else "同一个词类别不同"
            yield Fault(term.table, term.word, f"{wrong}：已在 {first.table}:{at}", line)
