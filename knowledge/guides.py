"""Guided services as data: what is asked step by step, and what the sheet at the end says. Files: knowledge/guides/*.yaml."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from knowledge import loader
from knowledge.answers import PLACEHOLDER
from knowledge.catalog import Basis, Confidence, Text
from knowledge.deadlines import Day
from knowledge.loader import DataError, Key, Record

Kind = Literal["choice", "goods", "classes", "number", "date", "place", "text", "amount", "contact"]
Compute = Literal["fee", "classes", "calendar", "places", "loan"]
Files = Literal["tech_need"]
Standing = Literal["early", "open", "late", "over", "unknown"]  # to a time limit; unknown: its date was left out
When = dict[str, tuple[str, ...]]
FINE, UNSURE = "fine", "unsure"  # of an option that answers a question of loans.yaml
ID = r"^[a-z][a-z0-9_]{0,23}$"
SHORT_ID = r"^[a-z0-9_]{1,14}$"


class Option(Record):
    """One choice of a step. `values`: normal forms of the step's slot that mean it; `words`: what people type for it."""

    id: str = Field(pattern=SHORT_ID)
    label: Text
    values: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    case: dict[str, str | int | bool] = Field(default_factory=dict)  # what it means for a fee: fields of knowledge.fees.Case
    loan: str = ""  # what it says to the step's question of loans.yaml: fine, unsure or an obstacle
    stop: Text | None = None  # the guide cannot go on so: why, and what to do instead


class Step(Record):
    """One question. `slot`: the slot that answers it; `case`: the field of a fee's case that its number fills; `asks`: a question of loans.yaml."""

    id: str = Field(pattern=SHORT_ID)
    name: Text
    ask: Text
    help: Text
    kind: Kind = "choice"
    slot: str = ""
    options: tuple[Option, ...] = ()
    when: When = Field(default_factory=dict)
    skip: bool = False  # may be left out: “不知道”
    case: str = ""
    asks: str = ""
    open: bool = False  # whatever is said is the answer, also a question
    longest: int = 60  # characters of a text
    least: int = 1
    most: int = 999
    tense: Literal["past", "future", "any"] = "any"

    def option(self, name: str) -> Option | None:
        """The option of that id."""
        return next((o for o in self.options if o.id == name), None)


class Outcome(Record):
    """One thing that the answers may come to; `say` is told as soon as it is known."""

    value: str = Field(pattern=SHORT_ID)
    when: When
    case: dict[str, str | int | bool] = Field(default_factory=dict)
    say: Text | None = None


class Conclusion(Record):
    """What several answers come to together: the first case that applies. Conditions may name it like a step."""

    id: str = Field(pattern=SHORT_ID)
    cases: tuple[Outcome, ...] = Field(min_length=2)

    def of(self, values: Mapping[str, str]) -> Outcome | None:
        """The case that answers come to, as far as they are given."""
        return next((case for case in self.cases if applies(case.when, values)), None)


class Stand(Record):
    """What it means to stand so to a limit: for a fee; `say` is told when the date is; `stop`: the guide cannot go on."""

    case: dict[str, str | int | bool] = Field(default_factory=dict)
    say: Text | None = None
    stop: Text | None = None


class State(Record):
    """How the case stands to a limit on the day of asking. Conditions of the sheet may name it like a step."""

    id: str = Field(pattern=SHORT_ID)
    cases: dict[Standing, Stand] = Field(min_length=1)


class Filing(Record):
    """Work for people that a finished guide opens when its answers say so. `consent`: the step before which the text agreed to is shown."""

    kind: Files
    consent: str
    when: When


class Ground(Basis):
    """Where what a guide says is written; `when`: only for these answers."""

    when: When = Field(default_factory=dict)


class LineRule(Record):
    """A line of the sheet; {fact} is filled in; `tick` draws a box; `when`: only for these answers."""

    text: Text
    tick: bool = False
    when: When = Field(default_factory=dict)


class PartRule(Record):
    """A part of the sheet: its own lines, and what is computed for the case."""

    title: Text
    lines: tuple[LineRule, ...] = ()
    when: When = Field(default_factory=dict)
    compute: Compute | None = None


class DayRule(Record):
    """A day of the sheet's calendar. `limit`: a rule of deadlines.yaml counted from a step's date; else `fact`: a length added to the day before.

    `own`: the length is added to the step's own date. `role`: which day the step's date is, where it is not the one the limit runs from.
    `state`: the one of the guide's states that this limit decides.
    A plan (a date in the future) left out stands for today; any other date left out leaves the day out.
    """

    name: Text
    step: str
    limit: str = ""
    role: Day | None = None
    state: str = ""
    fact: str = ""
    own: bool = False
    when: When = Field(default_factory=dict)
    remind: tuple[int, ...] = (30, 7, 1)
    note: Text | None = None


