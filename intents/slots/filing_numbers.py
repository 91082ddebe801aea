"""Application and registration numbers, as digits and letters only. Pure.

Patents: year, kind and serial, check digit behind a point (《专利申请号标准》 ZC 0006-2003); ZL and the point are left out, so that all ways
of writing one number give one value. Trademarks: 7–9 digits and perhaps letters; G before those of international registration.
Phone, ID and bank numbers, sums and dates are not numbers in this sense.
"""

import re
from collections.abc import Iterator
from datetime import date

from intents.slots.span import Span, before

_EDGE, _END = r"(?<![A-Za-z0-9.\-*])", r"(?![A-Za-z0-9*]|[.\-]\d)"
_PATENT = re.compile(
    rf"{_EDGE}(?P<zl>ZL|zl|Zl|CN|cn)?[\s:：.]?(?P<body>(?:19[89]\d|20[0-4]\d)\s?[12389]\s?\d{{7}}|(?:8[5-9]|9\d|0[0-3])\s?[12389]\s?\d{{5}})\s?(?P<check>[.．]\s?[\dXx]|[\dXx])?{_END}"
)
_SOFTWARE = re.compile(rf"{_EDGE}(?:19[89]\d|20[0-4]\d)\s?(?:SR|sr|Sr)\s?\d{{6,7}}{_END}")
_MARK = re.compile(rf"{_EDGE}(?P<body>[Gg]\d{{6,7}}|\d{{5,9}})(?P<letters>[A-Za-z]{{0,2}}){_END}")
_COUNTED = re.compile(r"\s?(?:元|块|万|亿|w|W|人|件|个|次|年|斤|吨|公里|米|美元|分钟|多)")
_CUE = re.compile(r"(?:申请号|注册号|商标号|证号|号码?|编号|受理号|案号|国际注册|商标证?)[是为:：\s]*$")
_NOT = re.compile(r"(?:电话|手机|手机号|联系方式|座机|拨打?|打|热线|QQ|qq|微信|邮编|身份证|卡号|账号|工号|验证码|信用代码|密码)[号码是为:：\s]*$")
_ABOUT = re.compile(r"商标|注册|申请|专利|进度|续展|查|状态|公告|受理|编号|号")


def filing_numbers(text: str) -> list[Span]:
    """In the order of the text."""
    found: list[Span] = []
    for span in (*_patents(text), *_software(text), *_marks(text)):
        if all(span.end <= other.start or span.start >= other.end for other in found):
            found.append(span)
    return sorted(found, key=lambda s: s.start)


def _patents(text: str) -> Iterator[Span]:
    for match in _PATENT.finditer(text):
        body = re.sub(r"\s", "", match["body"])
        sure = match["zl"] or (match["check"] and len(body) == 12) or "." in (match["check"] or "")
        if sure or (len(body) == 12 and _is_about(text, match)):
            yield Span(match.start(), match.end(), body + re.sub(r"[.．\s]", "", match["check"] or "").upper())


def _software(text: str) -> Iterator[Span]:
    for match in _SOFTWARE.finditer(text):
        yield Span(match.start(), match.end(), re.sub(r"\s", "", match[0]).upper())


def _marks(text: str) -> Iterator[Span]:
    for match in _MARK.finditer(text):
        left, body = before(text, match.start()), match["body"]
        if _NOT.search(left) or _COUNTED.match(text, match.end()):
            continue
        if _CUE.search(left) or _is_ordinal(left, text, match) or _unasked(text, match, body):
            yield Span(match.start(), match.end(), (body + match["letters"]).upper())


def _is_ordinal(left: str, text: str, match: re.Match[str]) -> bool:
    return left.rstrip().endswith("第") and text.startswith("号", match.end())


def _unasked(text: str, match: re.Match[str], body: str) -> bool:
    """Without a word like 注册号 before it: 7 or 8 digits that are no date, in a text about filings or alone."""
    if len(body) not in (7, 8) or (body.isdigit() and _is_date(body)):
        return False
    return _is_about(text, match) or bool(match["letters"]) or match[0] == text.strip()


def _is_about(text: str, match: re.Match[str]) -> bool:
    return bool(_ABOUT.search(text)) or match[0].strip() == text.strip()


def _is_date(body: str) -> bool:
    if len(body) != 8 or not "1980" <= body[:4] <= "2049":
        return False
    try:
        date(int(body[:4]), int(body[4:6]), int(body[6:]))
    except ValueError:
        return False
    return True
