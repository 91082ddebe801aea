"""Whether offices work on the day that a question names, or today when they don't. Pure."""

from collections.abc import Iterator
from datetime import date

from bot.rules import Rules
from intents.meaning import Meaning


def told(rules: Rules, meaning: Meaning, on: date, today: date) -> Iterator[str]:
    """A line about the day asked about; about today only when it is off or worked against the week."""
    named = meaning.slots.get("date")
    if isinstance(named, str) and len(named) == 10 and on >= today:
        yield from _day(rules, on, asked=True)
    elif holiday := rules.library.workdays.next_holiday(meaning.text, today):
        yield from _day(rules, holiday, asked=True)
    elif rules.library.station_kinds.asks_weekend(meaning.text):
        yield rules.phrases["stations_weekends"]
    else:
        yield from _day(rules, today, asked=False)


def _day(rules: Rules, on: date, asked: bool) -> Iterator[str]:
    days, day = rules.library.workdays, shown(on)
    if on in days.worked:
        yield rules.phrase("stations_swapped", day=day)
    elif on in days.off:
        yield rules.phrase("stations_off", day=day, holiday=days.off[on])
    elif on in days.statutory and on.year not in days.years:
        yield rules.phrase("stations_statutory", day=f"{on.year}年{day}", holiday=days.statutory[on])
    elif not days.is_working(on):
        yield rules.phrase("stations_weekend", day=day)
    elif asked and on.year in days.years:
        yield rules.phrase("stations_workday", day=day)


def shown(on: date) -> str:
    """11月25日."""
    return f"{on.month}月{on.day}日"
