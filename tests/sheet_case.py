"""The sheet of tests/cases/sheet.yaml, and larger ones made of it."""

import json
from dataclasses import replace

from bot.model import Sheet, SheetLine, SheetPart
from bot.store import sheets
from tests import casebook

HOSTILE = '<script>alert(1)</script>"&\'<img src=x onerror=alert(2)>'


def case() -> Sheet:
    """A trademark in three classes."""
    return sheets.read(json.dumps(casebook.read("sheet")))


def large(papers: int = 40) -> Sheet:
    """The same with so many papers more, every third a long one, and something hostile in what the citizen said."""
    lines = [SheetLine(f"第 {n} 份材料，复印件" + "，每页注明“与原件一致”并签名" * (n % 3) * 2, tick=True) for n in range(1, papers + 1)]
    sheet = case()
    return replace(sheet, case=(*sheet.case, ("店名", HOSTILE)), parts=(*sheet.parts, SheetPart("还要带的材料", tuple(lines))))
