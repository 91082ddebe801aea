"""From a finished guide to its sheet: lines for exactly this case, fee, classes, days and places, with sources. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot import flows, loan_sheet, standing, station_answers
from bot.model import Card, Choice, Flow, Reply, Sheet, SheetDay, SheetLine, SheetPart, SourceNote
from bot.rules import Rules, day_named, local
from knowledge import deadlines, fees
from knowledge.answers import CHECKED, PLACEHOLDER, fill, reading
from knowledge.catalog import DOUBT, Reading
from knowledge.guides import DayRule, Guide, PartRule, Step, applies, facts_of


@dataclass(slots=True)
class Made:
    """What a sheet is made of so far: readings and sources told, days, links and remarks."""

    on: date
    readings: list[Reading] = field(default_factory=list)
    notes: list[SourceNote] = field(default_factory=list)
    days: list[SheetDay] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def sheet(rules: Rules, guide: Guide, flow: Flow, at: int) -> Sheet:
    """The sheet of a guide's answers, for the law of the day `at` (UTC ms) lies on."""
    made = Made(local(at).date())
    values = standing.known_on(rules, guide, dict(flow.values), made.on)
    parts = [SheetPart(rule.title, tuple(_lines(rules, guide, rule, values, made))) for rule in guide.parts if applies(rule.when, values)]
    remarks = [_filled(rules, text, made) for text in guide.remarks]
    case = tuple((step.name, text) for step, text in flows.shown_answers(guide, flow) if step.kind != "contact")
    sources = tuple(_sources(rules, guide, values, made))
    kept = tuple(part for part in parts if part.lines)
    told = tuple(dict.fromkeys((*made.remarks, *remarks, *_overdue(made, rules))))
    return Sheet(guide.title, case, kept, tuple(made.days), sources, tuple(made.links), made.on, told)


def reply(rules: Rules, sheet: Sheet, guide: Guide, buttons: tuple[Choice, ...]) -> Reply:
    """The sheet as a message: its parts in words, fee and days as cards, sources below."""
    parts = [rules.phrase("sheet_ready", guide=guide.title)]
    for part in sheet.parts:
        parts.append(f"**{part.title}**")
        parts += [f"- {'☐ ' if line.tick else ''}{line.text}{f' = {line.amount}' if line.amount else ''}" for line in part.lines]
    parts += sheet.remarks
    weakest = max((s.confidence for s in sheet.sources), key=DOUBT.__getitem__)
    oldest = min(s.as_of for s in sheet.sources)
    line = f"依据：{'；'.join(s.title for s in sheet.sources)}，{oldest} {CHECKED[weakest]}"
    return Reply("\n".join(parts), buttons, _cards(rules, sheet), sheet.sources, line, guide.item, "steps")


def suggested(rules: Rules, guide: Guide, step: Step, values: Mapping[str, str]) -> str:
    """An answer that a step can offer by itself: the classes of the goods named before; empty when there is none."""
    if step.kind != "classes":
        return ""
    named = [values[s.id] for s in guide.steps if s.kind == "goods" and values.get(s.id, flows.SKIPPED) != flows.SKIPPED]
    return flows.CLASS_MARK.join(str(number) for text in named for number in rules.classes(text))


def shown_facts(rules: Rules, guide: Guide, on: date) -> tuple[tuple[str, str], ...]:
    """The facts that a guide may tell, as they are shown on a day."""
    catalog = rules.library.catalog
    return tuple((name, str(found)) for name in facts_of(guide) if (found := catalog.facts[name].on(on)) is not None)


def changed(rules: Rules, facts: Iterable[tuple[str, str]], on: date) -> list[str]:
    """What a guide's facts were and are now, for those that changed."""
    told = []
    for name, before in facts:
        fact = rules.library.catalog.facts.get(name)
        now = str(fact.on(on) or "") if fact else ""
        if now != before:
            told.append(f"{fact.label if fact else name}：{before} → {now or '—'}")
    return told


def _lines(rules: Rules, guide: Guide, rule: PartRule, values: Mapping[str, str], made: Made) -> Iterator[SheetLine]:
    for line in rule.lines:
        if applies(line.when, values):
            yield SheetLine(_filled(rules, line.text, made), tick=line.tick)
    match rule.compute:
        case "fee":
            yield from _fee(rules, guide, values, made)
        case "calendar":
            yield from _calendar(rules, guide, values, made)
        case "classes":
            yield from _classes(rules, guide, values)
        case "places":
            yield from _places(rules, guide, values, made)
        case "loan":
            told = loan_sheet.told(rules, loan_sheet.case(rules, guide, values), made.on)
            made.notes += told.notes
            yield from told.lines


def _filled(rules: Rules, text: str, made: Made) -> str:
    catalog = rules.library.catalog
    made.readings += [reading(catalog, name, made.on) for name in PLACEHOLDER.findall(text)]
    return fill(catalog, text, made.on)


