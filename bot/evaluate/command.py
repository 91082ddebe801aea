"""`zhiwen eval`: read the files, ask every question, tell what was found, and say whether the bars are reached."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.evaluate import cases, compare, html, judge, listing, predict, report, result, sources
from bot.evaluate.listing import SHOWS
from bot.evaluate.summary import Summary, bars, summary
from bot.rules import Rules
from bot.settings import ROOT
from knowledge.loader import DataError, Fault

ENVIRONMENT = "ZHIWEN_EVAL"
OWN = ROOT / "tests" / "cases" / "understanding"
MOST_FAULTS = 30
Write = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    files: tuple[Path, ...] = ()
    html: Path | None = None
    out: Path | None = None
    compare: Path | None = None
    show: tuple[str, ...] = ()
    bar: bool = False


def run(load: Callable[[], Rules], options: Options, today: date, write: Write) -> int:
    """The exit code: 1 when `bar` is asked for and a bar is missed. Raises DataError for bad input, before anything is asked."""
    _checked(options)
    earlier = result.read(options.compare) if options.compare else None
    paths = sources.files(options.files or default_files())
    rules = load()
    items = rules.library.catalog.items
    rows = cases.read(paths, items)
    found = evaluated(rules, rows, today)
    names = {name: item.name for name, item in items.items()}
    for line in _lines(found, options, names, earlier):
        write(line)
    if options.out:
        _saved(options.out, lambda path: result.write(found, path), write)
    if options.html:
        _saved(options.html, lambda path: path.write_text(html.page(found, names), encoding="utf-8"), write)
    return 1 if options.bar and any(reached is False for _, _, reached in bars(found.pooled)) else 0


def evaluated(rules: Rules, rows: Sequence[cases.Case], today: date) -> Summary:
    """Ask and measure."""
    return summary(judge.judged(rows, predict.predictions(rules, rows, today)), rules.revision, today.isoformat())


def default_files() -> tuple[Path, ...]:
    """The file or folder that the environment names, else the project's own cases."""
    named = os.environ.get(ENVIRONMENT)
    return (Path(named) if named else OWN,)


def explained(error: DataError) -> str:
    """The faults, not more than a screen of them."""
    lines = [str(fault) for fault in error.faults[:MOST_FAULTS]]
    return "\n".join(["评测文件有误：", *lines, f"共 {len(error.faults)} 处错误"])


def _checked(options: Options) -> None:
    wrong = [name for name in options.show if name not in SHOWS]
    if wrong:
        raise DataError([Fault("--show", wrong[0], f"应为 {'、'.join(SHOWS)} 之一")])
    for name, path in (("--out", options.out), ("--html", options.html)):
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise DataError([Fault(name, str(path), "不能写：应为已有文件夹里的一个文件")])


def _lines(found: Summary, options: Options, names: dict[str, str], earlier: result.Earlier | None) -> Iterator[str]:
    yield from report.report(found, names)
    for which in options.show:
        yield ""
        yield from listing.shown(which, found.rows)
    if earlier:
        yield from compare.report(compare.compared(earlier, found.rows))
    if options.bar:
        yield from report.bar_lines(found)


def _saved(path: Path, save: Callable[[Path], object], write: Write) -> None:
    try:
        save(path)
    except OSError as error:
        raise DataError([Fault(str(path), "-", f"写不了：{error.strerror}")]) from error
    write(f"已写入 {path}")
