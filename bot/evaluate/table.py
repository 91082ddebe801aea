"""Plain tables for the terminal, aligned where a Chinese character is two columns wide."""

import unicodedata
from collections.abc import Iterator, Sequence

GAP = "  "


def width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(_columns(char) for char in text)


def padded(text: str, columns: int, right: bool = False) -> str:
    """The text filled up with blanks; never cut."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> Iterator[str]:
    """The lines of a table. `right` has one letter a column: `r` to put it at the right edge."""
    all_rows = [head, *rows]
    widths = [max(width(row[column]) for row in all_rows) for column in range(len(head))]
    for number, row in enumerate(all_rows):
        cells = (padded(cell, widths[i], right[i : i + 1] == "r") for i, cell in enumerate(row))
        yield GAP.join(cells).rstrip()
        if number == 0:
            yield GAP.join("─" * w for w in widths)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
