"""Official fees, itemised: the lines of a bill from facts of the catalogue and what was said about the case. Pure.

Rules: fees.yaml; amounts: facts of the catalogue on the day asked about, in yuan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from knowledge import loader
from knowledge.answers import fill, reading
from knowledge.catalog import Catalog, Reading
from knowledge.loader import Record

Way = Literal["online", "paper"]
Right = Literal["invention", "utility", "design"]
INCLUDED_GOODS, INCLUDED_CLAIMS, INCLUDED_PAGES, MORE_PAGES = 10, 10, 30, 300
LATE_STEP, LATE_MOST = "pt.annuity_rule.late_step", "pt.annuity_rule.late_max"  # % of the whole annual fee, 细则第115条
GRACE = "pt.period.annuity_grace"
_ENDED = "超过补缴期 {pt.period.annuity_grace}的，专利权终止；收到终止通知 {pt.period.restoration}内可请求恢复，另缴恢复费 {pt.fee.restoration}。"
MOST = 10_000_000  # yuan; a bill above it is a slip of the pen


class LineRule(Record):
    """One line: what it is called, the fact with the amount, what it is multiplied by, and the case it needs."""

    name: str
    fact: str
    times: tuple[str, ...] = ("pieces",)
    when: Literal["late", "invention"] | None = None


class BillRule(Record):
    """How one bill is put together."""

    items: tuple[str, ...]
    lines: tuple[LineRule, ...] = ()
    needs: tuple[str, ...] = ()
    assume: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    annuity: bool = False
    own: bool = False  # the question is about the first item, whichever of them it was taken for
    only_cut: tuple[str, ...] = ()  # items that are meant only when a cut applies

    def item(self, meant: str, cut: bool) -> str:
        """The item that a bill answers."""
        return self.items[0] if self.own or (meant in self.only_cut and not cut) else meant

    @property
    def flat(self) -> bool:
        """Whether the sum depends on nothing but the number of pieces."""
        return not self.needs and not self.assume


class FeeRules(Record):
    """fees.yaml."""

    bills: dict[str, BillRule]
    annuities: dict[Right, tuple[tuple[int, int], ...]]
    never_cut: dict[Right, tuple[tuple[int, int], ...]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of the case. None: not said."""

    way: Way | None = None
    right: Right | None = None
    cut: Literal[0, 70, 85] | None = None
    cut_guessed: bool = False  # that there is a cut was said, how much was not
    pieces: int | None = None
    classes: int | None = None
    goods: tuple[int, ...] = ()  # goods of each class; one number for all classes if `each`
    each: bool = False
    claims: int | None = None
    pages: int | None = None
    priorities: int | None = None
    years: tuple[int, ...] = ()
    late: bool = False
    late_months: int | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything is known that changes the sum."""
        return self != Case()


class Line(NamedTuple):
    """One line of a bill, in yuan."""

    name: str
    amount: int


class Bill(NamedTuple):
    """The item answered, lines, their sum in yuan, the readings they stand on, what was assumed, and remarks."""

    item: str
    flat: bool
    lines: tuple[Line, ...]
    total: int
    readings: tuple[Reading, ...]
    assumed: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def as_of(self) -> date:
        """The oldest check among the amounts."""
        return min(r.as_of for r in self.readings)


class Missing(NamedTuple):
    """What must be known before the sum can be told: `right`, `years`, `goods`, or `years_range` for a year that does not exist."""

    what: str


def load(path: Path) -> FeeRules:
    """Read fees.yaml. Raises DataError."""
    return loader.load(FeeRules, path)


def faults(rules: FeeRules, catalog: Catalog) -> list[str]:
    """Facts and items that the rules name and the catalogue lacks."""
    wrong = [f"没有这个事项：{item}" for rule in rules.bills.values() for item in rule.items if item not in catalog.items]
    for rule in rules.bills.values():
        for line in rule.lines:
            wrong += [f"没有这个事实：{fact}" for fact in _every(line.fact) if fact not in catalog.facts]
    for right, spans in rules.annuities.items():
        wrong += [f"没有这个事实：{f}" for first, last in spans if (f := f"pt.annuity.{right}.y{first}_{last}") not in catalog.facts]
    return wrong


def _every(fact: str) -> list[str]:
    found = [fact]
    for blank, values in (("{way}", ("online", "paper")), ("{right}", ("invention", "utility", "design")), ("{cut}", ("", ".r85", ".r70"))):
        found = [f.replace(blank, value) for f in found for value in (values if blank in f else ("",))]
    return found


def bill(rules: FeeRules, catalog: Catalog, item: str, case: Case, on: date, text: str = "") -> Bill | Missing | None:
    """The bill for an item on a day; what is missing for it; None when the item has no fee of this kind."""
    rule = next((r for r in rules.bills.values() if item in r.items and (not r.only or any(w in text for w in r.only))), None)
    if rule is None:
        return None
    missing = _missing(rule, case)
    if missing:
        return missing
    if rule.annuity:
        return _annuity(rules, rule, catalog, case, on)
    filled = [_line(catalog, line, case, on) for line in rule.lines]
    kept = [pair for number, pair in enumerate(filled) if pair[0].amount or number == 0]
    total = sum(line.amount for line, _ in kept)
    if total > MOST:
        return Missing("sane")
    lines, found = zip(*kept, strict=True)
    return Bill(rule.item(item, bool(case.cut)), rule.flat, lines, total, found, _assumed(rule, case))


def _missing(rule: BillRule, case: Case) -> Missing | None:
    if "right" in rule.needs and case.right is None:
        return Missing("right")
    if "years" in rule.needs and not case.years:
        return Missing("years")
    spread = len(case.goods) == 1 and not case.each and (case.classes or 1) > 1 and case.goods[0] > INCLUDED_GOODS
    if spread or (len(case.goods) > 1 and len(case.goods) != (case.classes or len(case.goods))):
        return Missing("goods")
    return None


def _line(catalog: Catalog, line: LineRule, case: Case, on: date) -> tuple[Line, Reading]:
    cut = f".r{case.cut}" if case.cut else ""
    fact = line.fact.replace("{way}", case.way or "online").replace("{right}", case.right or "").replace("{cut}", cut)
    found = reading(catalog, fact, on)
    times = 1
    for name in line.times:
        times *= _times(name, case)
    if (line.when == "late" and not case.late) or (line.when == "invention" and case.right != "invention"):
        times = 0
    name = f"{line.name}：{found.value} 元" + (f" × {times}" if times > 1 else "")
    return Line(name if times else line.name, int(found.value) * times), found


def _times(name: str, case: Case) -> int:
    classes = case.classes or max(1, len(case.goods))
    match name:
        case "pieces":
            return case.pieces or 1
        case "classes":
            return classes
        case "extra_goods":
            goods = case.goods * classes if len(case.goods) == 1 and case.each else case.goods
            return sum(max(0, n - INCLUDED_GOODS) for n in goods)
        case "extra_claims":
            return max(0, (case.claims or 0) - INCLUDED_CLAIMS)
        case "pages31":
            return max(0, min(case.pages or 0, MORE_PAGES) - INCLUDED_PAGES)
        case "pages301":
            return max(0, (case.pages or 0) - MORE_PAGES)
        case "priorities":
            return case.priorities or 0
    raise ValueError(name)


def _annuity(rules: FeeRules, rule: BillRule, catalog: Catalog, case: Case, on: date) -> Bill | Missing:
    """Annual fees of some years; late ones with 5 % of the whole fee for each month over, 25 % at the most (细则第115条)."""
    right = case.right or "invention"
    lines: list[Line] = []
    found: list[Reading] = []
    pieces = case.pieces or 1
    for year in case.years:
        span = next(((a, b) for a, b in rules.annuities[right] if a <= year <= b), None)
        if span is None:
            return Missing("years_range")
        fact = f"pt.annuity.{right}.y{span[0]}_{span[1]}"
        whole = reading(catalog, fact, on)
        reduced = case.cut and span not in rules.never_cut.get(right, ())
        due = reading(catalog, f"{fact}.r{case.cut}", on) if reduced else whole
        lines.append(Line(f"第 {year} 年度年费：{due.value} 元" + (f" × {pieces}" if pieces > 1 else ""), int(due.value) * pieces))
        found.append(due)
        percent = late_percent(catalog, case.late_months or 0, on)
        if percent and year == case.years[0]:
            extra = int((Decimal(str(whole.value)) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)) * pieces
            lines.append(Line(f"滞纳金：全额年费 {whole.value} 元的 {percent}%", extra))
    over = (case.late_months or 0) >= int(reading(catalog, GRACE, on).value)
    remarks = (fill(catalog, _ENDED, on),) if over else ()
    return Bill(rule.items[0], False, tuple(lines), sum(line.amount for line in lines), tuple(found), _assumed(rule, case), remarks)


def late_percent(catalog: Catalog, months: int, on: date) -> int:
    """Surcharge in % of the whole annual fee after so many full months: nothing within the first, then a step each, up to a limit."""
    step, most = (int(reading(catalog, fact, on).value) for fact in (LATE_STEP, LATE_MOST))
    return min(step * max(0, months), most)


_ASSUMED: Mapping[str, str] = {
    "way": "按网上申请、接受电子发文计",
    "classes": "按 1 个类别计",
    "goods": "按每类不超过 10 项商品或服务计",
    "cut": "按不减缴计；符合条件的可减缴 85%（单个申请人）或 70%（两个以上）",
    "claims": "按权利要求不超过 10 项、说明书不超过 30 页计",
    "in_time": "按期限内办理计，不含迟延费、滞纳金",
    "examination": "含实质审查费（可以自申请日起 3 年内再缴）",
}


def _assumed(rule: BillRule, case: Case) -> tuple[str, ...]:
    """What was taken for granted because nobody said it."""
    said = {
        "way": case.way is not None,
        "classes": case.classes is not None or len(case.goods) > 1,
        "goods": bool(case.goods),
        "cut": case.cut is not None,
        "claims": case.claims is not None or case.pages is not None,
        "in_time": case.late or case.late_months is not None,
        "examination": case.right != "invention",
    }
    told = tuple(_ASSUMED[name] for name in rule.assume if not said[name])
    return (*told, f"按减缴 {case.cut}% 计（单个申请人 85%，两个以上 70%，须先备案）") if case.cut_guessed else told
