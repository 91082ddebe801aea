"""A sheet's days as a calendar file (RFC 5545): whole days with reminders at nine in the morning. Nothing of a person but the titles."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from icalendar import Alarm, Calendar, Event

from bot.model import Sheet, SheetDay
from bot.rules import ZONE
from bot.sheets.wording import plain

MORNING = timedelta(hours=9)  # of the day, where the phone is


def calendar_file(sheet: Sheet, now: datetime) -> bytes:
    """The calendar, without reminders whose time is over at `now` (which has a zone).

    The same day keeps its id: taken in twice, it makes no second entry.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//zhiwen//sheet//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _line(sheet.title))
    calendar.add("x-wr-timezone", ZONE.key)
    for day in sorted(sheet.days, key=lambda each: each.day):
        calendar.add_component(_event(sheet, day, now))
    return bytes(calendar.to_ical())


def _event(sheet: Sheet, day: SheetDay, now: datetime) -> Event:
    event = Event()
    event.add("uid", _uid(sheet, day))
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", day.day)
    event.add("dtend", day.day + timedelta(days=1))
    event.add("summary", f"{_line(day.name)} · {_line(sheet.title)}")
    if day.note:
        event.add("description", plain(day.note))
    event.add("transp", "TRANSPARENT")
    for days in sorted(set(day.remind), reverse=True):
        if datetime.combine(day.day - timedelta(days=days), datetime.min.time(), ZONE) + MORNING > now:
            event.add_component(_alarm(day, days))
    return event


def _alarm(day: SheetDay, days: int) -> Alarm:
    """`days` before, counted from the day's beginning as calendars do."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", MORNING - timedelta(days=days))
    alarm.add("description", _line(day.name))
    return alarm


def _line(text: str) -> str:
    """On one line: not every property may carry a line break."""
    return " ".join(plain(text).split())


def _uid(sheet: Sheet, day: SheetDay) -> str:
    known = "\0".join((sheet.title, day.name, day.day.isoformat()))
    return f"{sha256(known.encode()).hexdigest()[:32]}@zhiwen"
