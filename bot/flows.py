"""The engine of guided services: which step comes next, what a message answers, how to go back. Pure functions over a guide and the answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.loan_talk import yuan
from bot.model import Flow
from bot.privacy import masked
from knowledge.guides import Guide, Option, Step, applies, known
from knowledge.odd_days import odd_day

SKIPPED = "-"  # the answer of a step that was left out
CLASS_MARK = "."  # between classes in an answer: choice ids have no comma
_CLASS = re.compile(r"(?<!\d)0?([1-9]|[1-3]\d|4[0-5])(?!\d)")
_NUMBER = re.compile(r"\d+")
_NOT = "没不未"
MOST_YUAN = 10**11
# A mainland mobile, perhaps in groups; or a fixed line with its area code.
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_FIXED = re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says: its words (digits as digits), its slots, its numbers, the day it came, and the words as they were typed."""

    text: str
    slots: Mapping[str, object]
    numbers: Mapping[str, object]
    today: date
    typed: str = ""


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
    found = known(guide, values)
    return tuple(step for step in guide.steps if applies(step.when, found))


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


def ahead(guide: Guide, flow: Flow, said: Said) -> Flow | None:
    """The flow with later steps that a message answers while it leaves the current one open; None when it answers none."""
    values = _filled(guide, dict(flow.values), said)
    return replace(flow, values=values) if len(values) > len(flow.values) else None


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
    match step.kind:
        case "classes":
            return "、".join(f"第 {number} 类" for number in value.split(CLASS_MARK))
        case "amount":
            return yuan(int(value))
        case "contact":
            return value[:3] + "×" * (len(value) - 5) + value[-2:]
    return value


def without_contact(guide: Guide, values: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The answers but for how to reach the citizen, which is kept only where it was agreed to."""
    contacts = {step.id for step in guide.steps if step.kind == "contact"}
    return tuple((name, value) for name, value in values if name not in contacts)


def named(step: Step, text: str) -> Option | None:
    """The option that a message names and says nothing else."""
    return next((option for option in step.options if text.lower() in (option.label.lower(), *map(str.lower, option.words))), None)


def read(step: Step, said: Said) -> Read:
    """What a message answers to a step."""
    match step.kind:
        case "choice":
            option = _option(step, said)
            return Read(option.id) if option else Read()
        case "goods":
            goods = _listed(said.slots.get("goods"))
            return Read("、".join(goods)) if goods else _words(step, said.typed or said.text)
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
            return _words(step, said.typed or said.text)
        case "amount":
            return _amount(said)
        case "contact":
            return _contact(said.text)


def _moved(guide: Guide, flow: Flow) -> Flow:
    values = dict(flow.values)
    missing = next((step for step in steps(guide, values) if step.id not in values), None)
    return replace(flow, step=missing.id if missing else "", misses=0, paused=False)


def _kept(guide: Guide, values: Mapping[str, str]) -> dict[str, str]:
    """Answers of steps that still apply, in the order of the steps: a changed answer may make others meaningless."""
    kept: dict[str, str] = {}
    for step in guide.steps:
        if step.id in values and applies(step.when, known(guide, kept)):
            kept[step.id] = values[step.id]
    return kept


def _filled(guide: Guide, values: Mapping[str, str], said: Said) -> tuple[tuple[str, str], ...]:
    """The answers, and those that a message gives to steps not asked yet: by its slots."""
    found = dict(values)
    dates = [step for step in guide.steps if step.kind == "date"]
    for step in guide.steps:
        if step.id in found or not applies(step.when, known(guide, found)):
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
    text = said.text.lower()
    longest = {o.id: max((len(w) for w in (o.label, *o.words) if _affirmed(w.lower(), text)), default=0) for o in step.options}
    best = max(longest.values())
    found = [option for option in step.options if longest[option.id] == best]
    return found[0] if best and len(found) == 1 else None


def _affirmed(word: str, text: str) -> bool:
    """Whether a word stands in a text without 没, 不 or 未 right before it: 没有执照 is not 有执照."""
    return any(match.start() == 0 or text[match.start() - 1] not in _NOT for match in re.finditer(re.escape(word), text))


def _words(step: Step, text: str) -> Read:
    """What was typed, without numbers that identify a person."""
    said = masked(" ".join(text.split()).strip(" ，。！,.!"))
    if not any(letter.isalpha() for letter in said):
        return Read()
    return Read(said) if len(said) <= step.longest else Read(wrong="flow_too_long")


def _amount(said: Said) -> Read:
    """A sum in yuan; a bare number is not taken for one, since most people count in 万元."""
    value = said.slots.get("amount_cny")
    return Read(str(value)) if isinstance(value, int) and 0 < value < MOST_YUAN else Read()


def _contact(text: str) -> Read:
    """A mobile or a fixed line, digits alone."""
    found = _MOBILE.search(text) or _FIXED.search(text)
    return Read(re.sub(r"\D", "", found.group())) if found else Read()


def _number(step: Step, said: Said) -> Read:
    known = said.numbers.get(step.case, said.numbers.get("number"))
    written = [int(n) for n in _NUMBER.findall(said.text) if len(n) < 10]
    counted = said.slots.get("count")  # 十五个
    value = known if isinstance(known, int) else written[0] if len(written) == 1 else counted if isinstance(counted, int) else None
    if value is None:
        return Read()
    return Read(str(value)) if step.least <= value <= step.most else Read(wrong="flow_number_range")


def _date(step: Step, said: Said) -> Read:
    value = said.slots.get("date")
    if not isinstance(value, str) or len(value) != 10:
        return Read(wrong="flow_no_such_day" if odd_day(said.text) else "flow_date_whole" if value else "")
    day = date.fromisoformat(value)
    if step.tense == "past" and day > said.today:
        return Read(wrong="flow_date_future")
    if step.tense == "future" and day < said.today:
        return Read(wrong="flow_date_past")
    return Read(value)
