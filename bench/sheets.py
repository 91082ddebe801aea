"""`python -m bench.sheets`: how long a finished guide takes on paper, on its page and in a calendar. Prints; asserts nothing."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from bot.settings import ROOT
from bot.sheets import fonts
from bot.sheets.ics import calendar_file
from bot.sheets.page import page
from bot.sheets.pdf import pdf
from knowledge import loader
from tests.sheet_case import case, large

ROUNDS = 30


def middle(make: Callable[[], bytes]) -> tuple[float, float, int]:
    """(first, median) milliseconds and the bytes made."""
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        made = make()
        took.append((time.perf_counter() - started) * 1000)
    return took[0], sorted(took)[ROUNDS // 2], len(made)


def main() -> None:
    """Print the table."""
    words = loader.read(ROOT / "knowledge" / "phrases.yaml")
    assert isinstance(words, dict)
    now = datetime.now(UTC)
    print(f"嵌入的字体：{fonts.face()}\n{'首次 ms':>8}{'中位 ms':>8}{'字节':>9}   内容")
    for name, sheet in (("三个类别的商标注册", case()), ("另加 40 份材料", large())):
        kinds: dict[str, Callable[[], bytes]] = {
            "PDF": lambda sheet=sheet: pdf(sheet, words),
            "PDF，不嵌入字体": lambda sheet=sheet: pdf(sheet, words, ()),
            "打印页": lambda sheet=sheet: page(sheet, words, "t" * 32).encode(),
            "日历": lambda sheet=sheet: calendar_file(sheet, now),
        }
        for kind, make in kinds.items():
            first, usual, size = middle(make)
            print(f"{first:>8.1f}{usual:>8.1f}{size:>9}   {name}：{kind}")


if __name__ == "__main__":
    main()
