"""Reviewed questions from files: what may be understood, answered and done. A broken row is told with file and line."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from bot.evaluate import sources
from intents.meaning import HUMAN, Decision
from knowledge.catalog import FACETS
from knowledge.loader import DataError, Fault

FOREIGN_LABEL = "out_of_scope"
DECISIONS: tuple[str, ...] = get_args(Decision)
Kind = Literal["ours", "foreign", "human", "smalltalk"]
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Case:
    """One reviewed question. The first accepted item says what kind it is, the others are right too."""

    group: str
    id: str
    text: str
    items: tuple[str, ...]
    facets: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    voice: str = ""
    hard: bool = False
    day: date | None = None

    @property
    def kind(self) -> Kind:
        first = self.items[0]
        if first == FOREIGN_LABEL:
            return "foreign"
        if first == HUMAN:
            return "human"
        return "smalltalk" if first.startswith("meta.") else "ours"


def read(paths: Sequence[Path], known: Collection[str]) -> tuple[Case, ...]:
    """Every row of every file. Raises DataError with all faults; `known` are the catalogue's items."""
    allowed = {*known, FOREIGN_LABEL}
    faults: list[Fault] = []
    cases: list[Case] = []
    for group, path in _groups(paths):
        seen: dict[str, int] = {}
        try:
            rows = list(sources.rows(path))
        except DataError as error:
            faults += error.faults
            continue
        if not rows:
            faults.append(Fault(group, "-", "文件里没有题目"))
        for line, value in rows:
            wrong = list(_wrong(value, allowed))
            faults += [Fault(group, key, message, line) for key, message in wrong]
            if wrong or not isinstance(value, dict):
                continue
            case = _case(group, value)
            if case.id in seen:
                faults.append(Fault(group, "id", f"编号 {case.id} 与第 {seen[case.id]} 行重复", line))
            seen.setdefault(case.id, line)
            cases.append(case)
    if faults:
        raise DataError(faults)
    return tuple(cases)


def _groups(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Each file's name; with its folder where two files have the same name."""
    names = [p.name for p in paths]
    return [(p.name if names.count(p.name) == 1 else f"{p.parent.name}/{p.name}", p) for p in paths]


def _wrong(value: object, allowed: Collection[str]) -> Iterator[tuple[str, str]]:
    """(key, what is wrong) for everything wrong in a row."""
    if not isinstance(value, dict):
        yield "-", "应为一道题：{id, text, items, facets}"
        return
    if not isinstance(value.get("id"), str | int) or isinstance(value.get("id"), bool) or value.get("id") == "":
        yield "id", "缺少编号"
    yield from _wrong_text(value)
    yield from _wrong_list(value, "items", allowed, needed=True)
    yield from _wrong_list(value, "facets", FACETS, needed=not _without_facets(value))
    yield from _wrong_list(value, "decisions", DECISIONS, needed=False)
    if value.get("items") == []:
        yield "items", "至少写一个可接受的事项"
    history = value.get("history") or []
    if not isinstance(history, list) or not all(isinstance(h, str) for h in history):
        yield "history", "应为文字的列表"
    if not isinstance(value.get("voice") or "", str):
        yield "voice", "应为文字"
    if not isinstance(value.get("hard") or False, bool):
        yield "hard", "应为 true 或 false"
    try:
        _day(value)
    except ValueError:
        yield "date", "应为 YYYY-MM-DD"


def _wrong_text(value: Row) -> Iterator[tuple[str, str]]:
    if "text" in value and "question" in value:
        yield "text", "text 与 question 只写一个"
    key = "question" if "question" in value else "text"
    text = value.get(key)
    if not isinstance(text, str) or not text.strip():
        yield key, "缺少题目文字"


def _wrong_list(value: Row, key: str, names: Collection[str], needed: bool) -> Iterator[tuple[str, str]]:
    listed = value.get(key)
    if listed is None and not needed:
        return
    if not isinstance(listed, list):
        yield key, "应为列表" if key in value else "缺少这一项"
        return
    for name in listed:
        if not isinstance(name, str) or name not in names:
            yield key, f"没有这个名字：{name}"


def _without_facets(value: Row) -> bool:
    """Whether a row needs no facets: nothing of the catalogue comes first."""
    items = value.get("items")
    return isinstance(items, list) and bool(items) and (items[0] == FOREIGN_LABEL or str(items[0]).startswith("meta."))


def _day(value: Row) -> date | None:
    day = value.get("date")
    return day if day is None or isinstance(day, date) else date.fromisoformat(str(day))


def _case(group: str, value: Row) -> Case:
    return Case(
        group,
        str(value["id"]),
        str(value["question"] if "question" in value else value["text"]),
        _strings(value, "items"),
        _strings(value, "facets"),
        _strings(value, "decisions"),
        _strings(value, "history"),
        str(value.get("voice") or ""),
        bool(value.get("hard")),
        _day(value),
    )


def _strings(value: Row, key: str) -> tuple[str, ...]:
    listed = value.get(key)
    return tuple(str(v) for v in listed) if isinstance(listed, list) else ()