def _fee(rules: Rules, guide: Guide, values: Mapping[str, str], made: Made) -> Iterator[SheetLine]:
    library = rules.library
    bill = fees.bill(library.fees, library.catalog, guide.fee_item or guide.item, standing.case(guide, values), made.on, guide.fee_words or "")
    if bill is None or isinstance(bill, fees.Missing):
        yield SheetLine(rules.phrases["sheet_no_fee"])
        return
    made.readings += bill.readings
    for line in bill.lines:
        yield SheetLine(line.name, f"{line.amount} 元")
    yield SheetLine(rules.phrases["sheet_fee_total"], f"{bill.total} 元")
    if bill.assumed:
        made.remarks.append(rules.phrase("sheet_assumed", assumed="；".join(bill.assumed)))
    made.remarks += bill.remarks


def _calendar(rules: Rules, guide: Guide, values: Mapping[str, str], made: Made) -> Iterator[SheetLine]:
    before = made.on
    for rule in guide.days:
        start = standing.start(guide, rule, values, made.on) if applies(rule.when, values) else None
        if start is None:
            continue
        note = _filled(rules, rule.note, made) if rule.note else ""
        ending = (f"（{note}）" if note else "") + _assumed(rules, rule, values)
        if rule.limit:
            yield from _limit(rules, guide, rule, values, made, note, ending)
            continue
        before = _after(rules, rule, start if rule.own else before, made) if rule.fact else start
        made.days.append(SheetDay(rule.name, before, rule.remind, note))
        over = rules.phrases["sheet_over"] if before < made.on else ""
        yield SheetLine(f"{day_named(before)} {rule.name}{ending}{over}")


def _assumed(rules: Rules, rule: DayRule, values: Mapping[str, str]) -> str:
    """That a day was left out and today stands for it; not of a day that other days of the list are counted to."""
    left_out = values.get(rule.step, flows.SKIPPED) == flows.SKIPPED
    return rules.phrases["sheet_today"] if left_out and not rule.fact else ""


def _after(rules: Rules, rule: DayRule, before: date, made: Made) -> date:
    found = reading(rules.library.catalog, rule.fact, before)
    made.readings.append(found)
    return deadlines.plus(before, int(found.value), found.unit or "")


def _limit(
    rules: Rules, guide: Guide, rule: DayRule, values: Mapping[str, str], made: Made, note: str, ending: str
) -> Iterator[SheetLine]:  # fmt: skip
    due = standing.due(rules, guide, rule, values, made.on)
    if due is None:
        return
    for named in standing.days(rules, rule, due, made.on):
        if not named.aside:
            made.days.append(SheetDay(named.name, named.day, rule.remind, note))
        yield SheetLine(f"{day_named(named.day)} {named.name}{ending}{named.ending}")
    made.remarks.append(rules.phrase("sheet_counted", day=rule.name, notes="；".join(due.notes)))
    if due.unpublished:
        made.remarks.append(rules.phrase("sheet_unpublished", name=rule.name, year=str(due.nominal.year), day=due.nominal.isoformat()))


def _classes(rules: Rules, guide: Guide, values: Mapping[str, str]) -> Iterator[SheetLine]:
    numbers = [n for s in guide.steps if s.kind == "classes" and s.id in values for n in values[s.id].split(flows.CLASS_MARK) if n.isdigit()]
    yield from (SheetLine(rules.class_line(int(number))) for number in numbers)
    yield SheetLine(rules.phrases["sheet_classes"])


def _places(rules: Rules, guide: Guide, values: Mapping[str, str], made: Made) -> Iterator[SheetLine]:
    place = next((values[s.id] for s in guide.steps if s.kind == "place" and values.get(s.id, flows.SKIPPED) != flows.SKIPPED), "")
    for line, link in station_answers.offices(rules, guide.places, place, made.on):
        yield SheetLine(line)
        made.links += [link] if link else []


def _sources(rules: Rules, guide: Guide, values: Mapping[str, str], made: Made) -> Iterator[SourceNote]:
    """The guide's own basis for the case, then the sources of the facts told; each title once."""
    sources, told = rules.library.catalog.sources, set()
    noted = [(b.source, b.clause or "", guide.as_of, guide.confidence) for b in guide.basis if applies(b.when, values)]
    noted += [(name, "", found.as_of, found.confidence) for found in made.readings for name in found.source]
    for name, clause, as_of, confidence in noted:
        source = sources[name]
        if source.holds(made.on) and source.title not in told:
            told.add(source.title)
            yield SourceNote(source.title + clause, as_of.isoformat(), confidence, source.number, source.url)
    yield from (note for note in made.notes if note.title not in told)


def _overdue(made: Made, rules: Rules) -> list[str]:
    late = [found.review_by for found in made.readings if found.review_by < made.on]
    return [rules.phrase("sheet_overdue", day=min(late).isoformat())] if late else []


def _cards(rules: Rules, sheet: Sheet) -> tuple[Card, ...]:
    priced = [line for part in sheet.parts for line in part.lines if line.amount]
    cards: Sequence[Card] = []
    if priced:
        lines = tuple(f"{line.text} = {line.amount}" for line in priced[:-1])
        cards = [Card("fee", f"{rules.phrases['sheet_fee_total']} {priced[-1].amount}", lines)]
    if sheet.days:
        cards = [*cards, Card("deadline", rules.phrases["sheet_days"], tuple(f"{day_named(d.day)} {d.name}" for d in sheet.days))]
    return tuple(cards)