class Guide(Record):
    """One guided service."""

    id: str = Field(pattern=ID)
    item: str
    also: tuple[str, ...] = ()  # further items that it leads through, where they have no guide of their own
    title: Text
    button: Text = Field(max_length=14)
    intro: Text
    words: tuple[Text, ...] = ()  # a message with one of these asks for the guide
    asked_only: bool = False  # does not begin by itself, however much of the case a message says
    steps: tuple[Step, ...] = Field(min_length=2)
    conclusions: tuple[Conclusion, ...] = ()
    states: tuple[State, ...] = ()
    ticket: Filing | None = None
    parts: tuple[PartRule, ...] = Field(min_length=1)
    days: tuple[DayRule, ...] = ()
    places: tuple[str, ...] = ()  # kinds of stations to show
    fee_item: str = ""
    fee_words: Text | None = None  # words that choose among bills of one item
    basis: tuple[Ground, ...] = Field(min_length=1)
    as_of: date
    confidence: Confidence
    remarks: tuple[Text, ...] = ()

    def step(self, name: str) -> Step | None:
        """The step of that id."""
        return next((s for s in self.steps if s.id == name), None)

    def state(self, name: str) -> State | None:
        """The state of that id."""
        return next((s for s in self.states if s.id == name), None)


class Controls(Record):
    """controls.yaml: words that steer a running guide, and words that ask for one."""

    back: tuple[str, ...]
    cancel: tuple[str, ...]
    restart: tuple[str, ...]
    later: tuple[str, ...]
    skip: tuple[str, ...]
    done: tuple[str, ...]
    go_on: tuple[str, ...]
    guide_me: tuple[str, ...]
    asks: tuple[str, ...]


class Guides(Record):
    """All guides by id, and the words that steer them."""

    guides: dict[str, Guide]
    controls: Controls

    def of_item(self, item: str | None) -> Guide | None:
        """The guide that leads through an item."""
        own = next((g for g in self.guides.values() if g.item == item), None)
        return own or next((g for g in self.guides.values() if item in g.also), None)


def load(folder: Path) -> Guides:
    """Read every guide. Raises DataError; a guide's id is its file's name."""
    found: dict[str, Guide] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.stem == "controls":
            continue
        guide = loader.load(Guide, path)
        if guide.id != path.stem:
            raise DataError([loader.fault_at(path, ["id"], f"应与文件名相同：{path.stem}")])
        found[guide.id] = guide
    return Guides(guides=found, controls=loader.load(Controls, folder / "controls.yaml"))


def conditions(guide: Guide) -> Iterator[tuple[tuple[Key, ...], When, str]]:
    """(where, condition, words) of everything in a guide that depends on answers or shows facts."""
    for n, step in enumerate(guide.steps):
        stops = "".join(option.stop or "" for option in step.options)
        yield ("steps", n), step.when, step.ask + step.help + stops
    for n, part in enumerate(guide.parts):
        yield ("parts", n), part.when, ""
        for m, line in enumerate(part.lines):
            yield ("parts", n, "lines", m), line.when, line.text
    for n, conclusion in enumerate(guide.conclusions):
        for m, outcome in enumerate(conclusion.cases):
            yield ("conclusions", n, "cases", m), outcome.when, outcome.say or ""
    for n, state in enumerate(guide.states):
        yield ("states", n), {}, "".join((stand.say or "") + (stand.stop or "") for stand in state.cases.values())
    for n, day in enumerate(guide.days):
        yield ("days", n), day.when, day.note or ""
    for n, ground in enumerate(guide.basis):
        yield ("basis", n), ground.when, ""
    yield ("intro",), {}, guide.intro + "".join(guide.remarks)


def applies(when: When, values: Mapping[str, str]) -> bool:
    """Whether the answers given meet a condition."""
    return all(values.get(name) in wanted for name, wanted in when.items())


def known(guide: Guide, values: Mapping[str, str]) -> dict[str, str]:
    """The answers, and what they come to."""
    found = dict(values)
    for conclusion in guide.conclusions:
        outcome = conclusion.of(found)
        if outcome:
            found[conclusion.id] = outcome.value
    return found


def outcomes(guide: Guide, values: Mapping[str, str]) -> tuple[Outcome, ...]:
    """What the answers come to, in the order of the data."""
    found = known(guide, values)
    return tuple(outcome for c in guide.conclusions if (outcome := c.of(found)) is not None)


def facts_of(guide: Guide) -> tuple[str, ...]:
    """Ids of all facts that a guide may show, each once."""
    texts = [text for _, _, text in conditions(guide)]
    return tuple(dict.fromkeys([*PLACEHOLDER.findall("\n".join(texts)), *(day.fact for day in guide.days if day.fact)]))
