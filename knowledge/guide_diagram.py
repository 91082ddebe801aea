"""A guide drawn for people who keep the data: its steps, conditions and stops as a flowchart (Mermaid), and as tables. Pure.

An arrow leads to every step that may come next. It bears the answers it is taken for, as far as the step before does not already imply them;
one without words beside others with words is taken for all the rest.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from knowledge.answers import PLACEHOLDER
from knowledge.catalog import Catalog
from knowledge.guides import DayRule, Guide, Guides, Step, When

KINDS: Mapping[str, str] = {
    "choice": "选一项", "goods": "商品或服务", "classes": "类别", "number": "数字", "date": "日期", "place": "市县区", "text": "文字",
    "amount": "金额", "contact": "联系电话",
}  # fmt: skip
STANDINGS: Mapping[str, str] = {"early": "还没到", "open": "在期限内", "late": "在宽限里", "over": "已经过了", "unknown": "没说日期"}
COMPUTED: Mapping[str, str] = {
    "fee": "官费逐项计算", "classes": "类别说明", "calendar": "日子逐条推算", "places": "最近的办理地点", "loan": "贷款条件核对",
}  # fmt: skip
MADE = "由 `zhiwen guides diagram` 按 `knowledge/guides/` 生成，不要手改。"
_NAMED = 3  # answers named on an arrow; of more only how many
_SHORT = 26  # characters of a stop in the drawing; the table has it in full


class Arrow(NamedTuple):
    """From one step to a later one; `None` is the end. `words`: the answers it is taken for."""

    to: Step | None
    words: str


def pages(guides: Guides, catalog: Catalog) -> dict[str, str]:
    """Every page by its file's name: one for each guide, and a list of them."""
    rows = [(f"[{g.title}]({g.id}.md)", f"`{g.item}`", str(len(g.steps))) for g in guides.guides.values()]
    index = "\n\n".join(["# 办理指南", MADE, _table(iter([("指南", "事项", "步骤数"), *rows]))]) + "\n"
    return {"README.md": index, **{f"{guide.id}.md": document(guide, catalog) for guide in guides.guides.values()}}


def document(guide: Guide, catalog: Catalog) -> str:
    """The page about one guide, in Markdown."""
    words = _Words(guide, catalog)
    parts = [
        f"# {guide.title}", f"`knowledge/guides/{guide.id}.yaml` · `{guide.item}`", MADE, words.plain(guide.intro),
        "```mermaid\n" + "\n".join(_drawing(guide, words)) + "\n```", "## 步骤", _table(_step_rows(guide, words)),
        "## 告知单", _table(_part_rows(guide, words)),
    ]  # fmt: skip
    if guide.days:
        parts += ["## 日子", _table(_day_rows(guide, words))]
    if guide.states:
        parts += ["## 对期限的状态", _table(_state_rows(guide, words))]
    if guide.conclusions:
        parts += ["## 几个答案合起来", _table(_conclusion_rows(guide, words))]
    return "\n\n".join(parts) + "\n"


def arrows(guide: Guide, step: Step) -> list[Arrow]:
    """What may come after a step: every later one up to the first that surely comes."""
    given = _implied(guide, step.when) | {step.id: tuple(o.id for o in step.options if not o.stop)}
    place = guide.steps.index(step) + 1
    answered, rest = {s.id for s in guide.steps[:place]}, guide.steps[place:]
    left: dict[str, set[str]] = {}  # by step: its answers after which nothing has come yet
    found: list[Arrow] = []
    for number, later in enumerate(rest):
        needed = _implied(guide, later.when)
        if any(not set(values) & set(given[name]) for name, values in needed.items() if name in given):
            continue
        both = given | {name: tuple(v for v in values if v in given.get(name, values)) for name, values in needed.items()}
        asked = {name: values for name, values in later.when.items() if not set(given.get(name, ("",))) <= set(values)}
        if len(asked) == 1 and asked.keys() <= left.keys():
            asked = {name: tuple(v for v in values if v in left[name]) for name, values in asked.items()}
        if all(asked.values()) and not any(_surely(between.when, both) for between in rest[:number]):
            found.append(Arrow(later, _Words.of(guide, asked, step)))
        if not asked:
            return found
        if len(asked) == 1 and asked.keys() <= answered:
            name, values = next(iter(asked.items()))
            left.setdefault(name, set(given.get(name, _answers(guide, name)))).difference_update(values)
            if not left[name]:
                return found
    return [*found, Arrow(None, "")]


