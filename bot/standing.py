"""How a case stands to its time limits on a day: the days counted, whether it is early, open, late or over, and what that means. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from bot import flows
from bot.model import Flow
from bot.rules import Rules, day_named
from knowledge import deadlines, fees
from knowledge.answers import fill
from knowledge.deadlines import Due, Start
from knowledge.guides import DayRule, Guide, Stand, Standing, Step, applies, known, outcomes


class Named(NamedTuple):
    """A day as it is told: its name, and words behind it. `aside`: nothing to be put into a calendar."""

    name: str
    day: date
    ending: str = ""
    aside: bool = False


def known_on(rules: Rules, guide: Guide, values: Mapping[str, str], on: date) -> dict[str, str]:
    """The answers, what they come to, and how the case stands to its limits on a day."""
    found = known(guide, values)
    return found | {rule.state: _state(rules, guide, rule, found, on) for rule in guide.days if rule.state and applies(rule.when, found)}


def start(guide: Guide, rule: DayRule, values: Mapping[str, str], on: date) -> date | None:
    """The date that a day is counted from; today for a plan that was left out; None for any other date that was."""
    value = values.get(rule.step, flows.SKIPPED)
    if value != flows.SKIPPED:
        return date.fromisoformat(value)
    step = guide.step(rule.step)
    return on if step is not None and step.tense == "future" else None


def due(rules: Rules, guide: Guide, rule: DayRule, values: Mapping[str, str], on: date) -> Due | None:
    """The counted days of a rule with a limit; None when its date or something it depends on was not said."""
    library, begin = rules.library, start(guide, rule, values, on)
    limit = next((r for r in library.deadlines.limits if r.name == rule.limit), None)
    if limit is None or begin is None:
        return None
    found = case(guide, values)
    year = found.years[0] if found.years else None
    day = Start(begin, rule.role or limit.from_)
    return deadlines.count(limit, library.catalog, library.workdays, day, on, found.right, year)


def days(rules: Rules, rule: DayRule, counted: Due, on: date) -> Iterator[Named]:
    """The days of a limit in the order of time, with what is to be said of each."""
    begun, over = rules.phrases["sheet_begun"], rules.phrases["sheet_over"]
    if counted.window_from:
        past = counted.window_from <= on
        yield Named(rule.name + rules.phrases["sheet_from"], counted.window_from, begun if past else "", past)
    if counted.safe and on <= counted.safe < counted.due:
        yield Named(rule.name + rules.phrases["sheet_safe"], counted.safe)
    if counted.begins:
        yield Named(rule.name, counted.due, begun if counted.due <= on else "", counted.due <= on)
    else:
        last = rules.phrases["sheet_last"] if counted.window_from else ""
        yield Named(rule.name + last, counted.due, over if counted.due < on else "")
    if counted.grace_until:
        yield Named(rule.name + rules.phrases["sheet_grace"], counted.grace_until, over if counted.grace_until < on else "")
    if counted.latest:
        yield Named(rule.name + rules.phrases["sheet_latest"], counted.latest, over if counted.latest < on else "", True)


def case(guide: Guide, values: Mapping[str, str]) -> fees.Case:
    """A fee's case from the answers: what options, conclusions and states stand for, and numbers."""
    found: dict[str, Any] = {}  # fields of Case, checked when the guides are read
    for step in flows.steps(guide, values):
        value = values.get(step.id, flows.SKIPPED)
        option = step.option(value)
        if option:
            found |= option.case
        elif step.kind == "classes" and value != flows.SKIPPED:
            found["classes"] = len(value.split(flows.CLASS_MARK))
        elif step.kind == "number" and step.case and value != flows.SKIPPED:
            found |= _numbered(step.case, int(value))
    for outcome in outcomes(guide, values):
        found |= outcome.case
    for state in guide.states:
        found |= next((stand.case for name, stand in state.cases.items() if name == values.get(state.id)), {})
    return fees.Case(**found)


def led_to(rules: Rules, guide: Guide, before: Flow, after: Flow, on: date) -> str:
    """What the answers come to now and did not before: the days of a date given now, and conclusions."""
    old, new = dict(before.values), dict(after.values)
    earlier = outcomes(guide, old)
    said = [outcome.say for outcome in outcomes(guide, new) if outcome.say and outcome not in earlier]
    counted = _told(rules, guide, old, new, on)
    return "\n".join(part for part in (counted, fill(rules.library.catalog, "\n".join(said), on)) if part)


def stopped(rules: Rules, guide: Guide, values: Mapping[str, str], on: date) -> tuple[Step, str] | None:
    """The step whose date the guide cannot go on with, and why; None when it can."""
    found = known_on(rules, guide, values, on)
    for rule in guide.days:
        stand, step = _stand(guide, rule, found), guide.step(rule.step)
        counted = due(rules, guide, rule, found, on) if stand and stand.stop and applies(rule.when, found) else None
        if counted and stand and stand.stop and step:
            return step, "\n".join([*_lines(rules, rule, counted, on), fill(rules.library.catalog, stand.stop, on)])
    return None


def _told(rules: Rules, guide: Guide, before: Mapping[str, str], after: Mapping[str, str], on: date) -> str:
    """The days that decide a state and are counted from a date given now, and what they mean; empty when there are none."""
    values = known_on(rules, guide, after, on)
    given = {name for name, value in after.items() if value not in (flows.SKIPPED, before.get(name))}
    rule = next((r for r in guide.days if r.state and r.step in given and applies(r.when, values)), None)
    counted = due(rules, guide, rule, values, on) if rule else None
    if rule is None or counted is None:
        return ""
    notes = rules.phrase("sheet_counted", day=rule.name, notes="；".join(counted.notes))
    stand = _stand(guide, rule, values)
    said = fill(rules.library.catalog, stand.say, on) if stand and stand.say else ""
    return "\n".join(line for line in (rules.phrases["flow_days"], *_lines(rules, rule, counted, on), notes, said) if line)


def _lines(rules: Rules, rule: DayRule, counted: Due, on: date) -> list[str]:
    return [f"- {day_named(named.day)} {named.name}{named.ending}" for named in days(rules, rule, counted, on)]


def _stand(guide: Guide, rule: DayRule, values: Mapping[str, str]) -> Stand | None:
    state = guide.state(rule.state)
    return next((stand for name, stand in state.cases.items() if name == values.get(rule.state)), None) if state else None


def _state(rules: Rules, guide: Guide, rule: DayRule, values: Mapping[str, str], on: date) -> Standing:
    found = due(rules, guide, rule, values, on)
    if found is None:
        return "unknown"
    begins = found.due if found.begins else found.window_from
    if begins and on < begins:
        return "early"
    if found.begins or on <= found.due:
        return "open"
    last = found.grace_until or found.latest
    return "late" if last and on <= last else "over"


def _numbered(name: str, number: int) -> dict[str, Any]:
    match name:
        case "goods":
            return {"goods": (number,), "each": True}
        case "years":
            return {"years": (number,)}
    return {name: number}
