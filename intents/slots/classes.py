"""Nice classes named by number: 第30类, 35、43类, 三十五类. Pure.

Without 第 a small number counts classes rather than names one (注册3类多少钱), and 45类 means all of them.
"""

import re

from intents.slots.numerals import small
from intents.slots.span import Span, before

_ONE = r"(?:\d{1,2}|[一二三四]?十[一二三四五六七八九]?|[一二三四五六七八九])(?![\d.])"
_JOIN = r"\s*(?:类|號|号)?\s*(?:、|,|，|\.|/|和|与|及|跟|以及|还有|或者?)\s*第?\s*"
_CLASSES = re.compile(rf"(?P<nth>第)?\s*(?<![\d.])(?P<list>{_ONE}(?:{_JOIN}{_ONE}){{0,20}}+)\s*大?类(?!似|医疗|人|事|风险|会议|企业|建造)")
_NUMBER = re.compile(_ONE)
_LAST, _SMALLEST_BARE = 45, 6


def nice_classes(text: str) -> list[Span]:
    """Each list of classes as one value."""
    found = []
    for match in _CLASSES.finditer(text):
        classes = [value for one in _NUMBER.findall(match["list"]) if (value := small(one))]
        if all(1 <= c <= _LAST for c in classes) and _names_one(match, classes, text):
            found.append(Span(match.start(), match.end(), classes))
    return found


def _names_one(match: re.Match[str], classes: list[int], text: str) -> bool:
    if match["nth"] or len(classes) > 1:
        return True
    return _SMALLEST_BARE <= classes[0] < _LAST and not before(text, match.start()).endswith(("共", "有", "几", "个"))
