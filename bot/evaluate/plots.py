"""Plots as inline SVG, drawn in black, white and grey so that a printout says the same."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from bot.evaluate import words
from bot.evaluate.measure import Bin, Share

LABEL, BAR, FIGURES, ROW = 210, 380, 190, 26
SIDE, EDGE, TOP = 352, 46, 32


class Row(NamedTuple):
    """One bar: a name, a share, and the share that is required."""

    name: str
    share: Share
    bar: float | None = None


def bars(title: str, rows: Sequence[Row]) -> str:
    """Horizontal bars from 0 to 100 % with their intervals; a dashed line is what is required."""
    height = ROW * len(rows) + 30
    body = [*_scale(height - 24)]
    for number, row in enumerate(rows):
        body += _bar(number * ROW + 4, row)
    return _svg(title, LABEL + BAR + FIGURES, height, body)


def _scale(bottom: int) -> Iterator[str]:
    for tenth in range(0, 11, 2):
        x = LABEL + BAR * tenth / 10
        yield f'<line class="grid" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{bottom}"/>'
        yield _text(x, bottom + 16, f"{tenth * 10} %", "middle", "small")


def _bar(y: int, row: Row) -> Iterator[str]:
    middle, value = y + 9, row.share.value
    yield _text(LABEL - 8, middle + 5, row.name, "end")
    if value is None:
        yield _text(LABEL + 6, middle + 5, "没有数据", "start", "small")
        return
    low, high = (LABEL + BAR * v for v in row.share.interval)
    yield f'<rect class="bar" x="{LABEL}" y="{y}" width="{BAR * value:.1f}" height="18"/>'
    yield f'<path class="whisker" d="M{low:.1f} {middle - 5}v10M{high:.1f} {middle - 5}v10M{low:.1f} {middle}H{high:.1f}"/>'
    if row.bar is not None:
        x = LABEL + BAR * row.bar
        yield f'<line class="limit" x1="{x:.1f}" y1="{y - 3}" x2="{x:.1f}" y2="{y + 21}"/>'
    yield _text(LABEL + BAR + 14, middle + 5, f"{words.percent(value)}（{row.share.hits}/{row.share.n}）", "start")


def reliability(title: str, bins: Sequence[Bin]) -> str:
    """Confidence against truth: on the diagonal it says what is so. Below, how many rows stand in each bin."""
    most = max((b.n for b in bins), default=0)
    body = [*_axes(), f'<line class="diagonal" x1="{EDGE}" y1="{SIDE}" x2="{EDGE + SIDE - TOP}" y2="{TOP}"/>']
    for b in bins:
        body += _point(b)
        body += _column(b, most)
    return _svg(title, EDGE + SIDE, SIDE + 150, body)


def _axes() -> Iterator[str]:
    for tenth in range(0, 11, 2):
        x, y = _x(tenth / 10), _y(tenth / 10)
        yield f'<path class="grid" d="M{x:.1f} {TOP}V{SIDE}M{EDGE} {y:.1f}H{EDGE + SIDE - TOP}"/>'
        yield _text(x, SIDE + 16, f"{tenth / 10:.1f}", "middle", "small")
        yield _text(EDGE - 6, y + 4, f"{tenth / 10:.1f}", "end", "small")
    yield _text(_x(0.5), SIDE + 34, "说出的把握", "middle")
    yield _text(EDGE - 36, 16, "实际正确的比例", "start")


def _point(b: Bin) -> Iterator[str]:
    if b.confidence is None or b.right.value is None:
        return
    x, y = _x(b.confidence), _y(b.right.value)
    low, high = (_y(v) for v in b.right.interval)
    yield f'<path class="whisker" d="M{x:.1f} {low:.1f}V{high:.1f}M{x - 4:.1f} {low:.1f}h8M{x - 4:.1f} {high:.1f}h8"/>'
    yield f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _column(b: Bin, most: int) -> Iterator[str]:
    height = 50 * b.n / most if most else 0
    x, bottom = _x(b.low), SIDE + 130
    yield f'<rect class="bar" x="{x + 3:.1f}" y="{bottom - height:.1f}" width="{_x(0.1) - _x(0.0) - 6:.1f}" height="{height:.1f}"/>'
    yield _text((_x(b.low) + _x(b.high)) / 2, bottom - height - 5, str(b.n), "middle", "small")


def _x(value: float) -> float:
    return EDGE + (SIDE - TOP) * value


def _y(value: float) -> float:
    return SIDE - (SIDE - TOP) * value


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{f" class={kind!r}" if kind else ""}>{escape(text)}</text>'


def _svg(title: str, width: int, height: int, body: Sequence[str]) -> str:
    name = escape(title)
    head = f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{name}"><title>{name}</title>'
    return "\n".join([head, *body, "</svg>"])
