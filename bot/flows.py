"""The engine of guided services: which step comes next, what a message answers, how to go back. Pure functions over a guide and the answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.model import Flow
from knowledge.guides import Guide, Option, Step, applies

SKIPPED = "-"  # the answer of a step that was left out
CLASS_MARK = "."  # between classes in an answer: choice ids have no comma
TEXT_MOST = 60
_CLASS = re.compile(r"(?<!\d)0?([1-9]|[1-3]\d|4[0-5])(?!\d)")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says: its words (digits as digits), its slots, its numbers, and the day it came."""

    text: str
    slots: Mapping[str, object]
    numbers: Mapping[str, object]
    today: date


@dataclass(frozen=True, slots=True)
class Read:
    """What a message answers to a step; or the phrase that says what is wrong with it ("": the step's own help)."""

    value: str = ""
    wrong: str = ""


def begin(guide: Guide, said: Said) -> Flow:
    """A guide from its start, with what the first message already says filled in."""
    return _moved(guide, Flow(guide.id, _filled(guide, {}, said)))


def taken_up(guide: Guide, values: tuple[tuple[str, str], ...]) -> Flow:
    """A guide put aside, where it was; answers that the guide no longer asks for are dropped."""
    return _moved(guide, Flow(guide.id, tuple(_kept(guide, dict(values)).items())))


def steps(guide: Guide, values: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps that apply as far as can be known from the answers."""
    return tuple(step for step in guide.steps if applies(step.when, values))


def current(guide: Guide, flow: Flow) -> Step | None:
    """The step asked now; None at the summary."""
    return guide.step(flow.step) if flow.step else None


def answered(guide: Guide, flow: Flow, value: str, said: Said | None = None) -> Flow:
    """The flow after the current step got its answer; other steps that the same message answers are filled too."""
    values = {**dict(flow.values), flow.step: value}
    kept = _kept(guide, values)
    if said is not None:
        kept = dict(_filled(guide, kept, said))
    return _moved(guide, replace(flow, values=tuple(kept.items())))


def back(guide: Guide, flow: Flow) -> Flow | None:
    """One step back: the answer before the current step is asked again; None at the start."""
    values = dict(flow.values)
    given = [step.id for step in steps(guide, values) if step.id in values]
    if flow.step in given:  # one that was being changed
        given = given[: given.index(flow.step)]
    if not given:
        return None
    del values[given[-1]]
    return replace(flow, values=tuple(_kept(guide, values).items()), step=given[-1], misses=0)


def edit(guide: Guide, flow: Flow, number: int) -> Flow | None:
    """Ask the answer of that number in the summary again; None when there is no such number."""
    shown = [step for step, _ in shown_answers(guide, flow)]
    if not 1 <= number <= len(shown):
        return None
    return replace(flow, step=shown[number - 1].id, misses=0)


def shown_answers(guide: Guide, flow: Flow) -> list[tuple[Step, str]]:
    """The answers in the order of the steps, as a citizen reads them."""
    values = dict(flow.values)
    return [(step, shown(step, values[step.id])) for step in steps(guide, values) if step.id in values]


def shown(step: Step, value: str) -> str:
    """An answer as a citizen reads it."""
    option = step.option(value)
    if value == SKIPPED:
        return "未填"
    if option:
        return option.label
    if step.kind == "classes":
        return "、".join(f"第 {number} 类" for number in value.split(CLASS_MARK))
    return value


def read(step: Step, said: Said) -> Read:
    """What a message answers to a step."""
    match step.kind:
        case "choice":
            option = _option(step, said)
            return Read(option.id) if option else Read()
        case "goods":
            goods = _listed(said.slots.get("goods"))
            return Read("、".join(goods)) if goods else _words(said.text)
        case "classes":
            numbers = dict.fromkeys(int(n) for n in _CLASS.findall(said.text))
            return Read(CLASS_MARK.join(map(str, numbers))) if numbers else Read()
        case "number":
            return _number(step, said)
        case "date":
            return _date(step, said)
        case "place":
            place = said.slots.get("place_norm")
            return Read(str(place)) if place else Read()
        case "text":
            return _words(said.text)


def _moved(guide: Guide, flow: Flow) -> Flow:
    values = dict(flow.values)
    missing = next((step for step in steps(guide, values) if step.id not in values), None)
    return replace(flow, step=missing.id if missing else "", misses=0, paused=False)


def _kept(guide: Guide, values: Mapping[str, str]) -> dict[str, str]:
    """Answers of steps that still apply, in the order of the steps: a changed answer may make others meaningless."""
    kept: dict[str, str] = {}
    for step in guide.steps:
        if step.id in values and applies(step.when, kept):
            kept[step.id] = values[step.id]
    return kept


def _filled(guide: Guide, values: Mapping[str, str], said: Said) -> tuple[tuple[str, str], ...]:
    """The answers, and those that a message gives to steps not asked yet: by its slots."""
    found = dict(values)
    dates = [step for step in guide.steps if step.kind == "date"]
    for step in guide.steps:
        if step.id in found or not applies(step.when, found):
            continue
        if step.slot not in said.slots or (step.kind == "date" and len(dates) > 1):
            continue
        value = read(step, said).value
        option = step.option(value)
        if value and not (option and option.stop):
            found[step.id] = value
    return tuple(_kept(guide, found).items())


def _listed(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def _option(step: Step, said: Said) -> Option | None:
    """By the slot's normal form; else the option with the longest word in the text, if only one has it."""
    several: list[object] = list(_listed(said.slots.get(f"{step.slot}_all"))) or [said.slots.get(step.slot)]
    given = {str(v) for v in several if v is not None}
    by_slot = [option for option in step.options if given & set(option.values)]
    if len(by_slot) == 1:
        return by_slot[0]
    longest = {o.id: max((len(w) for w in (o.label, *o.words) if w.lower() in said.text.lower()), default=0) for o in step.options}
    best = max(longest.values())
    found = [option for option in step.options if longest[option.id] == best]
    return found[0] if best and len(found) == 1 else None


def _words(text: str) -> Read:
    said = text.strip(" ，。！,.!\n")
    if not any(letter.isalpha() for letter in said):
        return Read()
    return Read(said) if len(said) <= TEXT_MOST else Read(wrong="flow_too_long")


def _number(step: Step, said: Said) -> Read:
    known = said.numbers.get(step.case) if step.case else None
    written = [int(n) for n in _NUMBER.findall(said.text) if len(n) < 10]
    value = known if isinstance(known, int) else written[0] if len(written) == 1 else None
    if value is None:
        return Read()
    return Read(str(value)) if step.least <= value <= step.most else Read(wrong="flow_number_range")


def _date(step: Step, said: Said) -> Read:
    value = said.slots.get("date")
    if not isinstance(value, str) or len(value) != 10:
        return Read(wrong="flow_date_whole" if value else "")
    day = date.fromisoformat(value)
    if step.tense == "past" and day > said.today:
        return Read(wrong="flow_date_future")
    if step.tense == "future" and day < said.today:
        return Read(wrong="flow_date_past")
    return Read(value)
