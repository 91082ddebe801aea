"""What must hold in the guides beyond their shape: what they name exists, and conditions look back. Pure."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

from knowledge import loader
from knowledge.answers import PLACEHOLDER
from knowledge.catalog import Catalog
from knowledge.catalog_check import PHONE, URL, official
from knowledge.deadlines import DeadlineRules
from knowledge.fees import Case, FeeRules
from knowledge.guides import FINE, UNSURE, Guide, Guides, Standing, When, conditions
from knowledge.loader import Fault, Key
from knowledge.loans import LoanRules
from knowledge.patents import PatentRules

Keys = tuple[Key, ...]
Wrong = tuple[Keys, str]


def faults(
    guides: Guides, catalog: Catalog, fees: FeeRules, limits: DeadlineRules, loans: LoanRules, patents: PatentRules,
    hosts: Sequence[str], folder: Path,
) -> Iterator[Fault]:  # fmt: skip
    """What the guides name and the other data lack."""
    for guide in guides.guides.values():
        path = folder / f"{guide.id}.yaml"
        wrong = (
            *_wrong(guide, catalog, fees, limits), *_wrong_states(guide), *_wrong_loan(guide, loans), *_wrong_ticket(guide, patents),
            *_told(guide, hosts),
        )  # fmt: skip
        yield from (loader.fault_at(path, keys, message) for keys, message in wrong)


def _wrong(guide: Guide, catalog: Catalog, fees: FeeRules, limits: DeadlineRules) -> Iterator[Wrong]:
    if guide.item not in catalog.items:
        yield ("item",), f"没有这个事项：{guide.item}"
    yield from ((("also",), f"没有这个事项：{item}") for item in guide.also if item not in catalog.items)
    for number, basis in enumerate(guide.basis):
        if basis.source not in catalog.sources:
            yield ("basis", number), f"没有这个来源：{basis.source}"
    yield from _wrong_steps(guide)
    for number, conclusion in enumerate(guide.conclusions):
        fields = [key for outcome in conclusion.cases for key in outcome.case]
        yield from ((("conclusions", number), f"费用里没有这一项：{f}") for f in fields if f not in Case.__dataclass_fields__)
    for keys, when, text in conditions(guide):
        yield from ((keys, message) for message in _wrong_when(guide, when))
        yield from ((keys, f"没有这个事实：{fact}") for fact in PLACEHOLDER.findall(text) if fact not in catalog.facts)
    billed = {item for rule in fees.bills.values() for item in rule.items}
    if any(part.compute == "fee" for part in guide.parts) and (guide.fee_item or guide.item) not in billed:
        yield ("fee_item",), f"fees.yaml 里没有这个事项的算法：{guide.fee_item or guide.item}"
    names = {rule.name for rule in limits.limits}
    for number, day in enumerate(guide.days):
        if day.limit and day.limit not in names:
            yield ("days", number, "limit"), f"deadlines.yaml 里没有这条期限：{day.limit}"
        if day.fact and day.fact not in catalog.facts:
            yield ("days", number, "fact"), f"没有这个事实：{day.fact}"
        step = guide.step(day.step)
        if step is None or step.kind != "date":
            yield ("days", number, "step"), f"应为问日期的步骤：{day.step}"


def _wrong_states(guide: Guide) -> Iterator[Wrong]:
    """A state is decided by limits, has a name of its own, and only the sheet depends on it: the steps do not change from day to day."""
    names = [s.id for s in guide.steps] + [c.id for c in guide.conclusions] + [s.id for s in guide.states]
    for number, state in enumerate(guide.states):
        if names.count(state.id) > 1:
            yield ("states", number, "id"), f"名字重复：{state.id}"
        if all(day.state != state.id for day in guide.days):
            yield ("states", number, "id"), f"没有期限决定这个状态：{state.id}"
        fields = [key for stand in state.cases.values() for key in stand.case]
        yield from ((("states", number), f"费用里没有这一项：{f}") for f in fields if f not in Case.__dataclass_fields__)
    for number, day in enumerate(guide.days):
        if day.state and guide.state(day.state) is None:
            yield ("days", number, "state"), f"没有这个状态：{day.state}"
        if (day.state or day.role) and not day.limit:
            yield ("days", number, "limit"), "写 state、role 的日子要写 limit"
    for keys, when, _ in conditions(guide):
        if keys[0] in ("steps", "conclusions", "days"):
            yield from ((keys, f"只有告知单的内容可以看状态：{name}") for name in when if guide.state(name))


def _told(guide: Guide, hosts: Sequence[str]) -> Iterator[Wrong]:
    """Phones typed as digits, links to sites that are not official."""
    for keys, _, text in conditions(guide):
        yield from ((keys, f"不是官方网站，不能显示链接：{url}") for url in URL.findall(text) if not official(url, hosts))
        yield from ((keys, f"电话要写成事实占位（{{tel.…}}）：{phone}") for phone in PHONE.findall(URL.sub("", text)))


def _wrong_loan(guide: Guide, loans: LoanRules) -> Iterator[Wrong]:
    """A guide to a loan asks what the readiness check asks, in its order, and each option says something that the check knows."""
    questions = [q.key for q in loans.questions]
    for number, step in enumerate(guide.steps):
        if step.asks and step.asks not in questions:
            yield ("steps", number, "asks"), f"loans.yaml 里没有这个问题：{step.asks}"
        for place, option in enumerate(step.options):
            obstacle = loans.obstacles.get(option.loan)
            if (option.loan not in ("", FINE, UNSURE) and obstacle is None) or (obstacle and obstacle.question != step.asks):
                yield ("steps", number, "options", place, "loan"), f"应为 {FINE}、{UNSURE} 或这个问题的障碍：{option.loan}"
    asked = list(dict.fromkeys(step.asks for step in guide.steps if step.asks))
    if any(part.compute == "loan" for part in guide.parts) and asked != questions:
        yield ("steps",), f"要按顺序问 loans.yaml 的问题：{'、'.join(questions)}"


def _wrong_ticket(guide: Guide, patents: PatentRules) -> Iterator[Wrong]:
    """A need is agreed to before it is filed, and has a field of the list of patents, so that the two can be compared."""
    if guide.ticket is None:
        return
    field, names = guide.step("field"), {known.name for known in patents.fields.values()}
    if field is None or {option.label for option in field.options} - names:
        yield ("ticket",), f"要有一步 field，选项应为 patents.yaml 的领域：{'、'.join(sorted(names))}"
    if guide.step(guide.ticket.consent) is None or guide.ticket.consent not in guide.ticket.when:
        yield ("ticket", "consent"), f"应为 when 里的步骤：{guide.ticket.consent}"
    yield from ((("ticket", "when"), message) for message in _wrong_when(guide, guide.ticket.when))


def _wrong_steps(guide: Guide) -> Iterator[Wrong]:
    seen: set[str] = set()
    names = [step.id for step in guide.steps] + [conclusion.id for conclusion in guide.conclusions]
    yield from ((("conclusions",), f"名字重复：{name}") for name in dict.fromkeys(names[len(guide.steps) :]) if names.count(name) > 1)
    for number, step in enumerate(guide.steps):
        if step.id in seen:
            yield ("steps", number, "id"), f"步骤重复：{step.id}"
        seen.add(step.id)
        seen |= {c.id for c in guide.conclusions if all(name in seen for outcome in c.cases for name in outcome.when)}
        if (step.kind == "choice") != (len(step.options) > 1):
            yield ("steps", number, "options"), "选择题至少要有两个选项，其他步骤不列选项"
        fields = [step.case, *(key for option in step.options for key in option.case)]
        at: Keys = ("steps", number)
        yield from ((at, f"费用里没有这一项：{f}") for f in fields if f and f not in Case.__dataclass_fields__)
        yield from ((at, f"只能看前面的步骤：{name}") for name in step.when if name not in seen)


def _wrong_when(guide: Guide, when: When) -> Iterator[str]:
    for name, values in when.items():
        step, conclusion = guide.step(name), next((c for c in guide.conclusions if c.id == name), None)
        if conclusion is not None:
            known = {outcome.value for outcome in conclusion.cases}
            yield from (f"结论 {name} 没有这一种：{value}" for value in values if value not in known)
            continue
        if guide.state(name) is not None:
            yield from (f"状态没有这一种：{value}" for value in values if value not in get_args(Standing))
            continue
        if step is None or step.kind != "choice":
            yield f"条件要写选择题的步骤：{name}"
        else:
            yield from (f"步骤 {name} 没有选项：{value}" for value in values if step.option(value) is None)
