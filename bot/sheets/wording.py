"""What paper and page say alike: days, totals, sources, addresses. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import quote, urlsplit

from bot.model import Sheet, SheetLine, SourceNote
from knowledge.answers import CHECKED

Words = Mapping[str, str]  # the bot's sentences, knowledge/phrases.yaml
CAPTION = 40
_YUAN = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d{1,2})? ?元")
_TOTAL = re.compile("合计|总计|共计|一共")
_MARK = re.compile(r"(-|\d{1,2}\.)\s+(.*)", re.DOTALL)
_UNSAFE_NAME = re.compile(r'[\\/:*?"<>|\s]+')


def day(value: date, words: Words) -> str:
    """2027年1月1日（周五）."""
    weekday = words["sheet_weekdays"][value.weekday()]
    return words["sheet_date"].format(year=value.year, month=value.month, day=value.day, weekday=weekday)


def plain(text: str) -> str:
    """A text of the catalogue without its markup."""
    return text.replace("**", "")


def mark(text: str) -> tuple[str, str]:
    """A text and the mark before it: "1." or "-" or nothing."""
    found = _MARK.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def fees(lines: Sequence[SheetLine], words: Words) -> list[SheetLine]:
    """The lines that carry an amount, with their sum as the last where adding up says something true."""
    found = [line for line in lines if line.amount]
    added = _sum(found)
    return found if added is None else [*found, SheetLine(words["sheet_total"], words["sheet_yuan"].format(amount=added))]


def is_total(line: SheetLine) -> bool:
    """Whether a line is the sum of those above."""
    return bool(_TOTAL.match(plain(line.text)))


def _sum(lines: Sequence[SheetLine]) -> Decimal | None:
    """Of two or more amounts, all in plain yuan, none of them a sum itself."""
    amounts = [_YUAN.fullmatch(line.amount.strip()) for line in lines]
    known = [Decimal(found[1].replace(",", "") + (found[2] or "")) for found in amounts if found]
    return sum(known, Decimal()) if len(known) == len(lines) > 1 and not any(map(is_total, lines)) else None


def source(note: SourceNote) -> str:
    """A source with its number, the day it was checked, and how sure it is."""
    number = f"（{note.number}）" if note.number and note.number not in note.title else ""
    return f"{note.title}{number}，{note.as_of} {CHECKED.get(note.confidence, note.confidence)}"


def address(url: str) -> str | None:
    """A web address in ASCII, ready to be linked to; None for anything else."""
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return quote(url.strip(), safe="!#$%&'()*+,/:;=?@[]~-._") if good else None


def scanned(sheet: Sheet) -> tuple[str, str] | None:
    """Label, short enough to stand under a square, and address of the first link, which the square leads to."""
    return next(((shortened(label), found) for label, url in sheet.links if (found := address(url))), None)


def shortened(label: str) -> str:
    """At most so many letters that a caption stays a caption."""
    return label if len(label) <= CAPTION else label[: CAPTION - 1] + "…"


def file_name(sheet: Sheet, form: str, words: Words) -> str:
    """A name for the file that every system can store: 一次告知单-商标注册申请.pdf."""
    name = _UNSAFE_NAME.sub("", plain(sheet.title))[:60]
    label = words["sheet"]
    return f"{label}-{name}.{form}" if name and name != label else f"{label}.{form}"
