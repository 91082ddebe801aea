"""Guides that do not hold together stop the start: everything they name exists, and conditions look back."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.rules import Rules
from knowledge import guide_check, guides
from knowledge.loader import DataError
from tests import casebook
from tests.running import ROOT


def faults(rules: Rules, folder: Path) -> str:
    """What the check says of the guides in a folder."""
    known = rules.library
    try:
        found = guide_check.faults(
            guides.load(folder), known.catalog, known.fees, known.deadlines, known.loans, known.patent_rules, known.hosts, folder
        )  # fmt: skip
        return "\n".join(map(str, found))
    except DataError as error:
        return str(error)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "knowledge" / "guides", tmp_path / "guides")
    return tmp_path / "guides"


def test_the_shipped_guides_hold_together(rules: Rules, folder: Path) -> None:
    assert faults(rules, folder) == ""


@pytest.mark.parametrize("case", casebook.read("broken_guides"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_a_broken_guide_is_told(rules: Rules, folder: Path, case: dict[str, Any]) -> None:
    path = folder / f"{case['file']}.yaml"
    text = path.read_text(encoding="utf-8")
    assert case["find"] in text, "the case does not fit the data"
    path.write_text(text.replace(case["find"], case["put"], 1), encoding="utf-8")
    said = faults(rules, folder)
    assert f"{case['file']}.yaml" in said and [part for part in case["says"] if part not in said] == [], said
