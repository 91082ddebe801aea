"""Tables as files: rows with their numbers, cells that a table program cannot run, the same bytes for the same rows."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, ValidationError

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a table program would run a cell that begins so
_LONGEST = 200


class Row(NamedTuple):
    """A row of a table: its number in the file, 1 being the head, and its cells by column."""

    number: int
    cells: Mapping[str, str]


class Wrong(NamedTuple):
    """What is wrong in a row; number 0 is the file."""

    number: int
    column: str
    reason: str


def line(longest: int = _LONGEST) -> Callable[[object], str]:
    """A check of one line of plain text, of so many characters at the most. Raises ValueError in Chinese."""

    def checked(value: object) -> str:
        text = "" if value is None else str(value).strip()
        if any(ord(c) < 32 for c in text):
            raise ValueError("不能有换行或控制字符")
        if text.startswith(FORMULA):
            raise ValueError("不能以 = + - @ 开头")
        if len(text) > longest:
            raise ValueError(f"太长，最多 {longest} 个字")
        if "<" in text or ">" in text or "**" in text:
            raise ValueError("不能有 < > 或 **")
        return text

    return checked


# One line of plain text without blank edges.
Line = Annotated[str, BeforeValidator(line())]


def why(error: ValidationError) -> Iterable[tuple[str, str]]:
    """(column, reason) of everything wrong in a row."""
    known = {"missing": "缺少这一列", "extra_forbidden": "不认识这一列", "date_from_datetime_parsing": "应为 YYYY-MM-DD"}
    for e in error.errors():
        yield str(e["loc"][0]), known.get(e["type"], e["msg"].removeprefix("Value error, "))


def read(path: Path, columns: Sequence[str]) -> tuple[list[Row], list[Wrong]]:
    """The rows of a CSV file of ours, and what is wrong with its shape."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return [], [Wrong(0, "-", "文件不存在")]
    except UnicodeDecodeError as error:
        return [], [Wrong(0, "-", f"不是 UTF-8：{error.reason}")]
    lines = list(csv.reader(io.StringIO(text, newline="")))
    if not lines or lines[0] != list(columns):
        return [], [Wrong(1, "-", f"表头应为 {','.join(columns)}")]
    numbered = list(enumerate(lines[1:], 2))
    wrong = [Wrong(n, "-", f"应有 {len(columns)} 列，这一行有 {len(line)} 列") for n, line in numbered if len(line) != len(columns)]
    return [Row(n, dict(zip(columns, line, strict=True))) for n, line in numbered if len(line) == len(columns)], wrong


def written(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A CSV file's text; a cell that a table program would run is made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    return out.getvalue()


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a table program would run."""
    return "'" + cell if cell.startswith(FORMULA) else cell
