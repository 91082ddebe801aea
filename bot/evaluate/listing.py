"""`--show`: the rows behind a figure, with their words."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.evaluate import words
from bot.evaluate.judge import Judged, Outcome

SHOWS: Mapping[str, tuple[str, Callable[[Judged], bool]]] = {
    "wrong": ("答成了别的事项", lambda r: r.case.kind == "ours" and r.failed),
    "facet": ("事项对、方面不对", lambda r: r.case.kind == "ours" and r.facet_right is False),
    "foreign": ("非业务题没有回绝", lambda r: r.case.kind == "foreign" and r.outcome is not Outcome.RIGHT),
    "missed": ("没答上：请其选择、转人工或不受理的业务题，没转人工的找人，没听出的寒暄", lambda r: _missed(r)),
}


def shown(which: str, rows: Sequence[Judged]) -> Iterator[str]:
    """Title, then two lines a row; what was answered comes first."""
    title, belongs = SHOWS[which]
    found = sorted((r for r in rows if belongs(r)), key=lambda r: r.outcome)
    yield f"{title}：{len(found)} 题"
    for row in found:
        yield f"  {row.case.group} {row.case.id}  {words.asked(row)}"
        yield f"      应为 {words.wanted(row)}    实为 {words.done(row)}"


def _missed(row: Judged) -> bool:
    if row.case.kind == "ours":
        return row.outcome in (Outcome.MISSED, Outcome.OFFERED)
    return row.case.kind != "foreign" and row.outcome is not Outcome.RIGHT
