"""What the paper is made of: rows of cells that wrap and go on over the page's end, and the closing block with its square."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus.flowables import Flowable

from bot.sheets import fonts, wrap
from bot.sheets.qr import Square, runs

INK, QUIET, RULE = 0.0, 0.32, 0.65  # shades of grey
BOX = 8.5
LEADING = 1.55
WHOLE = 5  # rows of so many lines are not torn apart


@dataclass(frozen=True, slots=True)
class Cell:
    """Words in a column: where it begins and how wide it is, in points from the left edge of the frame."""

    text: str
    x: float
    width: float
    size: float = 10.5
    right: bool = False
    heavy: bool = False
    shade: float = INK
    lines: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return self.size * LEADING


class Row(Flowable):
    """Cells side by side; `mark` stands before the first line: "box" is one to tick, other words stand as they are."""

    def __init__(
        self, font: str, cells: Sequence[Cell], mark: str = "", pad: float = 2.0, rule: float = 0.0, link: str = "", before: float = 0.0,
        keep: bool = False,
    ):  # fmt: skip
        super().__init__()
        self.font, self.cells, self.mark, self.pad, self.rule, self.link = font, tuple(cells), mark, pad, rule, link
        self.spaceBefore = before
        self.keepWithNext = keep

    def wrap(self, available: float, height: float) -> tuple[float, float]:
        """Break the lines, once."""
        self.cells = tuple(cell if cell.lines else self._broken(cell) for cell in self.cells)
        self.width, self.height = available, max((len(c.lines) * c.leading for c in self.cells), default=0.0) + 2 * self.pad
        return self.width, self.height

    def _broken(self, cell: Cell) -> Cell:
        text = fonts.printable(cell.text, self.font)
        return replace(cell, lines=tuple(wrap.lines(text, cell.width, lambda words: fonts.width(words, self.font, cell.size))))

    def split(self, available: float, height: float) -> list[Flowable]:
        """What fits here, and the rest for the next page; nothing when not even a line of every cell fits, or when the row is short."""
        self.wrap(available, height)
        if max((len(cell.lines) for cell in self.cells), default=0) <= WHOLE:
            return []
        fitting = [int((height - 2 * self.pad) // cell.leading) for cell in self.cells]
        if min(fitting, default=0) < 1:
            return []
        first = [replace(c, lines=c.lines[:n]) for c, n in zip(self.cells, fitting, strict=True)]
        rest = [replace(c, lines=c.lines[n:] or ("",)) for c, n in zip(self.cells, fitting, strict=True)]
        return [
            Row(self.font, first, self.mark, self.pad, 0.0, self.link, self.spaceBefore),
            Row(self.font, rest, "", self.pad, self.rule, self.link),
        ]

    def draw(self) -> None:
        """From the top of the row, which `wrap` measured."""
        for cell in self.cells:
            self._draw_cell(cell)
        self._draw_mark()
        if self.rule:
            self.canv.setLineWidth(self.rule)
            self.canv.setStrokeGray(INK if self.rule > 1 else RULE)
            self.canv.line(0, 0, self.width, 0)
        if self.link:
            self.canv.linkURL(self.link, (0, 0, self.width, self.height), relative=1)

    def _baseline(self, cell: Cell, number: int) -> float:
        return self.height - self.pad - number * cell.leading - cell.size * 1.08

    def _draw_cell(self, cell: Cell) -> None:
        for number, line in enumerate(cell.lines):
            x = cell.x
            if cell.right:
                x += cell.width - fonts.width(line, self.font, cell.size)
            written(self.canv, self.font, cell, line, x, self._baseline(cell, number))

    def _draw_mark(self) -> None:
        if not self.mark or not self.cells:
            return
        first = self.cells[0]
        base = self._baseline(first, 0)
        if self.mark == "box":
            self.canv.setLineWidth(0.9)
            self.canv.setStrokeGray(INK)
            self.canv.rect(1, base - 1.2, BOX, BOX)
        elif self.mark == "-":
            self.canv.setFillGray(QUIET)
            self.canv.circle(5, base + first.size * 0.34, 1.3, stroke=0, fill=1)
        else:
            written(self.canv, self.font, first, self.mark, 0, base)


def written(canvas: Canvas, font: str, cell: Cell, text: str, x: float, y: float) -> None:
    """One line of words; heavy ones get an outline, since the free typefaces have no bold."""
    canvas.saveState()
    canvas.setFillGray(cell.shade)
    words = canvas.beginText(x, y)
    words.setFont(font, cell.size)
    if cell.heavy:
        canvas.setStrokeGray(cell.shade)
        canvas.setLineWidth(cell.size * 0.028)
        words.setTextRenderMode(2)
    words.textOut(text)
    canvas.drawText(words)
    canvas.restoreState()


class Scan(Flowable):
    """Rows at the left, a square at the right with words under it."""

    def __init__(self, font: str, rows: Sequence[Row], modules: Square | None, label: Cell | None, side: float):
        super().__init__()
        self.rows, self.modules, self.side = rows, modules, side
        self.label = Row(font, [label], pad=0) if label else None

    def wrap(self, available: float, height: float) -> tuple[float, float]:
        """The taller of both sides."""
        self._heights = [row.wrap(available, height)[1] for row in self.rows]
        under = self.label.wrap(available, height)[1] if self.label else 0.0
        self.width, self.height = available, max(sum(self._heights), self.side + under if self.modules else 0.0)
        return self.width, self.height

    def draw(self) -> None:
        """Both from the top."""
        y = self.height
        for row, tall in zip(self.rows, self._heights, strict=True):
            y -= tall
            row.drawOn(self.canv, 0, y)
        if self.modules:
            self._draw_square(self.modules)

    def _draw_square(self, modules: Square) -> None:
        left, top, cell = self.width - self.side, self.height, self.side / len(modules)
        path = self.canv.beginPath()
        for x, y, length in runs(modules):
            path.rect(left + x * cell, top - (y + 1) * cell, length * cell, cell)
        self.canv.setFillGray(INK)
        self.canv.drawPath(path, stroke=0, fill=1)
        if self.label:
            self.label.drawOn(self.canv, 0, top - self.side - self.label.height)
