"""Geographical indications: the list, and what in it a question names or comes near to. Pure but for reading.

A row is what reports said: `status` 在册 was reported as recognised, 未核实 was applied for and the result is not known,
无来源 is often spoken of and nothing was found. 常识 stands on an official site or paper, 存疑 on reprints.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Literal, get_args

from rapidfuzz.distance import Hamming

from knowledge.catalog import Catalog, Confidence
from knowledge.loader import DataError, Fault

Kind = Literal["地理标志产品", "地理标志商标", "农产品地理标志", "原产地标志认证"]
Status = Literal["在册", "未核实", "无来源"]
Way = Literal["name", "near", "goods", "elsewhere", "place", "none"]
COLUMNS = (
    "name", "aliases", "goods", "code", "place", "kinds", "year", "number", "status", "eu", "note", "as_of", "confidence", "source", "reference",
)  # fmt: skip
SHORTEST = 4  # characters of a name of which one may be another
# One character is a kind of goods only behind a word that makes it one.
_ONE = "种植养殖产卖做搞的"
_EXCEPT = re.compile(r"除了.*?(?:以外|之外|，|,|还)")
_WORD = re.compile(r"[^的吗呢，。,.？?！!、\s和跟与]+")


@dataclass(frozen=True, slots=True)
class Gi:
    """One indication. `code` is the division it belongs to; an empty `kinds` was not told by the report."""

    name: str
    aliases: tuple[str, ...]
    goods: tuple[str, ...]
    code: str
    place: str
    kinds: tuple[str, ...]
    year: str
    number: str
    status: str
    eu: bool
    note: str
    as_of: date
    confidence: Confidence
    source: str
    reference: str
    line: int

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What was found, and by what: `typed` is the mistyped name, or the goods, as they stand in the question."""

    way: Way
    found: tuple[Gi, ...] = ()
    typed: str = ""


