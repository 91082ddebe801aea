"""Days, months and years as they are written down. Pure."""

from datetime import date
from typing import NamedTuple


class Partial(NamedTuple):
    """A month, or a day of a month, of which year is not said."""

    month: int
    day: int | None


def full(year: int, month: int | None, day: int | None) -> str | None:
    """YYYY, YYYY-MM or YYYY-MM-DD; None when there is no such day."""
    if not 1900 <= year <= 2099:
        return None
    try:
        whole = date(year, month or 1, day or 1)
    except ValueError:
        return None
    length = 4 if month is None else 7 if day is None else 10
    return whole.isoformat()[:length]


def nearest(partial: Partial, today: date, direction: int) -> str | None:
    """The occurrence nearest to today; only later ones for direction 1, only earlier ones for -1. Today counts as both."""
    options = []
    for year in range(today.year - 4, today.year + 5):
        text = full(year, partial.month, partial.day)
        if text and len(text) > 4:
            options.append((_distance(year, partial, today), text))
    fitting = [(abs(away), text) for away, text in options if away * direction >= 0]
    return min(fitting)[1] if fitting else None


def _distance(year: int, partial: Partial, today: date) -> int:
    if partial.day is None:
        return (year - today.year) * 12 + partial.month - today.month
    return (date(year, partial.month, partial.day) - today).days


def months_before(today: date, months: int) -> tuple[int, int]:
    """Year and month some months before."""
    index = today.year * 12 + today.month - 1 - months
    return index // 12, index % 12 + 1
