"""Dates in a text: 2017年3月8号, 2017.3.8, 去年5月, 3月8日, 三个月前. Pure; relative ones count from `today`.

As much is given as was said: YYYY-MM-DD, YYYY-MM or YYYY. A day or month without a year is the one nearest to `today`,
unless the words behind say that it is to come (到期) or is past (申请的); 年底 is December.
"""

import re
from collections.abc import Iterator
from datetime import date

from intents.slots.days import Partial, full, nearest
from intents.slots.numerals import small, spelled
from intents.slots.relative_dates import relative
from intents.slots.span import Span, before

_DIGIT = "[零〇一二三四五六七八九]"
_YEARS_AWAY = {"大前年": -3, "前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_MONTHS_AWAY = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下下": 2, "下": 1}
_FOUR = rf"(?P<year>(?:19|20)\d\d|{_DIGIT}{{4}})\s*年"
_TWO = rf"(?P<short>(?<!\d)\d\d|(?<!{_DIGIT}){_DIGIT}{{2}})\s*年"
_AWAY = "(?P<away>大前年|(?<![以之从目提])前年|(?<![失减除下])去年|今年|本年(?=底|末)|(?<![说声证表])明年|(?<![以之然最权今])后年)"
_YEAR = rf"(?:(?<![\d.]){_FOUR}|(?:(?<![\d.]){_TWO}|{_AWAY})(?!费(?!用)|度))"
_MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*月份?"
_NEAR = r"(?P<near>上上|上|这|本|当|下下|下)(?:1|一)?个?月份?"
_NUMBER = r"(?:3[01]|[12]\d|0?[1-9]|(?:二|三|廿)?十[一二三四五六七八九]?|廿?[一二三四五六七八九])"
# 日 may be left out behind a year and a month: 2016年8月21.
_DAY = rf"\s*(?P<day>{_NUMBER})(?:\s*[日号](?![楼线店院门令机])|(?=(?P<bare>(?![\d个件项天周年月万元点类家份]))))"
_SAID = re.compile(
    rf"(?=[\d〇零一二三四五六七八九十大前去今本明后上这当下年底])(?:{_YEAR}\s*的?\s*)?"
    rf"(?:(?P<end>(?<!每)(?<!每年)年?底|(?<!每)(?<!每年)年末)|(?:(?<![\d.个第满以]){_MONTH}|(?<!以){_NEAR})(?:{_DAY})?)?"
)
_TRIGGER = re.compile("[年月底]")
_NUMERIC = re.compile(
    r"(?<![\d.\-/])(?P<y>(?:19|20)\d\d)(?P<sep>[./\-—])(?P<m>1[0-2]|0?[1-9])(?:(?:[./\-—])(?P<d>3[01]|[12]\d|0?[1-9]))?(?![\d%％]|[./\-—]\d|\s?[万亿元件])"
)
_PLAIN = re.compile(r"(?<![A-Za-z\d.\-])(?P<y>(?:19[89]|20[0-4])\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![A-Za-z\d.\-]|\s?[万亿元件号])")
_YEAR_CUE = re.compile(r"(?:就|我们?|才)?(?:注册|申请|授权|核准|拿|办|下来|下证|批|公告|受理|登记|成立|底|初)")
_YEAR_LENGTH = re.compile(r"[第满近约用了经过共有期这每]$")
_TO_COME = re.compile(r"[^，。,.!！?？]{0,4}?(?:到期|届满|期满|截止|之前|以前|前|开庭|过期)")
_PAST = re.compile(r"[^，。,.!！?？]{0,6}?(?:收到|申请|注册|提交|授权|公告|寄|受理|驳回|拿到|下来|发的|下的|登记|签|签收|交的|办的|买的)")
_SPANS_TIME = re.compile(r"\s*(?:内|以内|之内|期|龄|一次|底前)")


def dates(text: str, today: date) -> list[Span]:
    """In the order of the text, each once."""
    found: list[Span] = []
    for span in (*_numeric(text), *_said(text, today), *relative(text, today)):
        if all(span.end <= other.start or span.start >= other.end for other in found):
            found.append(span)
    return sorted(found, key=lambda s: s.start)


def _numeric(text: str) -> Iterator[Span]:
    for match in (*_NUMERIC.finditer(text), *_PLAIN.finditer(text)):
        value = full(int(match["y"]), int(match["m"]), int(match["d"]) if match["d"] else None)
        if value:
            yield Span(match.start(), match.end(), value)


def _said(text: str, today: date) -> Iterator[Span]:
    if not _TRIGGER.search(text):
        return
    for match in _SAID.finditer(text):
        value = _value(match, text, today) if match.end() > match.start() else None
        if value:
            yield Span(match.start(), match.end(), value)


def _value(match: re.Match[str], text: str, today: date) -> str | None:
    year = _year(match, text, today)
    day = _day(match)
    if match["near"]:
        months = today.year * 12 + today.month - 1 + _MONTHS_AWAY[match["near"]]
        return full(months // 12, months % 12 + 1, day)
    if match["end"]:
        return _year_end(match, year, today)
    month = small(match["month"]) if match["month"] else None
    if year is not None:
        return full(year, month, day)
    if month is None or match["short"] or (day is None and _SPANS_TIME.match(text, match.end())):
        return None
    return nearest(Partial(month, day), today, _direction(text, match.end()))


def _day(match: re.Match[str]) -> int | None:
    if match["day"] is None or (match["bare"] is not None and not match["year"]):
        return None
    return small(match["day"])


def _year(match: re.Match[str], text: str, today: date) -> int | None:
    if match["away"]:
        return today.year + _YEARS_AWAY[match["away"]]
    if match["year"]:
        return spelled(match["year"])
    return _short_year(match, text, today) if match["short"] else None


def _short_year(match: re.Match[str], text: str, today: date) -> int | None:
    """17年3月 and 17年注册的 are 2017; 用了17年 is a length of time."""
    year = spelled(match["short"])
    dated = match["month"] or _YEAR_CUE.match(text, match.end())
    if not dated or _YEAR_LENGTH.search(before(text, match.start())) or today.year % 100 + 10 < year < 80:
        return None
    return (1900 if year >= 80 else 2000) + year


def _year_end(match: re.Match[str], year: int | None, today: date) -> str | None:
    """年底, 今年底, 2025年底: December. A bare 底 is only read behind a year."""
    if year is None and (match["short"] or match["end"] == "底"):
        return None
    return full(year or today.year, 12, None)


def _direction(text: str, end: int) -> int:
    if _TO_COME.match(text, end):
        return 1
    return -1 if _PAST.match(text, end) else 0
