"""Files of reviewed questions: which ones, and their rows with the line on which each stands."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge import loader
from knowledge.loader import DataError, Fault

SUFFIXES = (".jsonl", ".yaml", ".yml")


def files(named: Sequence[Path]) -> list[Path]:
    """The files meant: themselves, or those of a folder in order. Raises DataError when there is nothing."""
    found: list[Path] = []
    for path in named:
        if not path.exists():
            raise DataError([Fault(str(path), "-", "文件不存在")])
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix in SUFFIXES)
            if not inside:
                raise DataError([Fault(str(path), "-", "文件夹里没有 .jsonl 或 .yaml 文件")])
            found += inside
        elif path.suffix not in SUFFIXES:
            raise DataError([Fault(str(path), "-", "只认 .jsonl 和 .yaml 文件")])
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def rows(path: Path) -> Iterator[tuple[int, object]]:
    """(line, value) of every row. Raises DataError when the file is not what its name says."""
    return _lines(path) if path.suffix == ".jsonl" else _entries(path)


def _lines(path: Path) -> Iterator[tuple[int, object]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DataError([Fault(path.name, "-", "文件不存在")]) from error
    except OSError as error:
        raise DataError([Fault(path.name, "-", f"读不了：{error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise DataError([Fault(path.name, "-", "不是 UTF-8 文字")]) from error
    faults: list[Fault] = []
    for number, line in enumerate(text.split("\n"), 1):  # splitlines would also cut at U+2028 inside a question
        if line.strip():
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                faults.append(Fault(path.name, "-", f"不是合法的 JSON：{error.msg}（第 {error.colno} 列）", number))
    if faults:
        raise DataError(faults)


def _entries(path: Path) -> Iterator[tuple[int, object]]:
    try:
        value = loader.read(path)
        twice = list(loader.repeated_keys(path)) if value is not None else []
    except DataError as error:
        raise DataError(Fault(f.file, f.key, f"不是合法的 YAML：{f.message}" if f.line else f.message, f.line) for f in error.faults) from error
    except OSError as error:
        raise DataError([Fault(path.name, "-", f"读不了：{error.strerror}")]) from error
    if twice:
        raise DataError(twice)
    if value is not None and not isinstance(value, list):
        raise DataError([Fault(path.name, "-", "应为题目的列表", 1)])
    for index, entry in enumerate(value or []):
        yield loader.line_of(path, [index]) or 0, entry
