"""Dates counted from today: 昨天, 上周三, 三个月前, 再过十天. Pure.

后 is read only where it plainly counts from today (再过…后, …后到期): in 公告三个月后 it counts from something else.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from intents.slots.days import full, months_before
from intents.slots.numerals import small
from intents.slots.span import Span, before

_DAYS_AWAY = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_DAY = re.compile(r"(?P<day>大前|(?<![大提以之年月从目天])前|昨|今|(?<![说声证发分])明|大后|(?<![大以之然最今年月过天])后)[天日](?![津气窗份然花])")
_WEEKS_AWAY = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_WEEK = re.compile(r"(?P<week>上上|(?<!以)上|这|本|下下|(?<!以)下)个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_NUM = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"
_UNIT = "(?P<unit>天|日|周|个?星期|个?礼拜|个多?月|年)"
_AGO = re.compile(rf"(?<![\d.满期届])(?P<soon>再过|还有|过)?{_NUM}(?P<rough>多|来)?\s?{_UNIT}(?P<side>[之以]?[前后])?(?!三)")
_EVENT = re.compile(r"(?:期|满|届满|到期|公告|提前|授权|注册|申请|收到|开庭|之日起?|日起?)$")
_EXPIRES = re.compile(r"[就才]?(?:到期|过期|届满|期满|截止)")


def relative(text: str, today: date) -> Iterator[Span]:
    """Days, weekdays and spans of time before or after today."""
    if not re.search(r"[天日周月年期拜]", text):
        return
    yield from _days(text, today)
    yield from _ago(text, today)


def _days(text: str, today: date) -> Iterator[Span]:
    for match in _DAY.finditer(text):
        yield Span(match.start(), match.end(), _shifted(today, _DAYS_AWAY[match["day"]]))
    for match in _WEEK.finditer(text):
        weekday = "一二三四五六日".find(match["day"].replace("天", "日"))
        days = 7 * _WEEKS_AWAY[match["week"]] + weekday - today.weekday()
        yield Span(match.start(), match.end(), _shifted(today, days))


def _ago(text: str, today: date) -> Iterator[Span]:
    for match in _AGO.finditer(text):
        sign = _sign(match, text)
        value = _moved(match, today, sign) if sign else None
        if value:
            yield Span(match.start(), match.end(), value)


def _sign(match: re.Match[str], text: str) -> int:
    """-1 before today, 1 after, 0 where something else than today is counted from."""
    left, side = before(text, match.start()), match["side"] or ""
    if _EVENT.search(left):
        return 0
    if side.endswith("前"):
        return 0 if match["soon"] or _is_year(match) else -1
    if match["soon"] in ("再过", "还有", "过") and _EXPIRES.match(text, match.end()):
        return 1
    return 1 if side.endswith("后") and (match["soon"] == "再过" or _EXPIRES.match(text, match.end())) else 0


def _is_year(match: re.Match[str]) -> bool:
    """19年之前 rather means 2019 than nineteen years ago."""
    return match["unit"] == "年" and match["side"] != "前" and 11 <= (small(match["n"]) or 0) <= 30


def _moved(match: re.Match[str], today: date, sign: int) -> str | None:
    unit, half = match["unit"][-1], match["n"] == "半"
    count = 0 if half else small(match["n"]) or 0
    if unit == "年" and not half:
        return full(today.year + sign * count, None, None)
    if unit in "年月" and ((half and unit == "年") or not half):
        return full(*months_before(today, -sign * (6 if half else count)), None)
    days = 15 if half and unit == "月" else count * (7 if unit in "周期拜" else 1)
    return _shifted(today, sign * days) if days else None


def _shifted(today: date, days: int) -> str | None:
    try:
        moved = today + timedelta(days=days)
    except OverflowError:
        return None
    return full(moved.year, moved.month, moved.day)
