"""Two runs side by side: which rows changed and how far each measure moved, on the rows that both have. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bot.evaluate import words
from bot.evaluate.judge import OUTCOME_NAMES, Judged
from bot.evaluate.measure import MEASURES, Measure, Part, part
from bot.evaluate.result import Earlier, key
from bot.evaluate.table import table

Turned = Literal["better", "worse", "other"]
TURNED_NAMES: dict[Turned, str] = {"worse": "变坏", "better": "变好", "other": "有变化，好坏相当"}


class Change(NamedTuple):
    """A row whose prediction changed."""

    turned: Turned
    old: Judged
    new: Judged


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both runs judged by today's labels, so that only the predictions differ."""

    old: Part
    new: Part
    changes: tuple[Change, ...]
    gone: int
    added: int


def compared(earlier: Earlier, rows: Sequence[Judged]) -> Comparison:
    """Set an earlier run's predictions beside today's."""
    pairs = [(Judged(row.case, earlier.said[key(row)]), row) for row in rows if key(row) in earlier.said]
    changes = tuple(Change(_turned(old, new), old, new) for old, new in pairs if _differs(old, new))
    return Comparison(
        part("旧", [old for old, _ in pairs]),
        part("新", [new for _, new in pairs]),
        changes,
        gone=len(earlier.said) - len(pairs),
        added=len(rows) - len(pairs),
    )


def _turned(old: Judged, new: Judged) -> Turned:
    if new.outcome == old.outcome:
        return "other"
    return "better" if new.outcome > old.outcome else "worse"


def _differs(old: Judged, new: Judged) -> bool:
    """Confidence alone is no change; another item, facet, decision or verdict is."""
    return _seen(old) != _seen(new)


def _seen(row: Judged) -> tuple[object, ...]:
    return row.said.decision, row.said.item, row.said.facet, row.within3, row.outcome


def report(found: Comparison) -> Iterator[str]:
    """Rows by the way they turned, then the measures."""
    if not found.new.rows:
        yield "\n与旧结果没有共同的题，无从比较"
        return
    for turned, title in TURNED_NAMES.items():
        rows = [c for c in found.changes if c.turned == turned]
        yield f"\n{title}：{len(rows)} 题"
        for change in rows:
            yield f"  {change.new.case.group} {change.new.case.id}  {words.asked(change.new)}"
            yield f"      {_said(change.old)} → {_said(change.new)}    应为 {words.wanted(change.new)}"
    yield f"\n与旧结果相比（两次都有的 {found.new.rows} 题；只在旧结果里 {found.gone} 题，新增 {found.added} 题）"
    moved = [row for m in MEASURES if (row := _moved(m, found))]
    yield from table(("指标", "旧", "新", "变化（百分点）", "题数"), moved, "lrrrr")


def _said(row: Judged) -> str:
    return f"{words.done(row)}（{OUTCOME_NAMES[row.outcome]}）"


def _moved(measure: Measure, found: Comparison) -> tuple[str, ...] | None:
    old, new = found.old.shares[measure.key], found.new.shares[measure.key]
    if old.value is None or new.value is None:
        return None
    by = (new.value - old.value) * 100
    mark = "" if measure.good == 0 or abs(by) < 0.05 else "好" if by * measure.good > 0 else "坏"
    return measure.name, words.percent(old.value), words.percent(new.value), f"{mark} {by:+.1f}".strip(), str(new.n)