def load(path: Path) -> tuple[Gi, ...]:
    """Every row checked. Raises DataError with every fault, its line and column."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except FileNotFoundError as error:
        raise DataError([Fault(path.name, "-", "文件不存在")]) from error
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise DataError([Fault(path.name, "-", f"列应为：{','.join(COLUMNS)}", 1)])
    wrong = [Fault(path.name, *fault) for fault in _faults(rows)]
    if wrong:
        raise DataError(wrong)
    return tuple(_gi(row, line) for line, row in enumerate(rows, 2))


def faults(gis: Iterable[Gi], catalog: Catalog) -> Iterator[Fault]:
    """Sources that the catalogue does not have."""
    for gi in gis:
        if gi.source not in catalog.sources:
            yield Fault("gi.csv", "source", f"没有这个来源：{gi.source}", gi.line)


def _faults(rows: Sequence[dict[str, str]]) -> Iterator[tuple[str, str, int]]:
    seen: dict[str, int] = {}
    for line, row in enumerate(rows, 2):
        if None in row or None in row.values():
            yield "-", "列数不对", line
            continue
        yield from ((key, message, line) for key, message in _cells(row))
        for name in _parts(f"{row['name']}|{row['aliases']}"):
            if name in seen:
                yield "name", f"名称重复，第 {seen[name]} 行已有：{name}", line
            seen[name] = line


def _cells(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    if not row["name"].strip() or not row["place"].strip():
        yield "name", "名称和产地不能为空"
    if not re.fullmatch(r"\d{6}", row["code"]):
        yield "code", f"应为六位区划代码：{row['code']}"
    yield from (("kinds", f"没有这种类型：{kind}") for kind in _parts(row["kinds"]) if kind not in get_args(Kind))
    if row["status"] not in get_args(Status):
        yield "status", f"应为 {'、'.join(get_args(Status))}"
    if row["eu"] not in ("", "是"):
        yield "eu", "应为空或“是”"
    if row["year"] and not re.fullmatch(r"\d{4}(-\d{2}){0,2}", row["year"]):
        yield "year", f"应为 YYYY、YYYY-MM 或 YYYY-MM-DD：{row['year']}"
    if row["confidence"] not in get_args(Confidence):
        yield "confidence", f"应为 {'、'.join(get_args(Confidence))}"
    try:
        date.fromisoformat(row["as_of"])
    except ValueError:
        yield "as_of", f"应为 YYYY-MM-DD：{row['as_of']}"


def _gi(row: dict[str, str], line: int) -> Gi:
    confidence: Confidence = row["confidence"]  # type: ignore[assignment]  # one of them: checked
    return Gi(
        row["name"], _parts(row["aliases"]), _parts(row["goods"]), row["code"], row["place"], _parts(row["kinds"]), row["year"], row["number"],
        row["status"], row["eu"] == "是", row["note"], date.fromisoformat(row["as_of"]), confidence, row["source"], row["reference"], line,
    )  # fmt: skip


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def lookup(gis: Sequence[Gi], text: str, codes: Sequence[str] = ()) -> Lookup:
    """By name, by a mistyped name, by goods of the places, by goods, by place: the first that finds something."""
    text = _EXCEPT.sub("", text)
    exact = _named(gis, text)
    if exact:
        return Lookup("name", exact)
    near = _near(gis, text, codes)
    if near:
        return near
    word, sold = _goods(gis, text, bool(codes))
    if sold and codes:
        here = tuple(g for g in sold if of_places(g, codes))
        return Lookup("goods", here, word) if here else Lookup("elsewhere", sold, word)
    if sold:
        return Lookup("goods", sold, word)
    here = tuple(g for g in gis if g.status != "无来源" and of_places(g, codes))
    return Lookup("place", here) if here else Lookup("none")


def of_places(gi: Gi, codes: Iterable[str]) -> bool:
    """Whether an indication belongs to one of the divisions, to a part of it, or to the prefecture around it."""
    own = _significant(gi.code)
    asked = [_significant(code) for code in codes]
    return any(own.startswith(each) or (len(own) > 2 and each.startswith(own)) for each in asked if each)


def _significant(code: str) -> str:
    """The digits of a code that name something: 62 of a province, 6211 of a prefecture, all six of a county."""
    pairs = (code[n : n + 2] for n in (0, 2, 4))
    return "".join(takewhile(lambda pair: pair != "00", pairs))


def _named(gis: Sequence[Gi], text: str) -> tuple[Gi, ...]:
    """Names that stand in the text, the longest first, none inside another."""
    found: dict[str, Gi] = {}
    names = sorted(((name, gi) for gi in gis for name in gi.names), key=lambda pair: -len(pair[0]))
    for name, gi in names:
        if name in text:
            found.setdefault(gi.name, gi)
            text = text.replace(name, "\n")
    return tuple(found.values())


def _near(gis: Sequence[Gi], text: str, codes: Sequence[str]) -> Lookup | None:
    """A name with one other character, the longest first; not of another place than the ones named."""
    names = sorted(((name, gi) for gi in gis for name in gi.names if len(name) >= SHORTEST), key=lambda pair: -len(pair[0]))
    for name, gi in names:
        if codes and not of_places(gi, codes):
            continue
        for start in range(len(text) - len(name) + 1):
            typed = text[start : start + len(name)]
            if Hamming.distance(name, typed, score_cutoff=1) == 1 and _WORD.fullmatch(typed):
                return Lookup("near", (gi,), typed)
    return None


def _goods(gis: Sequence[Gi], text: str, placed: bool) -> tuple[str, tuple[Gi, ...]]:
    """Kinds of goods in the text, the longest first, none inside another; and the indications for them."""
    found: list[str] = []
    for word in sorted({word for gi in gis for word in gi.goods}, key=len, reverse=True):
        if (len(word) > 1 and word in text) or (placed and len(word) == 1 and re.search(f"[{_ONE}]{word}", text)):
            found.append(word)
            text = text.replace(word, "\n")
    return "、".join(found), tuple(g for g in gis if set(found) & set(g.goods))
