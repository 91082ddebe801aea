"""Sums of money: 五百万, 300w, 50万左右, ￥2000, 50-100万. Pure.

A number is money when 元 or ￥ stands by it, when it counts in 万 or 亿 and nothing is counted behind it, or behind 贷, 花, 罚 and the like.
"""

import re

from intents.slots.numerals import CHINESE, DIGITS, number
from intents.slots.span import Span, before

_HAN = rf"[{CHINESE}几]"
_LETTER = r"[wW](?![a-zA-Z])|[kK](?=元|块|左右|$)"
_INSIDE = rf"点(?=[零一二三四五六七八九])|[来多余把](?=[{CHINESE}wW元块])|个(?=[亿万wW](?![a-zA-Z]))"
_PIECE = rf"(?:{DIGITS}|(?!一\d){_HAN}|{_INSIDE}|{_LETTER})"
_AMOUNT = re.compile(
    rf"(?=[\d¥￥rR人几{CHINESE}])(?P<sign>[¥￥]|rmb|RMB|人民币)?\s*(?P<num>(?:{DIGITS}|(?!一\d){_HAN})(?:\s?(?=[十百千万亿wW])|){_PIECE}*+)[来多余]?\s?"
    r"(?P<unit>元(?![素旦件月宝])|圆(?![形圈])|块钱|块(?![牌地石布肉糖表板屏玉砖豆面饼电奖招显芯材商专])|人民币|rmb|RMB)?"
)
_FOREIGN = re.compile(r"\s?(?:美元|美金|欧元|日元|港币|港元|英镑|韩元|卢布|澳元|加元|泰铢)")
# What is counted in 万 is not money: 三万件, 12万亩, 10万年.
_COUNTED = re.compile(
    r"[多余]?(?:[件户家亩吨斤字次条台份平粒株辆部名头只月日号天页项类步级种品瓶箱袋米里公千瓦粉像火分倍](?!期)|个(?!人)|人(?!民币)|年(?![费化利]))"
)
_SPENT = re.compile(
    r"(?:贷款?|借款?|融资|融|罚款?|赔偿?|赔了?|补贴|补助|资助|收费|收了?我?们?|要价|费用|缴纳?|交|花|额度|金额|预算|价格|价值|卖了?|值|付|奖励?|费|才|只要)"
    r"[了是为在要约大概差不多]*$"
)
_MEASURED = re.compile(r"[年月日%％.\d]")
_RANGE = re.compile(r"\s?(?:[-—~～至到、一])\s?$")
_ROUGH = re.compile(r"[上近超]$")
_LARGEST, _SPENT_LEAST, _PIECES_BELOW = 10**13, 100, 10


def amounts(text: str) -> list[Span]:
    """Yuan, in the order of the text; of a range both ends."""
    found: list[Span] = []
    bare: tuple[int, int, int] | None = None
    for match in _AMOUNT.finditer(text):
        span = _amount(match, text)
        if span and bare and _RANGE.fullmatch(text[bare[1] : span.start]):
            found += _lower(bare, match, span)
        if span:
            found.append(span)
        value = None if span else number(match["num"])
        bare = (match.start("num"), match.end("num"), int(value)) if value is not None and value < _LARGEST else None
    return found


def _amount(match: re.Match[str], text: str) -> Span | None:
    num, end = _trimmed(match, text)
    value = number(num)
    if value is None or not 1 <= value < _LARGEST or _FOREIGN.match(text, end):
        return None
    return Span(match.start(), end, int(value)) if _is_money(match, num, text, int(value), end) else None


def _trimmed(match: re.Match[str], text: str) -> tuple[str, int]:
    """300万3年 is 300万 and 3年: a last digit that counts what follows is not part of the sum."""
    num = match["num"]
    if not match["unit"] and len(num) > 2 and num[-2] in "万亿千wW" and _COUNTED.match(text, match.end()):
        return num[:-1], match.end("num") - 1
    return num, match.end()


def _is_money(match: re.Match[str], num: str, text: str, value: int, end: int) -> bool:
    if match["sign"] or match["unit"]:
        return match["unit"] != "块" or value >= _PIECES_BELOW
    left = before(text, match.start())
    if left.endswith("第") or _COUNTED.match(text, end):
        return False
    if re.search(r"[万亿wW]", num):
        return num[0] not in "百千万亿" or len(num) > 2 or bool(_ROUGH.search(left))
    sum_like = num not in ("百", "千") and value >= _SPENT_LEAST and not _MEASURED.match(text, end)
    return sum_like and bool(_SPENT.search(left))


def _lower(bare: tuple[int, int, int], match: re.Match[str], upper: Span) -> list[Span]:
    """The lower end of 50到100万 takes the unit of the upper one."""
    unit = re.search(r"[百千万亿wW]*$", match["num"])
    factor = number(f"1{unit[0]}") if unit and unit[0] else None
    value = bare[2] * int(factor or 1)
    return [Span(bare[0], bare[1], value)] if 0 < value < int(str(upper.value)) else []
