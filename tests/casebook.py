"""Cases as data: the YAML files below tests/cases."""

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "cases"


def read(name: str) -> Any:
    """The value of tests/cases/<name>.yaml."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def folder(name: str) -> list[tuple[str, Any]]:
    """(file, case) for every case of every file below tests/cases/<name>."""
    found = []
    for path in sorted((FOLDER / name).glob("*.yaml")):
        found += [(path.stem, case) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return found
