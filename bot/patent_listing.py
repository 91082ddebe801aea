"""How patents to be had, and what may answer a need, are listed for staff. Who holds a patent is told once a match was confirmed. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from bot.matching import TEXTS, Match
from bot.patent_import import Change
from bot.ports import Need
from bot.rules import local
from knowledge.patents import COLUMNS, Patent, PatentRules

SHOWN = 40  # lines of a preview
SECRET = ("holder", "contact")  # columns that are not shown in lists
_STATES = {"open": "等待受理", "accepted": "已受理"}


def line(rules: PatentRules, patent: Patent) -> str:
    """A patent in a list."""
    return f"{patent.number}  {patent.title}（{rules.fields[patent.field].name}）"


def preview(rules: PatentRules, changes: Sequence[Change]) -> str:
    """What would be added, changed and taken away, and how much of each."""
    lines = [text for change in changes for text in _told(rules, change)]
    new, gone = sum(c.before is None for c in changes), sum(c.after is None for c in changes)
    more = [f"…… 另有 {len(lines) - SHOWN} 行"] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more, f"新增 {new}，修改 {len(changes) - new - gone}，撤下 {gone}。"])


def _told(rules: PatentRules, change: Change) -> Iterator[str]:
    mark = "新增" if change.before is None else "撤下" if change.after is None else "修改"
    named = "、".join(rules.columns[column] for column in change.columns)
    yield f"{mark}  {line(rules, change.patent)}" + (f"：{named}" if named else "")


def help(rules: PatentRules) -> Iterator[Sequence[str]]:
    """What may stand in which column."""
    yield ["列", "怎么填"]
    yield from ([rules.columns[column], rules.help[column]] for column in COLUMNS)
    yield from (["技术领域", field.name + (f"（IPC：{'、'.join(field.ipc)}）" if field.ipc else "")] for field in rules.fields.values())


def need(each: Need) -> str:
    """A need's head line: number, state, field, what is looked for, and where."""
    said = "——".join(each.fields[name] for name in TEXTS if each.fields.get(name))
    place = f"（{each.fields['place']}）" if each.fields.get("place") else ""
    return f"需求 {each.number}  {local(each.opened):%Y-%m-%d} 登记，{_STATES[each.state]}  {each.fields.get('field', '')}：{said}{place}"


def matches(rules: PatentRules, each: Need, found: Sequence[Match], known: Mapping[str, Patent]) -> Iterator[str]:
    """A need with what may answer it; of those that staff confirmed also how to reach both sides."""
    yield need(each)
    scores = {match.patent.number: match.score for match in found}
    confirmed = [number for number, mark in each.marks.items() if mark.fits and number not in scores and number in known]
    for number in [*scores, *confirmed]:
        mark = each.marks.get(number)
        said = "" if mark is None else f"  {'合适' if mark.fits else '不合适'}（{mark.who} 核对）"
        score = f"{scores[number]:.2f}" if number in scores else " —  "
        yield f"  {score}  {line(rules, known[number])}{said}"
        if mark is not None and mark.fits:
            yield from (f"        {text}" for text in reached(rules, each, known[number]))
    if not scores and not confirmed:
        yield "  没有明显合适的"


def reached(rules: PatentRules, each: Need, patent: Patent) -> Iterator[str]:
    """How to reach both sides of a confirmed match."""
    yield "；".join(f"{rules.columns[column]}：{getattr(patent, column)}" for column in SECRET)
    yield f"需求方：{each.fields.get('who', '')} {each.fields.get('phone') or '没有留电话，在对话里问'}"
