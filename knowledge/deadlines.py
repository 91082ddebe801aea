"""Time limits counted from a day: when an act is due, when a term ends, how it shifts over days off. Pure.

Source of the counting (期限计算规则 2026-11-22): 《商标法实施条例》第10、12条, 《专利法实施细则》第4、5条, 《民事诉讼法》第85条; of the opposition
period across 2027-01-01: the cautious way, since no official one is known. Terms of protection never shift; periods to act do.
"""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from knowledge import loader
from knowledge.answers import reading
from knowledge.catalog import Basis, Catalog
from knowledge.loader import Record
from knowledge.workdays import Workdays

Kind = Literal["act", "renewal", "opposition", "annuity", "term", "after"]
Day = Literal["sent", "received", "announced", "registered", "expires", "filed", "effective"]
NEW_LAW = date(2027, 1, 1)  # 《商标法》（2026年修订）
PRESUMED = {"trademark": "tm.delivery.electronic", "patent": "pt.progress.mail_presumed"}  # days after which a paper sent counts as received
PHONE = "tel.tm"
FIRST_YEAR, LAST_YEAR = 1980, 2100
_KINDS = {"invention": "invention", "utility": "invention", "design": "design"}  # of priority: two lengths


class LimitRule(Record):
    """One time limit."""

    items: tuple[str, ...]
    kind: Kind
    name: str
    from_: Day = Field(alias="from")
    right: Literal["trademark", "patent"] = "trademark"
    fact: str = ""
    only: tuple[str, ...] = ()
    also: str = ""  # a word that must be there too
    means: str = ""  # the item that it belongs to, when the question was taken for another
    basis: tuple[Basis, ...] = ()


class DayName(Record):
    """How a starting day is recognised and called."""

    name: str
    words: tuple[str, ...]


class DeadlineRules(Record):
    """deadlines.yaml."""

    limits: tuple[LimitRule, ...]
    days: dict[Day, DayName]


class Start(NamedTuple):
    """The day said, and what day it is (None: not said). `mailed`: the paper came by post, not through the electronic system."""

    day: date
    role: Day | None
    mailed: bool = False


class Due(NamedTuple):
    """The counted days. `nominal`: before shifting. `unpublished`: the year's schedule of days off is not known. `notes`: how it was counted.

    Where the rules leave a doubt about the due day, `safe` is an earlier day to be ready by, `latest` the last one that they can be read to allow.
    """

    name: str
    due: date
    nominal: date
    basis: tuple[Basis, ...]
    notes: tuple[str, ...]
    window_from: date | None = None
    grace_until: date | None = None
    unpublished: bool = False
    begins: bool = False
    safe: date | None = None
    latest: date | None = None

    @property
    def shifted(self) -> bool:
        return self.due != self.nominal


def load(path: Path) -> DeadlineRules:
    """Read deadlines.yaml. Raises DataError."""
    return loader.load(DeadlineRules, path)


def faults(rules: DeadlineRules, catalog: Catalog) -> list[str]:
    """Items, facts and sources that the rules name and the catalogue lacks."""
    wrong = [f"没有这个事项：{item}" for rule in rules.limits for item in rule.items if item not in catalog.items]
    wrong += [f"没有这个来源：{b.source}" for rule in rules.limits for b in rule.basis if b.source not in catalog.sources]
    for rule in rules.limits:
        facts = [rule.fact.replace("{kind}", k) for k in ("invention", "design")] if "{" in rule.fact else [rule.fact]
        wrong += [f"没有这个事实：{fact}" for fact in facts if fact and fact not in catalog.facts]
    return wrong


def later(start: date, months: int) -> date:
    """The corresponding day so many months on, or the last day of that month when it has none (条例第12条, 细则第5条)."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def term_end(start: date, years: int) -> date:
    """Last day of a term of protection: the day before the corresponding one; the month's last day when there is none (条例第12条第2款)."""
    end = later(start, 12 * years)
    return end if end.day != start.day else end - timedelta(days=1)


def on_workday(day: date, days: Workdays) -> date:
    """The day itself when it is worked, else the first working day after it."""
    while not days.is_working(day):
        day += timedelta(days=1)
    return day


def rule_for(rules: DeadlineRules, item: str, text: str) -> LimitRule | None:
    """The limit that a question about an item means: the first whose words are in the text, or the one without words."""
    return next((r for r in rules.limits if item in r.items and (not r.only or any(w in text for w in r.only)) and r.also in text), None)


def role_of(rules: DeadlineRules, before: str, behind: str, wanted: Day) -> Day | None:
    """Which day a date is, by the nearest words before or behind it; `wanted` is taken where it stands as near as another."""
    found: list[tuple[int, int, Day]] = []
    for name, day in rules.days.items():
        distances = [behind.find(word) for word in day.words if word in behind]
        distances += [len(before) - before.rfind(word) - len(word) for word in day.words if word in before]
        if distances:
            found.append((min(distances), 0 if name == wanted else 1, name))
    return min(found)[2] if found else None


