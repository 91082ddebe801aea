"""Questions that carry enough to compute: a fee itemised, a deadline counted. Words and figures from rules and facts. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.model import Card, Reply, SourceNote
from bot.rules import Rules, day_named
from intents.meaning import OVERVIEW, Meaning
from knowledge import deadlines, fees
from knowledge.answers import CHECKED
from knowledge.catalog import DOUBT, Basis
from knowledge.deadlines import Due, LimitRule, Start
from knowledge.fees import Bill, Case, Missing

RIGHTS: Mapping[str, fees.Right] = {"发明专利": "invention", "实用新型": "utility", "外观设计": "design"}
_RIGHT_OF: Mapping[str, str] = {"商标": "trademark", "专利": "patent", **dict.fromkeys(RIGHTS, "patent")}
WAYS: Mapping[str, fees.Way] = {"online": "online", "agent": "online", "paper": "paper", "window": "paper"}
_CUT_WORD = re.compile("减缴|费减|减免")
_TWO = re.compile("两个?人|两家|两个申请人|共同申请|多个申请人|三个申请人|几个人一起|几家")
_ASKS_WHEN = re.compile("什么时候|啥时候|何时|几号|哪天|哪一天|最晚|最迟|截止|期限|到期|多久|来得及|来不及|还能|最后|之前|几月|晚了|时间|过期")
LIKELY = 0.4  # a question with figures of its own needs less than the usual certainty of its item
_AROUND = 12  # characters beside a date that tell which day it is
_MAILED = ("邮寄", "寄来", "挂号", "邮局", "平信")


@dataclass(frozen=True, slots=True)
class Computed:
    """A reply that carries a figure or a date, and the same for programs."""

    reply: Reply | None  # None: the catalogue's own answer has the figure
    result: Mapping[str, object]
    item: str
    facet: str


def computed(rules: Rules, meaning: Meaning, on: date, today: date) -> Computed | None:
    """What can be computed from a question at once; None when it carries nothing to compute with."""
    item, facets = meaning.item or "", meaning.facets or (OVERVIEW,)
    said = rules.quantities(meaning.text)
    if "fee" in facets:
        found = _fee(rules, meaning, item, case(meaning, said, today), on)
        if found:
            return found
    if {"deadline", "duration", OVERVIEW, "eligibility"} & set(facets):
        return _deadline(rules, meaning, item, facets, said, today)
    return None


def certain(rules: Rules, meaning: Meaning, on: date, today: date) -> tuple[Meaning, Computed] | None:
    """A question between several items that all come to the same figure, or whose best item is likely and computes: nothing to ask back."""
    likely = [c.item for c in meaning.choices] or [meaning.item or ""]
    asked = [replace(meaning, item=item) for item in likely if item and not _of_another_right(meaning, item)]
    known = case(meaning, rules.quantities(meaning.text), today)
    if not meaning.slots.get("date") and replace(known, way=None) == Case():
        return None  # the way of filing alone is said in many questions that ask for no fee
    found = [(m, done) for m in asked if (done := computed(rules, m, on, today))]
    if not found or found[0][0].item != asked[0].item:
        return None
    if any(done.result != found[0][1].result for _, done in found):
        return None
    return found[0] if len(found) == len(asked) or meaning.confidence >= LIKELY else None


def _of_another_right(meaning: Meaning, item: str) -> bool:
    """Whether an item belongs to a right that the question does not speak of, while it names another: a refused patent is no trademark."""
    named = {_RIGHT_OF[k] for k in all_of(meaning.slots, "ip_kind") if k in _RIGHT_OF}
    family = item.partition(".")[0]
    return bool(named) and family in _RIGHT_OF.values() and family not in named


def case(meaning: Meaning, said: Mapping[str, object], today: date) -> Case:
    """What is known of the case, from the slots and the numbers of the question."""
    slots = meaning.slots
    kinds = [RIGHTS[k] for k in all_of(slots, "ip_kind") if k in RIGHTS]
    named = said.get("named")
    classes = said.get("classes")
    if isinstance(named, Sequence) and (classes is None or classes in named):  # 43类 names a class, it does not count them
        classes = len(named)
    pieces = slots.get("count")
    goods, years = said.get("goods"), said.get("years")
    late_months = _number(said, "late_months")
    if late_months is None and isinstance(years, list) and len(years) == 1:
        late_months = _months_over(meaning, years[0], today)
    cut, guessed = said.get("cut"), False
    if cut is None and _CUT_WORD.search(meaning.text):
        cut = 70 if _TWO.search(meaning.text) else 85 if slots.get("applicant") or "一个" in meaning.text else None
        guessed = cut is not None
    return Case(
        way=WAYS.get(str(slots.get("channel"))),
        right=kinds[0] if len(kinds) == 1 else None,
        cut=cut if cut in (0, 70, 85) else None,
        cut_guessed=guessed,
        pieces=pieces if isinstance(pieces, int) and pieces > 0 else None,
        classes=classes if isinstance(classes, int) else None,
        goods=tuple(goods) if isinstance(goods, list) else (),
        each=bool(said.get("each")),
        claims=_number(said, "claims"),
        pages=_number(said, "pages"),
        priorities=_number(said, "priorities"),
        years=tuple(years) if isinstance(years, list) else (),
        late=bool(said.get("late")) or late_months is not None,
        late_months=late_months,
    )


def _months_over(meaning: Meaning, year: int, today: date) -> int | None:
    """Full months since the fee of a year was due, from the filing day in the question; None when it is not due yet or no day was said."""
    filed = [d for d in all_of(meaning.slots, "date") if len(d) == 10 and d < today.isoformat()]
    if len(filed) != 1 or not 1 <= year <= 20:
        return None
    due = deadlines.later(date.fromisoformat(filed[0]), 12 * (year - 1))
    months = (today.year - due.year) * 12 + today.month - due.month - (today.day < due.day)
    return months if today > due and months >= 0 else None


def _number(said: Mapping[str, object], name: str) -> int | None:
    value = said.get(name)
    return value if isinstance(value, int) else None


def all_of(slots: Mapping[str, object], key: str) -> list[str]:
    """Every value of a slot, as text."""
    several = slots.get(f"{key}_all")
    values = several if isinstance(several, list) else [slots[key]] if key in slots else []
    return [str(v) for v in values]


def _fee(rules: Rules, meaning: Meaning, item: str, known: Case, on: date) -> Computed | None:
    library = rules.library
    bill = fees.bill(library.fees, library.catalog, item, known, on, meaning.text)
    if bill is None or isinstance(bill, Missing) or not (known.says_something or bill.flat):
        return None
    agent = ("代理费由市场定，不属官费，不在内",) if meaning.slots.get("channel") == "agent" else ()
    text = _bill_text(bill, rules, agent)
    lines = tuple(f"{line.name} = {line.amount} 元" for line in bill.lines)
    card = Card("fee", f"官费合计 {bill.total} 元", lines)
    sources = _of_readings(rules, bill)
    weakest = max((s.confidence for s in sources), key=DOUBT.__getitem__)
    line = f"依据：{'；'.join(s.title for s in sources)}，{bill.as_of.isoformat()} {CHECKED[weakest]}"
    result = {
        "kind": "fee",
        "total_cny": bill.total,
        "lines": [{"name": each.name, "amount_cny": each.amount} for each in bill.lines],
        "as_of": bill.as_of.isoformat(),
    }
    reply = Reply(text, (), (card,), sources, line, bill.item, "fee") if known.says_something else None
    return Computed(reply, result, bill.item, "fee")


def _bill_text(bill: Bill, rules: Rules, agent: tuple[str, ...]) -> str:
    parts = [f"**官费合计 {bill.total} 元。**"]
    parts += [f"- {line.name}" + (f"，计 {line.amount} 元" if len(bill.lines) > 1 else "") for line in bill.lines]
    assumed = (*bill.assumed, *agent)
    if assumed:
        parts.append("计算前提：" + "；".join(assumed) + "。条件不同请告诉我，我再算。")
    parts += bill.remarks
    parts.append(rules.phrases["fee_next"])
    return "\n".join(parts)


def _of_readings(rules: Rules, bill: Bill) -> tuple[SourceNote, ...]:
    """Each source of the amounts once, with its oldest check and least certainty."""
    noted: dict[str, SourceNote] = {}
    for found in bill.readings:
        for name in found.source:
            source = rules.library.catalog.sources[name]
            old = noted.get(source.title)
            as_of = min(found.as_of.isoformat(), old.as_of if old else "9999")
            sure = max((found.confidence, old.confidence if old else "已核对"), key=DOUBT.__getitem__)
            noted[source.title] = SourceNote(source.title, as_of, sure, source.number, source.url)
    return tuple(noted.values())


def _deadline(
    rules: Rules, meaning: Meaning, item: str, facets: Sequence[str], said: Mapping[str, object], today: date
) -> Computed | None:  # fmt: skip
    library = rules.library
    rule = deadlines.rule_for(library.deadlines, item, meaning.text)
    days = [d for d in all_of(meaning.slots, "date") if len(d) == 10]
    if rule is None or not days:
        return None
    start = _start(rules, rule, meaning.text, days)
    asked = "deadline" in facets or _ASKS_WHEN.search(meaning.text)
    if start.role is None and not asked:
        return None
    kinds = [RIGHTS[k] for k in all_of(meaning.slots, "ip_kind") if k in RIGHTS]
    years = said.get("years")
    year = years[0] if isinstance(years, list) and years else None
    right = kinds[0] if len(kinds) == 1 else None
    due = deadlines.count(rule, library.catalog, library.workdays, start, today, right, year)
    if due is None:
        return None
    assumed = () if start.role else (f"按您说的日期是{library.deadlines.days[rule.from_].name}计算",)
    reply = _due_reply(rules, due, (*assumed, *due.notes), item, today)
    return Computed(reply, _due_result(rules, due), rule.means or item, "deadline")


def _start(rules: Rules, rule: LimitRule, text: str, days: Sequence[str]) -> Start:
    """The date that the limit runs from: the one whose neighbouring words say so, else the first."""
    mailed = any(word in text for word in _MAILED)
    found = []
    for day in days:
        before, behind = _beside(text, day)
        found.append(Start(date.fromisoformat(day), deadlines.role_of(rules.library.deadlines, before, behind, rule.from_), mailed))
    return next((s for s in found if s.role == rule.from_), found[0])


def _beside(text: str, day: str) -> tuple[str, str]:
    """What stands before and behind a date as it was typed; the whole text as what is behind when it cannot be found."""
    year, month, number = (int(part) for part in day.split("-"))
    match = re.search(rf"(?:{year}\s*[年./-]\s*)?0?{month}\s*[月./-]\s*0?{number}(?!\d)[日号]?", text)
    if match is None:
        return "", text
    return text[max(0, match.start() - _AROUND) : match.start()], text[match.end() : match.end() + _AROUND]


def _due_result(rules: Rules, due: Due) -> dict[str, object]:
    result: dict[str, object] = {"kind": "deadline", "due_date": due.due.isoformat()}
    if due.window_from:
        result["window_from"] = due.window_from.isoformat()
    if due.grace_until:
        result["grace_until"] = due.grace_until.isoformat()
    return result | {"shifted": due.shifted, "basis": "；".join(_titles(rules, due.basis, due.due)) or due.name}


def _due_reply(rules: Rules, due: Due, notes: Sequence[str], item: str, today: date) -> Reply:
    parts = [f"**{due.name}：{_opening(due, today)}。**"]
    if due.window_from:
        parts.append(f"- 正常办理期：{day_named(due.window_from)} 至 {day_named(due.due)}")
    if due.grace_until:
        parts.append(f"- {'宽展期' if due.window_from else '补缴期'}（要加费）：到 {day_named(due.grace_until)}")
    if due.shifted:
        parts.append(f"- 原定 {day_named(due.nominal)} 是休息日，顺延到 {day_named(due.due)}")
    parts.append("怎么算的：" + "；".join(notes) + "。")
    if due.unpublished:
        parts.append(f"{due.nominal.year} 年放假安排未公布，这里只按周末和法定节假日推算；稳妥的日期是 {day_named(due.nominal)} 以前。")
    parts.append(rules.phrases["deadline_next"])
    titles = _titles(rules, (*due.basis, Basis(source="counting_regs")), due.due)
    counting = rules.library.catalog.sources["counting_regs"]
    notes_of = tuple(SourceNote(t, rules.library.catalog.catalog.updated.isoformat(), "已核对") for t in titles[:-1])
    sources = (*notes_of, SourceNote(counting.title, rules.library.catalog.catalog.updated.isoformat(), "常识"))
    card = Card("deadline", f"{due.name}：{due.due.isoformat()}", tuple(p.removeprefix("- ") for p in parts[1:] if p.startswith("- ")))
    line = f"依据：{'；'.join(titles)}，{rules.library.catalog.catalog.updated.isoformat()} 整理，以官方通知书为准"
    return Reply("\n".join(parts), (), (card,), sources, line, item, "deadline")


def _opening(due: Due, today: date) -> str:
    if due.begins:
        return f"{day_named(due.due)} 以后可以提出"
    late = "，已经过了" if due.due < today else ""
    return f"最晚 {day_named(due.due)}{late}" if due.window_from is None else f"有效期到 {day_named(due.due)}{late}"


def _titles(rules: Rules, basis: Sequence[Basis], on: date) -> list[str]:
    sources = rules.library.catalog.sources
    return [sources[b.source].title + (b.clause or "") for b in basis if sources[b.source].holds(on)]
