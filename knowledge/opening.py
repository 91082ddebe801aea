"""Hours as a counter writes them, and whether it is open. What cannot be read for certain is None, never a guess. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from knowledge.workdays import Workdays

_WEEK = "一二三四五六日"
_DAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])(?:(?:至|到|[—–~～-]+)(?:周|星期|礼拜)?([一二三四五六日天]))?")
_TIMES = re.compile(r"(\d{1,2})[:：](\d{2})\s*(?:至|到|[—–~～-]+)\s*(\d{1,2})[:：](\d{2})")
_REMARK = re.compile(r"（[^（）]*）|\([^()]*\)")
_EXCEPT = re.compile(r"(?:法定)?节假日(?:除外|不办公|休息)")
_EXCEPTION = re.compile(r"[不除停休周季月]|星期")  # a remark that takes something back
_AHEAD = 31  # days that are looked through for the next opening


class State(NamedTuple):
    """Open or not, when it closes if it is open, when it opens next if not."""

    is_open: bool
    until: datetime | None = None
    opens: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Stretches of a day, on working days (`weekdays` None) or on these days of the week, holidays left out."""

    stretches: tuple[tuple[time, time], ...]
    weekdays: frozenset[int] | None = None

    def opens_on(self, day: date, days: Workdays) -> bool:
        """Whether somebody is there that day. A day worked against the week counts as a working day."""
        if self.weekdays is None or day in days.worked:
            return days.is_working(day)
        return day.weekday() in self.weekdays and day not in days.off and day not in days.statutory

    def at(self, now: datetime, days: Workdays) -> State | None:
        """Open or not at a local time; None while no schedule of holidays is published for the year."""
        if now.year not in days.years:
            return None
        for start, end in self._on(now.date(), days):
            if start <= now.replace(tzinfo=None) < end:
                return State(True, until=end.replace(tzinfo=now.tzinfo))
        return State(False, opens=self._next(now, days))

    def _next(self, now: datetime, days: Workdays) -> datetime | None:
        """The next opening within a month; None beyond the published schedule."""
        for ahead in range(_AHEAD):
            day = now.date() + timedelta(days=ahead)
            if day.year not in days.years:
                return None
            for start, _ in self._on(day, days):
                if start > now.replace(tzinfo=None):
                    return start.replace(tzinfo=now.tzinfo)
        return None

    def _on(self, day: date, days: Workdays) -> Iterator[tuple[datetime, datetime]]:
        if self.opens_on(day, days):
            yield from ((datetime.combine(day, start), datetime.combine(day, end)) for start, end in self.stretches)


def parse(text: str) -> Opening | None:
    """`工作日9:00-11:30；13:30-17:00`, `周一至周六 9:00-17:00`. None when anything else is left over; remarks in brackets may only add."""
    text = _EXCEPT.sub("", text)
    if any(_EXCEPTION.search(remark) for remark in _REMARK.findall(text)):
        return None
    plain = _REMARK.sub("", text)
    stretches = tuple(sorted(_stretches(plain)))
    rest = _TIMES.sub("", plain)
    named = list(_DAY.finditer(rest))
    rest = re.sub(r"[\s；;，,、/和及]|上午|下午|早上|中午", "", _DAY.sub("", rest))
    if not stretches or not _in_order(stretches) or rest not in ("", "工作日") or (named and rest):
        return None
    return Opening(stretches, _weekdays(named))


def _stretches(text: str) -> Iterator[tuple[time, time]]:
    for match in _TIMES.finditer(text):
        hours = [int(part) for part in match.groups()]
        if hours[0] < 24 and hours[2] < 24 and hours[1] < 60 and hours[3] < 60:
            yield time(hours[0], hours[1]), time(hours[2], hours[3])
        else:
            yield time.max, time.min  # no such time of day: the whole is not to be read


def _in_order(stretches: tuple[tuple[time, time], ...]) -> bool:
    """Whether each stretch ends after it begins, and before the next one begins."""
    edges = [edge for stretch in stretches for edge in stretch]
    return all(earlier < later for earlier, later in pairwise(edges))


def _weekdays(named: "list[re.Match[str]]") -> frozenset[int] | None:
    """Days of the week, Monday 0; Monday to Friday are the working days, swapped ones included."""
    days: set[int] = set()
    for match in named:
        first = _WEEK.index(match[1].replace("天", "日"))
        last = _WEEK.index((match[2] or match[1]).replace("天", "日"))
        days |= set(range(first, last + 1)) if first <= last else set(range(7)) - set(range(last + 1, first))
    return None if not days or days == set(range(5)) else frozenset(days)