def count(
    rule: LimitRule, catalog: Catalog, days: Workdays, start: Start, today: date, right: str | None = None, year: int | None = None
) -> Due | None:  # fmt: skip
    """The due day of a limit; None when the kind of right that it depends on was not said. `year`: the annual fee asked about."""
    if not FIRST_YEAR <= start.day.year <= LAST_YEAR:
        return None
    match rule.kind:
        case "renewal":
            return _renewal(rule, catalog, start, today)
        case "opposition":
            return _opposition(rule, catalog, days, start)
        case "annuity":
            return _annuity(rule, catalog, days, start, today, year)
    if "{kind}" in rule.fact and right is None:
        return None
    kind = (right if rule.kind == "term" else _KINDS[right]) if right else ""
    length = reading(catalog, rule.fact.replace("{kind}", kind), start.day)
    amount, unit = int(length.value), length.unit or ""
    if rule.kind == "term":
        end = term_end(start.day, amount)
        return Due(rule.name, end, end, rule.basis, ("自申请日起算，有效期本身不因节假日顺延",))
    begin, notes = _begin(rule, catalog, start)
    nominal = plus(begin, amount, unit)
    if rule.kind == "after":
        return Due(rule.name, nominal, nominal, rule.basis, (*notes, f"自注册公告之日起满 {amount} {unit}以后可以申请"), begins=True)
    due = _shifted(rule, nominal, days, (*notes, f"起算当天不算，期限 {amount} {unit}"))
    return due._replace(safe=plus(start.day, amount, unit)) if begin != start.day else due


def plus(start: date, amount: int, unit: str) -> date:
    """A day so many days, months or years later, by the counting of `later`."""
    if unit in ("日", "天"):
        return start + timedelta(days=amount)
    return later(start, amount * (12 if unit == "年" else 1))


def _number(catalog: Catalog, fact: str, on: date) -> int:
    return int(reading(catalog, fact, on).value)


def _begin(rule: LimitRule, catalog: Catalog, start: Start) -> tuple[date, tuple[str, ...]]:
    """The day a limit runs from. A trademark paper of which only the sending day is known counts as received 15 days later."""
    if start.role == "sent" and rule.from_ == "received" and (rule.right == "trademark" or start.mailed):
        wait = _number(catalog, PRESUMED[rule.right], start.day)
        got = start.day + timedelta(days=wait)
        return got, (f"只知道发文日的，满 {wait} 日视为收到，即 {got.isoformat()}；能证明实际收到日的以实际为准",)
    return start.day, ()


def _shifted(rule: LimitRule, nominal: date, days: Workdays, notes: Sequence[str], grace_until: date | None = None) -> Due:
    due = on_workday(nominal, days)
    unpublished = nominal.year not in days.years
    return Due(rule.name, due, nominal, rule.basis, tuple(notes), grace_until=grace_until, unpublished=unpublished)


def _renewal(rule: LimitRule, catalog: Catalog, start: Start, today: date) -> Due:
    """Ten years from registration to the day before; renewed within the last 12 months, or 6 months after with a late fee."""
    notes: tuple[str, ...] = ()
    years = _number(catalog, "tm.term.registration", start.day)
    window = _number(catalog, "tm.period.renewal_window", start.day)
    late = _number(catalog, "tm.period.renewal_grace", start.day)
    if start.role == "expires":
        end = start.day
    else:
        terms = 1
        while terms < 20 and later(term_end(start.day, years * terms), late) < today:
            terms += 1
        if terms == 2:
            terms, notes = 1, (f"第一个有效期的宽展期已过；如果已经续展过，现在的有效期到 {term_end(start.day, 2 * years).isoformat()}",)
        elif terms > 2:
            notes = ("按以前各期都已续展计",)
        end = term_end(start.day, years * terms)
    first = later(end, -window) + timedelta(days=1)
    grace = later(end, late)
    return Due(rule.name, end, end, rule.basis, (*notes, "有效期不因节假日顺延；宽展期末日也按不顺延准备"), first, grace)


def _opposition(rule: LimitRule, catalog: Catalog, days: Workdays, start: Start) -> Due:
    """Three months under the old law, two under the new; across the change both are told and the cautious one counts."""
    old = later(start.day, _number(catalog, "tm.period.opposition_old", start.day))
    new = later(start.day, _number(catalog, "tm.period.opposition_new", start.day))
    if start.day >= NEW_LAW:
        return _shifted(rule, new, days, ("初步审定公告在 2027-01-01 以后，异议期 2 个月",))
    if old < NEW_LAW:
        return _shifted(rule, old, days, ("异议期 3 个月，在 2026-12-31 以前届满",))
    careful = min(max(new, NEW_LAW - timedelta(days=1)), old)
    note = (
        f"异议期跨过 2027-01-01：按旧法 3 个月到 {old.isoformat()}，按新法 2 个月到 {new.isoformat()}",
        f"怎么过渡没有见到官方答复，稳妥的截止日是 {careful.isoformat()}，最好在 2 个月内提出；请向 {reading(catalog, PHONE, start.day)} 核实",
    )
    if careful == new:
        return _shifted(rule, careful, days, note)._replace(latest=old)
    return Due(rule.name, careful, careful, rule.basis, note, safe=new, latest=old)


def _annuity(rule: LimitRule, catalog: Catalog, days: Workdays, start: Start, today: date, year: int | None) -> Due:
    """The fee of a year is due before the year before it ends: on the filing day's corresponding day; six months more with a surcharge."""
    number = year or next((n for n in range(2, 21) if later(start.day, 12 * (n - 1)) >= today), 20)
    nominal = later(start.day, 12 * (number - 1))
    grace = _number(catalog, rule.fact, start.day)
    note = f"第 {number} 年度年费在上一年度期满前缴；期满后 {grace} 个月内可以补缴，加滞纳金"
    return _shifted(rule, nominal, days, (note,), grace_until=later(nominal, grace))
