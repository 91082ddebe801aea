"""How figures are written, in the terminal and on the page."""

from collections.abc import Iterable, Mapping

from bot.evaluate.cases import FOREIGN_LABEL
from bot.evaluate.judge import Judged
from bot.evaluate.measure import Measure, Part, Share

NONE = "—"
SHORT = {
    "rank1": "首位正确", "within3": "前三", "facet": "方面正确", "answered": "作答", "wrong_all": "答错",
    "foreign_answered": "非业务作答", "human": "转到人工",
}  # fmt: skip
DECISIONS = {"answer": "作答", "flow": "引导办理", "clarify": "请其选择", "handoff": "转人工", "reject": "不受理", "smalltalk": "寒暄"}


def percent(value: float | None) -> str:
    """One decimal: 92.3 %."""
    return NONE if value is None else f"{value * 100:.1f} %"


def interval(share: Share) -> str:
    """The 95 % interval: 90.1–94.0 %."""
    low, high = share.interval
    return f"{low * 100:.1f}–{high * 100:.1f} %" if share.n else NONE


def bar(measure: Measure) -> str:
    """What is required: ≥ 92 %."""
    return "" if measure.bar is None else f"{'≥' if measure.good > 0 else '≤'} {measure.bar * 100:.0f} %"


def verdict(reached: bool | None) -> str:
    """Whether a bar is reached."""
    return {True: "达标", False: "未达标", None: "没有数据"}[reached]


def brief(what: str, found: Iterable[Part]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows that set a few measures of each part side by side, the largest part first."""
    head = (what, "题数", "业务题", "首位 95 % 区间", *SHORT.values())
    rows = []
    for part in sorted(found, key=lambda p: -p.rows):
        first = part.shares["rank1"]
        rows.append((part.name, str(part.rows), str(first.n), interval(first), *(percent(part.shares[key].value) for key in SHORT)))
    return head, rows


def named(item: str | None, names: Mapping[str, str]) -> str:
    """An item's id with its Chinese name."""
    if item is None:
        return "（无）"
    name = "不属于本业务" if item == FOREIGN_LABEL else names.get(item)
    return f"{item} {name}" if name else item


def done(row: Judged) -> str:
    """What was done with a question, in one phrase."""
    said = row.said
    decision = DECISIONS.get(said.decision, said.decision)
    return f"{decision} {said.item}·{said.facet} {said.confidence:.2f}" if said.item else decision


def wanted(row: Judged) -> str:
    """What would have been accepted."""
    facets = "/".join(row.case.facets)
    return " | ".join(row.case.items) + (f"·{facets}" if facets else "")


def asked(row: Judged) -> str:
    """The question on one line, with what was said before."""
    return " → ".join(" ".join(text.split()) for text in (*row.case.history, row.case.text))
