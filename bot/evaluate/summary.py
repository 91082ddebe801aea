"""Everything one evaluation found, as one value. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluate import measure
from bot.evaluate.judge import Judged
from bot.evaluate.measure import MEASURES, Bin, Confusion, Measure, Part, Share

VOICES = {
    "farmer": "农民", "shop": "店主", "engineer": "工程师", "student": "学生", "retiree": "老人", "foreigner": "外国人", "impatient": "急性子",
    "longwinded": "话多的人", "lawyer": "法律人", "typo": "错别字", "traditional": "繁体字", "english": "英文",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """Measures per file, pooled, per voice and by difficulty; mix-ups; calibration; speed in µs."""

    rows: tuple[Judged, ...]
    groups: tuple[Part, ...]
    pooled: Part
    voices: tuple[Part, ...]
    hardness: tuple[Part, ...]
    confusions: tuple[Confusion, ...]
    bins: tuple[Bin, ...]
    error: float | None
    p50: float | None
    p99: float | None
    revision: str = ""
    day: str = ""


def summary(rows: Sequence[Judged], revision: str = "", day: str = "") -> Summary:
    """Measure all rows."""
    bins = measure.reliability(rows)
    times = [r.said.micros for r in rows]
    hard = any(r.case.hard for r in rows)
    return Summary(
        tuple(rows),
        measure.parts(rows, lambda r: r.case.group),
        measure.part("合计", rows),
        measure.parts(rows, lambda r: VOICES.get(r.case.voice, r.case.voice)),
        measure.parts(rows, lambda r: "难题" if r.case.hard else "一般题") if hard else (),
        measure.confusions(rows),
        bins,
        measure.calibration_error(bins),
        measure.percentile(times, 0.50),
        measure.percentile(times, 0.99),
        revision,
        day,
    )


def bars(pooled: Part) -> tuple[tuple[Measure, Share, bool | None], ...]:
    """Each measure that has a bar, its share, and whether the bar is reached."""
    return tuple((m, pooled.shares[m.key], m.reached(pooled.shares[m.key])) for m in MEASURES if m.bar is not None)
