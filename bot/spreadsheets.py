"""Tables that staff fill in: .xlsx and .csv, read row by row with nothing run, and written to be opened in a table program."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from knowledge.table import Row, Wrong, harmless

BYTES, ROWS = 5_000_000, 5_000
Lines = list[tuple[int, list[str]]]


def read(path: Path, headings: Mapping[str, str], needed: Sequence[str]) -> tuple[list[Row], list[Wrong]]:
    """The rows of a file by column, and what is wrong with its shape. `headings`: column → how staff call it; either may stand in the head."""
    try:
        lines = _lines(path)
    except _Unreadable as error:
        return [], [Wrong(0, "-", str(error))]
    if not lines:
        return [], [Wrong(0, "-", "表是空的")]
    columns = {name: column for column, heading in headings.items() for name in (column, heading)}
    named = [columns.get(cell, cell) for cell in lines[0][1]]
    wrong = list(_head_faults(named, headings, needed))
    if len(lines) > ROWS:
        wrong.append(Wrong(0, "-", f"行数太多，最多 {ROWS} 行"))
    return ([] if wrong else [Row(n, _cells(named, line)) for n, line in lines[1:] if any(line)]), wrong


class _Unreadable(Exception):
    """The file cannot be read as a table; the message says why, in Chinese."""


def _head_faults(named: Sequence[str], headings: Mapping[str, str], needed: Sequence[str]) -> Iterator[Wrong]:
    yield from (Wrong(1, name, "不认识这一列") for name in named if name and name not in headings)
    yield from (Wrong(1, headings.get(name, name), "这一列写了两次") for name, count in Counter(named).items() if name and count > 1)
    yield from (Wrong(1, headings[column], "缺少这一列") for column in needed if column not in named)


def _cells(named: Sequence[str], line: Sequence[str]) -> dict[str, str]:
    return {column: cell for column, cell in zip(named, line, strict=False) if column}


def _lines(path: Path) -> Lines:
    """Numbered lines of trimmed cells, the head first. Raises _Unreadable."""
    if not path.is_file():
        raise _Unreadable("文件不存在")
    if path.stat().st_size > BYTES:
        raise _Unreadable(f"文件太大，最多 {BYTES // 1_000_000} MB")
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise _Unreadable("只认 .xlsx 和 .csv")
    found = _of_xlsx(path) if path.suffix.lower() == ".xlsx" else _of_csv(path)
    return [(number, [cell.strip() for cell in line]) for number, line in found]


def _of_csv(path: Path) -> Lines:
    """UTF-8, or GB 18030 as Chinese table programs write it."""
    raw = path.read_bytes()
    for code in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(code)
        except UnicodeDecodeError:
            continue
        return list(enumerate(csv.reader(io.StringIO(text, newline="")), 1))
    raise _Unreadable("文字编码不是 UTF-8，也不是 GB18030")


def _of_xlsx(path: Path) -> Lines:
    """The first sheet. A formula stays the text that it is, and is refused like any cell that begins so."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=False)
        rows = book.worksheets[0].iter_rows(values_only=True, max_row=ROWS + 1)
        return [(number, [_text(value) for value in row]) for number, row in enumerate(rows, 1)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise _Unreadable("不是能读的 .xlsx 文件") from error


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def write(path: Path, head: Sequence[str], lines: Iterable[Sequence[str]], help: Sequence[Sequence[str]] = ()) -> None:
    """A table for staff. In .xlsx every cell is text and `help` is a second sheet; .csv has the mark that table programs know UTF-8 by."""
    safe = [[harmless(cell) for cell in line] for line in lines]
    if path.suffix.lower() != ".xlsx":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([head, *safe])
        path.write_text(out.getvalue(), encoding="utf-8-sig")
        return
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(list(head))
    for line in safe:
        sheet.append(line)
    for row in sheet.iter_rows():
        for cell in row:
            cell.number_format = "@"
    sheet.freeze_panes = "A2"
    if help:
        page = book.create_sheet("说明")
        for words in help:
            page.append([harmless(cell) for cell in words])
    book.save(path)
