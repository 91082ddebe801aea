"""Numbers as people write them: 三百五, 2千万, 两万五, 3.5亿, 一百来万, 300w. Pure.

来, 多, 几, 余 behind a digit round down; two digits in a row (三五百万) mean the smaller.
"""

import re
from decimal import Decimal

_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬億貳叄陸兩", "一二三四五六七八九十百千万亿二三六两")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000}
_GROUPS = {"万": 10**4, "w": 10**4, "亿": 10**8}
_PIECE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[零〇一二三四五六七八九两俩仨]|[十百千万亿wk几点]")
_NOISE = str.maketrans("", "", "来多余把个 ")
_POINT = re.compile(r"([零〇一二三四五六七八九十百]+)点([零〇一二三四五六七八九]+)")
# Fragments for the patterns of other modules.
DIGITS = r"(?:\d{1,3}(?:,\d{3})++(?:\.\d+)?|\d+(?:\.\d+)?)"
CHINESE = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億"


def number(text: str) -> Decimal | None:
    """The value, or None when it is no number or names none (几百万)."""
    plain = _POINT.sub(_pointed, text.translate(_FORMAL).lower().translate(_NOISE))
    pieces = _PIECE.findall(plain)
    if not pieces or pieces[0] == "几" or "".join(pieces) != plain:
        return None
    return _Sum().of(pieces)


class _Sum:
    """Adds up pieces from left to right: total, the section under 万 being built, the digit not yet placed."""

    def __init__(self) -> None:
        self.total = self.section = Decimal(0)
        self.digit: Decimal | None = None
        self.last, self.unit, self.zero = "", 0, False

    def of(self, pieces: list[str]) -> Decimal | None:
        for piece in pieces:
            if piece != "几" and not self._take(piece):
                return None
        return self._end()

    def _take(self, piece: str) -> bool:
        if piece in _UNITS:
            return self._place(_UNITS[piece])
        if piece in _GROUPS:
            return self._group(_GROUPS[piece])
        if piece == "点":
            return False
        return self._hold(piece)

    def _place(self, unit: int) -> bool:
        self.section += (Decimal(1) if self.digit is None else self.digit) * unit
        self.digit, self.unit, self.zero = None, unit, False
        return True

    def _group(self, unit: int) -> bool:
        section = self.section + (self.digit or 0)
        if unit == 10**8:
            self.total = (self.total + section or Decimal(1)) * unit
        else:
            self.total += (section or Decimal(1)) * unit
        self.section, self.digit, self.unit, self.zero = Decimal(0), None, unit, False
        return True

    def _hold(self, piece: str) -> bool:
        if piece in "零〇" and self.unit:
            self.zero = True
            return True
        value = Decimal(_DIGITS[piece]) if piece in _DIGITS else Decimal(piece.replace(",", ""))
        if self.digit is not None:
            return piece in _DIGITS and self.last in _DIGITS and (self.digit, value) in _PAIRS
        self.digit, self.last = value, piece
        return True

    def _end(self) -> Decimal:
        """A last digit without unit counts in the next lower one: 两万五 is 25,000, but 两万零五 20,005."""
        if self.digit is not None:
            tail = self.unit > 10 and not self.zero and len(self.last) == 1
            self.section += self.digit * self.unit / 10 if tail else self.digit
        return self.total + self.section


_PAIRS = {(Decimal(a), Decimal(a + 1)) for a in range(1, 9)} | {(Decimal(3), Decimal(5))}


def _pointed(match: re.Match[str]) -> str:
    whole = number(match[1])
    return f"{whole}.{''.join(str(_DIGITS[c]) for c in match[2])}"


def small(text: str) -> int | None:
    """A whole number such as the day of a month; 二十一, 21, 廿一."""
    value = number(text.replace("廿", "二十"))
    return int(value) if value is not None and value == int(value) else None


def spelled(text: str) -> int:
    """Digits read one by one: 二〇一七 is 2017, 一七 is 17."""
    return int("".join(str(_DIGITS.get(c, c)) for c in text))
