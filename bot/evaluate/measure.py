"""The measures: shares with a 95 % interval, mix-ups, calibration, speed. Pure."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.evaluate.judge import Judged

Z95 = 1.959963984540054
BINS = 10
NOTHING = "（不受理）"


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.hits, self.n)


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of a share; everything is possible while nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    p, zz = hits / n, z * z
    middle = (p + zz / (2 * n)) / (1 + zz / n)
    reach = z * math.sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n)
    return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Measure:
    """A share of rows. `of` says yes, no, or None where a row does not count; `good` is the direction: 1 up, -1 down, 0 neither."""

    key: str
    name: str
    of: Callable[[Judged], bool | None]
    good: int
    bar: float | None = None

    def over(self, rows: Iterable[Judged]) -> Share:
        """The share among the rows that count."""
        counted = [verdict for row in rows if (verdict := self.of(row)) is not None]
        return Share(sum(counted), len(counted))

    def reached(self, share: Share) -> bool | None:
        """Whether the bar is reached; None without a bar or without rows."""
        if self.bar is None or share.value is None:
            return None
        return share.value >= self.bar if self.good > 0 else share.value <= self.bar


def _ours(of: Callable[[Judged], bool | None]) -> Callable[[Judged], bool | None]:
    return lambda row: of(row) if row.case.kind == "ours" else None


def _foreign(of: Callable[[Judged], bool]) -> Callable[[Judged], bool | None]:
    return lambda row: of(row) if row.case.kind == "foreign" else None


MEASURES: tuple[Measure, ...] = (
    Measure("rank1", "事项首位正确", _ours(lambda r: r.right), 1, 0.92),
    Measure("within3", "事项在前三", _ours(lambda r: r.within3), 1, 0.98),
    Measure("facet", "方面正确（事项正确时）", _ours(lambda r: r.facet_right), 1, 0.92),
    Measure("answered", "直接作答", _ours(lambda r: r.answered), 1, 0.80),
    Measure("wrong_all", "答错（占全部业务题）", _ours(lambda r: r.failed), -1, 0.02),
    Measure("wrong_answered", "答错（占已作答）", _ours(lambda r: r.failed if r.answered else None), -1),
    Measure("clarified", "请其选择", _ours(lambda r: r.said.decision == "clarify"), 0),
    Measure("handed", "转人工", _ours(lambda r: r.said.decision == "handoff"), 0),
    Measure("rejected", "误作不受理", _ours(lambda r: r.said.decision == "reject"), -1),
    Measure("decided", "处理方式符合标注", lambda r: r.said.decision in r.case.decisions if r.case.decisions else None, 1),
    Measure("foreign_answered", "非业务题被作答", _foreign(lambda r: r.failed), -1, 0.01),
    Measure("foreign_kept", "非业务题未回绝", _foreign(lambda r: r.said.decision != "reject"), -1),
    Measure("human", "要人工而转到人工", lambda r: r.said.decision == "handoff" if r.case.kind == "human" else None, 1),
    Measure("smalltalk", "问候致谢正确", lambda r: r.outcome == 4 if r.case.kind == "smalltalk" else None, 1),
)


@dataclass(frozen=True, slots=True)
class Part:
    """All measures of some rows."""

    name: str
    rows: int
    shares: dict[str, Share]


def part(name: str, rows: Sequence[Judged]) -> Part:
    """Measure some rows."""
    return Part(name, len(rows), {m.key: m.over(rows) for m in MEASURES})


def parts(rows: Iterable[Judged], name: Callable[[Judged], str]) -> tuple[Part, ...]:
    """Rows sorted by a name, in order of appearance; those without a name are left out."""
    sorted_: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        if name(row):
            sorted_[name(row)].append(row)
    return tuple(part(key, found) for key, found in sorted_.items())


class Confusion(NamedTuple):
    """One item taken for another, how often, and where to look."""

    meant: str
    taken: str
    times: int
    examples: tuple[str, ...]


def confusions(rows: Iterable[Judged], most: int = 20) -> tuple[Confusion, ...]:
    """Pairs mixed up most often: ours taken for something else, and what is not ours but was answered."""
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.failed or (row.case.kind == "ours" and not row.right):
            pairs[pair(row)].append(row.case.id)
    found = [Confusion(meant, taken, len(ids), tuple(ids[:2])) for (meant, taken), ids in pairs.items()]
    return tuple(sorted(found, key=lambda c: (-c.times, c.meant, c.taken))[:most])


def pair(row: Judged) -> tuple[str, str]:
    """What was meant and what it was taken for."""
    return row.case.items[0], row.said.item or NOTHING


class Bin(NamedTuple):
    """Rows of about the same confidence."""

    low: float
    high: float
    n: int
    confidence: float | None
    right: Share


def reliability(rows: Iterable[Judged]) -> tuple[Bin, ...]:
    """Ten bins of confidence over every row that named an item: is it right as often as it says?"""
    bins: list[list[Judged]] = [[] for _ in range(BINS)]
    for row in rows:
        if row.said.item is not None:
            bins[min(int(row.said.confidence * BINS), BINS - 1)].append(row)
    return tuple(_bin(number, found) for number, found in enumerate(bins))


def _bin(number: int, rows: Sequence[Judged]) -> Bin:
    mean = math.fsum(r.said.confidence for r in rows) / len(rows) if rows else None
    return Bin(number / BINS, (number + 1) / BINS, len(rows), mean, Share(sum(r.right for r in rows), len(rows)))


def calibration_error(bins: Iterable[Bin]) -> float | None:
    """Expected calibration error: the mean distance between confidence and truth, weighted by rows."""
    filled = [(b.n, b.confidence, b.right.value) for b in bins if b.confidence is not None and b.right.value is not None]
    total = sum(n for n, _, _ in filled)
    return math.fsum(n * abs(said - true) for n, said, true in filled) / total if total else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all values does not exceed."""
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1] if values else None
