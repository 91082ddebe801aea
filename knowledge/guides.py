"""Guided services as data: what is asked step by step, and what the sheet at the end says. Files: knowledge/guides/*.yaml."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from knowledge import loader
from knowledge.answers import PLACEHOLDER
from knowledge.catalog import Basis, Catalog, Confidence, Text
from knowledge.deadlines import DeadlineRules
from knowledge.fees import Case, FeeRules
from knowledge.loader import DataError, Fault, Record

Kind = Literal["choice", "goods", "classes", "number", "date", "place", "text"]
Compute = Literal["fee", "classes", "calendar", "places"]
When = dict[str, tuple[str, ...]]
ID = r"^[a-z][a-z0-9_]{0,23}$"
SHORT_ID = r"^[a-z0-9_]{1,14}$"


class Option(Record):
    """One choice of a step. `values`: normal forms of the step's slot that mean it; `words`: what people type for it."""

    id: str = Field(pattern=SHORT_ID)
    label: Text
    values: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    case: dict[str, str | int | bool] = Field(default_factory=dict)  # what it means for a fee: fields of knowledge.fees.Case
    stop: Text | None = None  # the guide cannot go on so: why, and what to do instead


class Step(Record):
    """One question. `slot`: the slot that answers it; `case`: the field of a fee's case that its number fills."""

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
    least: int = 1
    most: int = 999
    tense: Literal["past", "future", "any"] = "any"

    def option(self, name: str) -> Option | None:
        """The option of that id."""
        return next((o for o in self.options if o.id == name), None)


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
    """A day of the sheet's calendar. `limit`: a rule of deadlines.yaml counted from a step's date; else `fact`: a length added to the day before."""

    name: Text
    step: str
    limit: str = ""
    fact: str = ""
    when: When = Field(default_factory=dict)
    remind: tuple[int, ...] = (30, 7, 1)
    note: Text | None = None


class Guide(Record):
    """One guided service."""

    id: str = Field(pattern=ID)
    item: str
    title: Text
    button: Text = Field(max_length=14)
    intro: Text
    steps: tuple[Step, ...] = Field(min_length=2)
    parts: tuple[PartRule, ...] = Field(min_length=1)
    days: tuple[DayRule, ...] = ()
    places: tuple[str, ...] = ()  # kinds of stations to show
    fee_item: str = ""
    fee_words: Text | None = None  # words that choose among bills of one item
    basis: tuple[Basis, ...] = Field(min_length=1)
    as_of: date
    confidence: Confidence
    remarks: tuple[Text, ...] = ()

    def step(self, name: str) -> Step | None:
        """The step of that id."""
        return next((s for s in self.steps if s.id == name), None)


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
        return next((g for g in self.guides.values() if g.item == item), None)


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


def faults(guides: Guides, catalog: Catalog, fees: FeeRules, limits: DeadlineRules, folder: Path) -> Iterator[Fault]:
    """What the guides name and the other data lack."""
    for guide in guides.guides.values():
        path = folder / f"{guide.id}.yaml"
        yield from (loader.fault_at(path, keys, message) for keys, message in _wrong(guide, catalog, fees, limits))


Keys = Sequence[str | int]
Wrong = tuple[Keys, str]


def _wrong(guide: Guide, catalog: Catalog, fees: FeeRules, limits: DeadlineRules) -> Iterator[Wrong]:
    if guide.item not in catalog.items:
        yield ["item"], f"没有这个事项：{guide.item}"
    for number, basis in enumerate(guide.basis):
        if basis.source not in catalog.sources:
            yield ["basis", number], f"没有这个来源：{basis.source}"
    yield from _wrong_steps(guide)
    for keys, when, text in _conditions(guide):
        yield from ((keys, message) for message in _wrong_when(guide, when))
        yield from ((keys, f"没有这个事实：{fact}") for fact in PLACEHOLDER.findall(text) if fact not in catalog.facts)
    billed = {item for rule in fees.bills.values() for item in rule.items}
    if any(part.compute == "fee" for part in guide.parts) and (guide.fee_item or guide.item) not in billed:
        yield ["fee_item"], f"fees.yaml 里没有这个事项的算法：{guide.fee_item or guide.item}"
    names = {rule.name for rule in limits.limits}
    for number, day in enumerate(guide.days):
        if day.limit and day.limit not in names:
            yield ["days", number, "limit"], f"deadlines.yaml 里没有这条期限：{day.limit}"
        if day.fact and day.fact not in catalog.facts:
            yield ["days", number, "fact"], f"没有这个事实：{day.fact}"
        step = guide.step(day.step)
        if step is None or step.kind != "date":
            yield ["days", number, "step"], f"应为问日期的步骤：{day.step}"


def _wrong_steps(guide: Guide) -> Iterator[Wrong]:
    seen: set[str] = set()
    for number, step in enumerate(guide.steps):
        if step.id in seen:
            yield ["steps", number, "id"], f"步骤重复：{step.id}"
        seen.add(step.id)
        if (step.kind == "choice") != (len(step.options) > 1):
            yield ["steps", number, "options"], "选择题至少要有两个选项，其他步骤不列选项"
        fields = [step.case, *(key for option in step.options for key in option.case)]
        at: Keys = ["steps", number]
        yield from ((at, f"费用里没有这一项：{f}") for f in fields if f and f not in Case.__dataclass_fields__)
        yield from ((at, f"只能看前面的步骤：{name}") for name in step.when if name not in seen)


def _conditions(guide: Guide) -> Iterator[tuple[Keys, When, str]]:
    """(where, condition, words) of everything in a guide that depends on answers or shows facts."""
    for n, step in enumerate(guide.steps):
        stops = "".join(option.stop or "" for option in step.options)
        yield ["steps", n], step.when, step.ask + step.help + stops
    for n, part in enumerate(guide.parts):
        yield ["parts", n], part.when, ""
        for m, line in enumerate(part.lines):
            yield ["parts", n, "lines", m], line.when, line.text
    for n, day in enumerate(guide.days):
        yield ["days", n], day.when, day.note or ""
    yield ["intro"], {}, guide.intro + "".join(guide.remarks)


def _wrong_when(guide: Guide, when: When) -> Iterator[str]:
    for name, values in when.items():
        step = guide.step(name)
        if step is None or step.kind != "choice":
            yield f"条件要写选择题的步骤：{name}"
        else:
            yield from (f"步骤 {name} 没有选项：{value}" for value in values if step.option(value) is None)


def applies(when: When, values: Mapping[str, str]) -> bool:
    """Whether the answers given meet a condition."""
    return all(values.get(name) in wanted for name, wanted in when.items())


def facts_of(guide: Guide) -> tuple[str, ...]:
    """Ids of all facts that a guide may show, each once."""
    texts = [text for _, _, text in _conditions(guide)]
    return tuple(dict.fromkeys([*PLACEHOLDER.findall("\n".join(texts)), *(day.fact for day in guide.days if day.fact)]))
