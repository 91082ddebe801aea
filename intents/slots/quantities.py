"""Numbers that a fee depends on: 三个类, 每类12项商品, 15项权利要求, 40页, 第8年年费, 晚了两个月, 减缴85%. Pure.

Not slots of the contract: they are read for computing and are not given out by themselves.
"""

import re
from collections.abc import Callable, Mapping

from intents.slots.classes import nice_classes
from intents.slots.numerals import CHINESE, small

_N = rf"(\d{{1,4}}|[{CHINESE}]{{1,4}})"
_GOODS_WORD = "(?:商品|服务|小项|产品|货品|项目)"
_CLASSES = re.compile(rf"(?<![第\d{CHINESE}]){_N}\s*个?\s*(?:大|不同的?|商品)?\s*(?:类别|类)(?![似型])|(?:类别|类)数?[是为共有:： ]*{_N}\s*个")
_GOODS = re.compile(
    rf"{_N}\s*(?:多)?(?:个|项|种)\s*(?:具体的?|不同的?)?{_GOODS_WORD}"
    rf"|{_GOODS_WORD}\s*(?:有|共|一共|写了?|选了?|填了?|报了?|是|为)*\s*{_N}\s*(?:个|项|种)"
)
_BARE_GOODS = re.compile(
    rf"(?:类里?|里面?|每类|各|选了?|填了?|勾了?|写了?|报了?)\s*(?:有|共|了)?\s*{_N}\s*(?:个|项|种)"
    "(?!类|月|工作|人|权利|优先|专利|商标|牌子|发明)"
)
_PER_CLASS = re.compile(rf"第?\s*{_N}\s*类[^，。,;；\d{CHINESE}]{{0,6}}?{_N}\s*(?:个|项|种)")
_CLAIMS = re.compile(rf"{_N}\s*(?:个|项|条)\s*(?:的)?\s*权利要求|权利要求(?:书)?\s*(?:有|共|是|写了?|一共)*\s*{_N}\s*(?:个|项|条)")
_PAGES = re.compile(rf"{_N}\s*页")
_PRIORITIES = re.compile(rf"{_N}\s*(?:个|项)\s*优先权|优先权\s*(?:有|共)?\s*{_N}\s*(?:个|项)")
_YEARS_RANGE = re.compile(rf"第?\s*{_N}\s*(?:年度?)?\s*(?:到|至|-|—|~|～)\s*第?\s*{_N}\s*(?:个)?年")
_YEAR = re.compile(rf"第\s*{_N}\s*(?:个)?\s*年|(?<![\d{CHINESE}]){_N}\s*年度")
_LATE = re.compile(
    rf"(?:晚|迟|逾期|超期|超过|超|过期|过|拖|忘|耽误|滞纳|延误|欠)[^，。,\d{CHINESE}]{{0,8}}{_N}\s*个?\s*(?:多)?\s*(?:整)?月"
    rf"|{_N}\s*个?\s*(?:多)?月[^，。,]{{0,4}}(?:没交|没缴|忘了?交|忘了?缴|未缴|滞纳|的滞纳)"
)
_LATE_DAYS = re.compile(rf"(?:晚|迟|逾期|超期|超过|超|过期|过|拖|耽误)[^，。,\d{CHINESE}]{{0,6}}{_N}\s*(?:天|日)")
_CUT = re.compile(
    r"(?:减缴?|费减|减免|按|享受|优惠)[^，。,\d]{0,8}(85|70)\s*[%％]|(85|70)\s*[%％][^，。,]{0,6}(?:减|费减)"
    r"|(?:减免?|减缴)\s*(七成|八成五|85|70)(?!\d)"
)
_NO_CUT = re.compile("不减|没有?费减|没有?减缴|无减缴|全额|没备案|未备案|不享受减|原价|不能减")
_LATE_WORD = re.compile("宽展期?|迟延|过期|已?经?到期了|过了有效期|逾期|超期|没来得及续|忘了续|晚了")
_NOT_LATE = re.compile("没过期|未过期|没到期|还没到|快到期|将到期|要到期|不在宽展|不算宽展|有效期内|不含")
_EACH = re.compile("每个?类|各(?:有|选|报|填|写|自)?|每一类|分别")
_WHOLE = re.compile(rf"\s*{_N}\s*[个件类项条页]?\s*")
_MOST_CLASSES, _MOST_YEARS = 45, 20


def quantities(text: str) -> dict[str, object]:
    """Only what was found: classes (how many), named (their numbers), goods (a list), each, claims, pages, priorities, years (a list), late,
    late_months, cut; number: all that is said."""
    found: dict[str, object] = {}
    for name, read in _READERS.items():
        value = read(text)
        if value is not None:
            found[name] = value
    return found


def _first(pattern: re.Pattern[str], most: int = 9999) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        for match in pattern.finditer(text):
            value = small(next(g for g in match.groups() if g))
            if value and 0 < value <= most:
                return value
        return None

    return read


def _whole(text: str) -> int | None:
    match = _WHOLE.fullmatch(text)
    return small(match[1]) if match else None


def _goods(text: str) -> list[int] | None:
    listed = [(small(m[1]), small(m[2])) for m in _PER_CLASS.finditer(text)]
    pairs = [goods for nth, goods in listed if nth and goods and 1 <= nth <= _MOST_CLASSES]
    if len(pairs) > 1:
        return pairs
    for pattern in (_GOODS, _BARE_GOODS):
        for match in pattern.finditer(text):
            value = small(next(g for g in match.groups() if g))
            if value:
                return [value]
    return pairs or None


def _named(text: str) -> list[int] | None:
    found = [number for span in nice_classes(text) if isinstance(span.value, list) for number in span.value]
    return list(dict.fromkeys(found)) or None


def _years(text: str) -> list[int] | None:
    match = _YEARS_RANGE.search(text)
    if match:
        first, last = small(match[1]), small(match[2])
        if first and last and 0 < first < last <= _MOST_YEARS:
            return list(range(first, last + 1))
    found = [small(next(g for g in m.groups() if g)) for m in _YEAR.finditer(text)]
    kept = [year for year in dict.fromkeys(found) if year and year < 100]
    return kept or None


def _late(text: str) -> bool | None:
    return True if _LATE_WORD.search(text) and not _NOT_LATE.search(text) else None


def _late_months(text: str) -> int | None:
    if _LATE_DAYS.search(text) and not _LATE.search(text):
        days = small(next(g for g in _LATE_DAYS.search(text).groups() if g))  # type: ignore[union-attr]  # matched above
        return days // 30 if days else None
    return _first(_LATE, 120)(text)


def _cut(text: str) -> int | None:
    match = _CUT.search(text)
    if match:
        said = next(g for g in match.groups() if g)
        return 70 if said in ("70", "七成") else 85
    return 0 if _NO_CUT.search(text) else None


_READERS: Mapping[str, Callable[[str], object]] = {
    "classes": _first(_CLASSES, _MOST_CLASSES),
    "named": _named,
    "goods": _goods,
    "each": lambda text: True if _EACH.search(text) else None,
    "claims": _first(_CLAIMS),
    "pages": _first(_PAGES),
    "priorities": _first(_PRIORITIES, 50),
    "years": _years,
    "late": _late,
    "late_months": _late_months,
    "cut": _cut,
    "number": _whole,
}