def _surely(when: When, known: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a condition holds whatever else is answered."""
    return all(name in known and set(known[name]) <= set(values) for name, values in when.items())


def _answers(guide: Guide, name: str) -> tuple[str, ...]:
    """The answers of a step that the guide goes on with."""
    step = guide.step(name)
    return tuple(o.id for o in step.options if not o.stop) if step else ()


def _implied(guide: Guide, when: When) -> dict[str, tuple[str, ...]]:
    """A condition on steps, and those that these steps have themselves; what conclusions stand for is not looked into."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in when.items():
        step = guide.step(name)
        if step is not None:
            found |= _implied(guide, step.when)
        found[name] = values
    return found


class _Words:
    """Names of answers and facts."""

    def __init__(self, guide: Guide, catalog: Catalog) -> None:
        self.guide, self.catalog = guide, catalog

    def plain(self, text: str) -> str:
        """A text of the data with the names of facts instead of their values, which change with the day."""
        return PLACEHOLDER.sub(lambda match: f"〔{self.catalog.facts[match.group(1)].label}〕", text)

    def when(self, when: When) -> str:
        """A condition in words."""
        return self.of(self.guide, when, None, 99)

    @staticmethod
    def of(guide: Guide, when: When, after: Step | None, most: int = _NAMED) -> str:
        """A condition in words; of the step just answered only the answers."""
        parts = []
        for name, values in when.items():
            labels = [_label(guide, name, value) for value in values]
            named = "、".join(labels) if len(labels) <= most else "、".join(labels[:most]) + f" 等 {len(labels)} 种"
            parts.append(named if after is not None and name == after.id else f"{_name(guide, name)}：{named}")
        return "；".join(parts)


def _name(guide: Guide, name: str) -> str:
    step = guide.step(name)
    return step.name if step else name


def _label(guide: Guide, name: str, value: str) -> str:
    step = guide.step(name)
    option = step.option(value) if step else None
    return option.label if option else STANDINGS.get(value, value) if guide.state(name) else value


def _drawing(guide: Guide, words: _Words) -> Iterator[str]:
    yield "flowchart TD"
    yield f'  begin(["{_safe(guide.title)}"]) --> {_id(guide.steps[0])}'
    for step in guide.steps:
        shape = '{{"%s"}}' if step.kind == "choice" else '["%s"]'
        yield f"  {_id(step)}{shape % _safe(step.name)}"
    for step in guide.steps:
        for arrow in arrows(guide, step):
            yield _arrow(_id(step), _id(arrow.to) if arrow.to else "sheet", arrow.words)
        yield from _stops(guide, step, words)
    yield '  sheet(["核对，出告知单"])'
    yield "  classDef stop fill:#fff4e5,stroke:#b35c00"


def _stops(guide: Guide, step: Step, words: _Words) -> Iterator[str]:
    """Where the guide cannot go on after a step: answers that stop it, and days over."""
    found = [(option.label, option.stop) for option in step.options if option.stop]
    for name in dict.fromkeys(day.state for day in guide.days if day.step == step.id and day.state):
        state = guide.state(name)
        cases = state.cases.items() if state else ()
        found += [(STANDINGS[standing], stand.stop) for standing, stand in cases if stand.stop]
    for number, (label, text) in enumerate(found, 1):
        target = f"{_id(step)}_x{number}"
        plain = words.plain(text or "")
        yield f'  {target}[/"{_safe(plain[:_SHORT] + ("…" if len(plain) > _SHORT else ""))}"/]:::stop'
        yield _arrow(_id(step), target, label)


def _arrow(source: str, target: str, label: str) -> str:
    return f'  {source} -->|"{_safe(label)}"| {target}' if label else f"  {source} --> {target}"


def _id(step: Step) -> str:
    return f"s_{step.id}"  # some words of the language, such as end, are no names


def _safe(text: str) -> str:
    return text.replace('"', "”").replace("\n", " ").replace("#", "＃")


def _table(rows: Iterator[tuple[str, ...]]) -> str:
    head, *body = [tuple(cell.replace("|", "｜").replace("\n", " ") for cell in row) for row in rows]
    return "\n".join(["| " + " | ".join(row) + " |" for row in (head, tuple("---" for _ in head), *body)])


def _step_rows(guide: Guide, words: _Words) -> Iterator[tuple[str, ...]]:
    yield "序号", "步骤", "问什么", "怎么答", "什么时候问", "走不下去"
    for number, step in enumerate(guide.steps, 1):
        stops = "；".join(f"{o.label}：{words.plain(o.stop)}" for o in step.options if o.stop)
        kind = KINDS[step.kind] + ("：" + "、".join(o.label for o in step.options) if step.options else "") + ("（可跳过）" if step.skip else "")
        yield str(number), f"{step.name} `{step.id}`", words.plain(step.ask), kind, words.when(step.when) or "总是", stops


def _part_rows(guide: Guide, words: _Words) -> Iterator[tuple[str, ...]]:
    yield "部分", "什么时候有", "内容"
    for part in guide.parts:
        ticks = sum(line.tick for line in part.lines)
        told = [COMPUTED[part.compute]] if part.compute else []
        told += [f"{len(part.lines)} 行" + (f"，其中 {ticks} 项打勾" if ticks else "")] if part.lines else []
        yield part.title, words.when(part.when) or "总是", "；".join(told)


def _day_rows(guide: Guide, words: _Words) -> Iterator[tuple[str, ...]]:
    yield "日子", "从哪天算", "怎么算", "什么时候有", "提前几天提醒"
    for day in guide.days:
        yield day.name, _name(guide, day.step), _length(day, words), words.when(day.when) or "总是", "、".join(map(str, day.remind)) or "不提醒"


def _length(day: DayRule, words: _Words) -> str:
    if day.limit:
        role = {"sent": "，按发文日推定收到", "expires": "，这天是届满日", "registered": "，这天是注册日"}.get(day.role or "", "")
        return f"期限“{day.limit}”{role}"
    if day.fact:
        return words.plain("{" + day.fact + "}") + ("以后" if day.own else "以后（从上一个日子算）")
    return "就是这天"


def _state_rows(guide: Guide, words: _Words) -> Iterator[tuple[str, ...]]:
    yield "状态", "取值", "当时就说", "走不下去"
    for state in guide.states:
        for standing, stand in state.cases.items():
            yield f"`{state.id}`", STANDINGS[standing], words.plain(stand.say or ""), words.plain(stand.stop or "")


def _conclusion_rows(guide: Guide, words: _Words) -> Iterator[tuple[str, ...]]:
    yield "结论", "取值", "什么时候", "当时就说"
    for conclusion in guide.conclusions:
        for outcome in conclusion.cases:
            yield f"`{conclusion.id}`", f"`{outcome.value}`", words.when(outcome.when) or "其他", words.plain(outcome.say or "")
