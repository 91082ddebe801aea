"""The published schedule of days off (国办放假安排) as rows: read, checked, written."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationError

from knowledge import table
from knowledge.loader import Record
from knowledge.table import Line, Row, Wrong

COLUMNS = ("date", "weekday", "type", "name")
WEEK = "一二三四五六日"
OFF, WORKED = "放假", "调休上班"


def _date(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise ValueError(f"应为 YYYY-MM-DD：{error}") from None


def _type(value: object) -> object:
    if str(value).strip() not in (OFF, WORKED):
        raise ValueError(f"应为 {OFF} 或 {WORKED}：{value}")
    return str(value).strip()


class Day(Record):
    """A day off, or one worked against the week, with the holiday it belongs to."""

    date: Annotated[datetime.date, BeforeValidator(_date)]
    type: Annotated[Literal["放假", "调休上班"], BeforeValidator(_type)]
    name: Line


def parsed(rows: Iterable[Row]) -> tuple[tuple[Day, ...], tuple[Wrong, ...]]:
    """The days of a table, and what is wrong in its rows; a weekday that is given must be that of the date."""
    days: list[Day] = []
    wrong: list[Wrong] = []
    for row in rows:
        try:
            day = Day.model_validate({key: value for key, value in row.cells.items() if key != "weekday"})
        except ValidationError as error:
            wrong += [Wrong(row.number, column, reason) for column, reason in table.why(error)]
            continue
        days.append(day)
        said = row.cells.get("weekday", "").strip()
        if said and said[-1] != WEEK[day.date.weekday()]:
            wrong.append(Wrong(row.number, "weekday", f"{day.date} 是星期{WEEK[day.date.weekday()]}，不是 {said}"))
        if day.type == WORKED and day.date.weekday() < 5:
            wrong.append(Wrong(row.number, "type", f"{day.date} 是星期{WEEK[day.date.weekday()]}，本来就上班"))
    twice = [day for day, count in Counter(d.date for d in days).items() if count > 1]
    return tuple(days), (*wrong, *(Wrong(0, "date", f"{day} 写了两次") for day in twice))


def missing(days: Sequence[Day], statutory: Mapping[date, str]) -> list[str]:
    """Holidays by law that a year's schedule leaves out: it is not whole. Every year must have New Year's Day."""
    off = {day.date for day in days if day.type == OFF}
    years = sorted({day.date.year for day in days})
    lacking = [f"{year}年没有元旦" for year in years if date(year, 1, 1) not in off]
    return lacking + [f"{day} 是{name}，应当放假" for day, name in sorted(statutory.items()) if day.year in years and day not in off]


def written(days: Iterable[Day]) -> str:
    """The whole file, the same for the same days."""
    ordered = sorted(days, key=lambda d: d.date)
    return table.written(COLUMNS, ([d.date.isoformat(), WEEK[d.date.weekday()], d.type, d.name] for d in ordered))
