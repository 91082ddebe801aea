"""A sheet on A4 paper, black on white. The same sheet gives the same bytes."""

from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from itertools import count, zip_longest

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus.doctemplate import BaseDocTemplate, PageTemplate
from reportlab.platypus.flowables import Flowable, TopPadder
from reportlab.platypus.frames import Frame

from bot.model import Sheet, SheetDay, SheetLine, SheetPart
from bot.sheets import fonts, qr, wording
from bot.sheets.numbered import Numbered
from bot.sheets.rows import QUIET, RULE, Cell, Row, Scan, written
from bot.sheets.wording import Words

SIDE, TOP, BOTTOM = 18 * mm, 17 * mm, 19 * mm
WIDTH = A4[0] - 2 * SIDE
INDENT = 16.0
AMOUNT = 92.0
NAME = 92.0
SQUARE = 30 * mm
SMALL = 8.5


def pdf(sheet: Sheet, words: Words, places: tuple[str, ...] = fonts.PLACES) -> bytes:
    """The sheet as a PDF. `places`: where to look for a typeface to embed."""
    made = BytesIO()
    paper = _Paper(sheet, words, fonts.face(places))
    document = BaseDocTemplate(
        made, pagesize=A4, leftMargin=SIDE, rightMargin=SIDE, topMargin=TOP, bottomMargin=BOTTOM, invariant=1,
        title=wording.plain(sheet.title), author=sheet.office, creator="zhiwen", producer="zhiwen", subject=words["sheet"], lang="zh-CN",
    )  # fmt: skip
    frame = Frame(SIDE, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build(list(paper.story()), canvasmaker=partial(Numbered, paper.edge))
    return made.getvalue()


class _Paper:
    """The parts of one sheet as flowables, from the top."""

    def __init__(self, sheet: Sheet, words: Words, font: str):
        self.sheet, self.words, self.font = sheet, words, font

    def story(self) -> Iterator[Flowable]:
        """All of it, in the order in which it is read."""
        yield from self._head()
        yield from self._case()
        for part in self.sheet.parts:
            yield from self._part(part)
        yield from self._days()
        yield from self._listed("sheet_remarks", self.sheet.remarks)
        yield from self._links()
        yield from self._sources()
        yield TopPadder(self._closing())

    def _row(self, *cells: Cell, mark: str = "", pad: float = 2.0, rule: float = 0.0, link: str = "", before: float = 0.0, keep: bool = False) -> Row:
        return Row(self.font, cells, mark, pad, rule, link, before, keep)

    def _heading(self, title: str) -> Row:
        return self._row(Cell(title, 0, WIDTH, 12.5, heavy=True), pad=3, rule=0.9, before=12, keep=True)

    def _head(self) -> Iterator[Row]:
        issuer = " · ".join(part for part in (self.sheet.office, self.words["sheet"]) if part)
        yield self._row(Cell(issuer, 0, WIDTH, 10, shade=QUIET), pad=0)
        yield self._row(Cell(wording.plain(self.sheet.title), 0, WIDTH, 20, heavy=True), pad=3, rule=1.6)

    def _case(self) -> Iterator[Row]:
        if self.sheet.case:
            yield self._heading(self.words["sheet_case"])
        for name, said in self.sheet.case:
            yield self._row(Cell(name, 0, NAME - 8, shade=QUIET), Cell(said, NAME, WIDTH - NAME), rule=0.4)

    def _part(self, part: SheetPart) -> Iterator[Row]:
        yield self._heading(wording.plain(part.title))
        fees = wording.fees(part.lines, self.words)
        if fees:
            yield self._fee(SheetLine(self.words["sheet_item"], self.words["sheet_amount"]), head=True)
        for line, after in zip_longest(fees, fees[1:]):
            yield self._fee(line, wording.is_total(line), keep=bool(after and wording.is_total(after)))
        yield from (self._line(line) for line in part.lines if not line.amount)

    def _fee(self, line: SheetLine, heavy: bool = False, head: bool = False, keep: bool = False) -> Row:
        size, shade = (9.5, QUIET) if head else (11.5 if heavy else 10.5, 0.0)
        left = Cell(wording.plain(line.text), 0, WIDTH - AMOUNT - 12, size, heavy=heavy, shade=shade)
        right = Cell(line.amount, WIDTH - AMOUNT, AMOUNT, size, right=True, heavy=heavy, shade=shade)
        return self._row(left, right, pad=3, rule=0.9 if head else 0.4, keep=head or keep)

    def _line(self, line: SheetLine) -> Row:
        mark, text = wording.mark(line.text)
        indent = INDENT + 4 if len(mark) > 2 or line.tick else INDENT
        return self._row(Cell(wording.plain(text), indent, WIDTH - indent), mark="box" if line.tick else mark or "-", pad=3 if line.tick else 2)

    def _days(self) -> Iterator[Row]:
        if not self.sheet.days:
            return
        yield self._heading(self.words["sheet_days"])
        for each in sorted(self.sheet.days, key=lambda each: each.day):
            yield self._day(each)

    def _day(self, each: SheetDay) -> Row:
        when, name = 132.0, 150.0 if each.note else WIDTH - 132.0
        cells = [Cell(wording.day(each.day, self.words), 0, when - 8, heavy=True), Cell(wording.plain(each.name), when, name - 8)]
        if each.note:
            cells.append(Cell(wording.plain(each.note), when + name, WIDTH - when - name, 9.5, shade=QUIET))
        return self._row(*cells, pad=3, rule=0.4)

    def _listed(self, heading: str, texts: Sequence[str]) -> Iterator[Row]:
        if texts:
            yield self._heading(self.words[heading])
        for text in texts:
            yield self._line(SheetLine(text))

    def _links(self) -> Iterator[Row]:
        if self.sheet.links:
            yield self._heading(self.words["sheet_where"])
        for label, url in self.sheet.links:
            link = wording.address(url) or ""
            yield self._row(Cell(label, INDENT, WIDTH - INDENT), mark="-", link=link, keep=True)
            yield self._row(Cell(url, INDENT, WIDTH - INDENT, SMALL, shade=QUIET), pad=0, link=link)

    def _sources(self) -> Iterator[Row]:
        if self.sheet.sources:
            yield self._heading(self.words["sheet_sources"])
        for number, note in zip(count(1), self.sheet.sources):
            cell = Cell(wording.source(note), INDENT, WIDTH - INDENT, SMALL + 0.5, shade=QUIET)
            yield self._row(cell, mark=f"{number}.", pad=1)

    def _closing(self) -> Scan:
        """Code, remark and day at the left; the square at the bottom right, where a phone finds it."""
        scanned = wording.scanned(self.sheet)
        modules = qr.square(scanned[1]) if scanned else None
        width = WIDTH - SQUARE - 24 if modules else WIDTH
        made = self.words["sheet_made"].format(date=wording.day(self.sheet.made, self.words))
        rows = [self._row(Cell(text, 0, width, SMALL + 0.5, shade=QUIET), pad=1) for text in (self.words["sheet_foot"], made)]
        if self.sheet.code:
            code = self.words["sheet_code"].format(code=self.sheet.code)
            rows.insert(0, self._row(Cell(code, 0, width, 11.5, heavy=True), pad=4))
        label = self.words["sheet_scan"].format(label=scanned[0]) if scanned else ""
        under = Cell(label, WIDTH - SQUARE, SQUARE, SMALL, shade=QUIET) if modules else None
        return Scan(self.font, rows, modules, under, SQUARE)

    def edge(self, canvas: Canvas, page: int, pages: int) -> None:
        """What stands at the edge of each page: the title from the second one on, the number always."""
        left, right = wording.plain(self.sheet.title), self.words["sheet_page"].format(page=page, pages=pages)
        canvas.setLineWidth(0.4)
        canvas.setStrokeGray(RULE)
        canvas.line(SIDE, BOTTOM - 8, SIDE + WIDTH, BOTTOM - 8)
        at = SIDE + WIDTH - fonts.width(right, self.font, SMALL)
        written(canvas, self.font, Cell("", 0, 0, SMALL, shade=QUIET), right, at, BOTTOM - 20)
        if page > 1:
            written(canvas, self.font, Cell("", 0, 0, SMALL, shade=QUIET), self._short(left, at - SIDE - 12), SIDE, BOTTOM - 20)

    def _short(self, text: str, width: float) -> str:
        shown = fonts.printable(text, self.font)
        while shown and fonts.width(shown + "…", self.font, SMALL) > width:
            shown = shown[:-1]
        return shown if len(shown) == len(text) else shown + "…"
