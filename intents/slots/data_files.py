"""Reads the package's data files: CSV below `#` lines, and YAML with the fast parser where it is built in."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The lines of a CSV file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


def tree(path: Path) -> dict[str, Any]:
    """A YAML file, which must be a mapping."""
    data = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - safe either way
    if not isinstance(data, dict):
        raise ValueError(f"{path.name}: should be a mapping")
    return data
