"""Which days are working days: the imported statutory table first, then plain weekdays where no schedule is published."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

from knowledge import calendar_days, table
from knowledge.calendar_days import Day
from knowledge.loader import DataError, Fault


@dataclass(frozen=True)
class Workdays:
    """Days off and days worked against the week, as published by the State Council's office (国办放假安排)."""

    off: Mapping[date, str]
    worked: frozenset[date]
    statutory: Mapping[date, str]

    @classmethod
    def load(cls, path: Path, statutory: Path) -> "Workdays":
        """From the published table (date,weekday,type,name) and, for years without one, the holidays by law. Raises DataError with the line."""
        rows, shape = table.read(path, calendar_days.COLUMNS)
        days, wrong = calendar_days.parsed(rows)
        if shape or wrong:
            raise DataError(Fault(path.name, w.column, w.reason, w.number or None) for w in (*shape, *wrong))
        return cls.of(days, _by_law(statutory))

    @classmethod
    def of(cls, days: Iterable[Day], statutory: Mapping[date, str]) -> "Workdays":
        """From days off and days worked against the week."""
        listed = list(days)
        off = {day.date: day.name for day in listed if day.type == calendar_days.OFF}
        return cls(off, frozenset(day.date for day in listed if day.type == calendar_days.WORKED), statutory)

    def with_years(self, days: Sequence[Day]) -> "Workdays":
        """These days in place of what was known of their years."""
        years = {day.date.year for day in days}
        new = Workdays.of(days, self.statutory)
        off = {day: name for day, name in self.off.items() if day.year not in years} | dict(new.off)
        return Workdays(off, frozenset(day for day in self.worked if day.year not in years) | new.worked, self.statutory)

    @cached_property
    def years(self) -> frozenset[int]:
        """Years whose schedule is published and imported."""
        return frozenset(day.year for day in self.off)

    def is_working(self, day: date) -> bool:
        """Whether offices work that day. A year without a published schedule: weekends and holidays by law are off, no swap is guessed."""
        if day in self.worked:
            return True
        off = self.off if day.year in self.years else self.statutory
        return day not in off and day.weekday() < 5

    def next_holiday(self, text: str, after: date) -> date | None:
        """The first day off of the holiday that a text names, on or after a day; None when it names none."""
        named = [(day, name) for days in (self.off, self.statutory) for day, name in days.items() if day >= after]
        return next((day for day, name in sorted(named) if any(_stem(part) in text for part in name.split("、"))), None)


def _stem(holiday: str) -> str:
    """国庆节 as people say it: 国庆."""
    return holiday.removesuffix("节") if len(holiday) > 2 else holiday


def _by_law(path: Path) -> dict[date, str]:
    """Holidays by law (全国年节及纪念日放假办法), lunar ones computed; source: 法定节假日资料 2026-11-22."""
    found: dict[date, str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                found[date.fromisoformat(row["date"])] = row["name"]
            except (KeyError, ValueError) as error:
                raise DataError([Fault(path.name, "date", str(error), number)]) from error
    return found


@dataclass(frozen=True, slots=True)
class Hours:
    """Office hours of a working day, in one or more stretches."""

    stretches: tuple[tuple[time, time], ...]

    def is_open(self, at: datetime, days: Workdays) -> bool:
        """Whether someone is there at a local time."""
        return days.is_working(at.date()) and any(start <= at.time() < end for start, end in self.stretches)

    def next_opening(self, at: datetime, days: Workdays) -> datetime:
        """The next local time at which the office opens, after `at`."""
        for ahead in range(31):
            day = at.date() + timedelta(days=ahead)
            for start, _ in self.stretches:
                opening = datetime.combine(day, start, at.tzinfo)
                if days.is_working(day) and opening > at:
                    return opening
        raise ValueError("no working day within a month")

    def __str__(self) -> str:
        return "、".join(f"{start:%-H:%M}—{end:%-H:%M}" for start, end in self.stretches)
