"""Days that are written and do not exist: 2月31日, 13月5日, 31.2. Pure."""

import calendar
import re

_WRITTEN = re.compile(r"(?<![\d.])(?:(?P<year>(?:19|20)\d{2})\s*[年./-]\s*)?(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]")
_DOTTED = re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>(?:19|20)\d{2})?(?!\d)")
_LEAP = 2024  # a year not said may be a leap year


def odd_day(text: str) -> str:
    """The first day written in a text that no calendar has, as it was written; empty when there is none."""
    for match in (*_WRITTEN.finditer(text), *_DOTTED.finditer(text)):
        year, month, day = int(match["year"] or _LEAP), int(match["month"]), int(match["day"])
        if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
            return match.group().strip()
    return ""
