"""Broken data stop the start, and the fault says file, line and key."""

import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot import checking
from bot.settings import Settings
from knowledge.loader import DataError
from tests import casebook
from tests.running import ROOT, Service

SMALL = Path(__file__).parent / "data" / "small"
TODAY = date(2026, 11, 24)
LONG = "这一句很长。" * 120
FAULT = re.compile(r"^[a-z_.]+\.(yaml|csv)(:\d+)?: \S+: .+")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the small data set, to be broken. Words about words are the shipped ones."""
    home = tmp_path / "home"
    shutil.copytree(SMALL, home)
    shutil.copytree(ROOT / "intents" / "data", home / "intents" / "data", dirs_exist_ok=True)
    return home


def edit(home: Path, case: dict[str, Any]) -> None:
    path = home / case.get("file", "service_catalog.yaml")
    text = path.read_text(encoding="utf-8")
    assert case["find"] in text, f"the case does not fit the data: {case['claim']}"
    path.write_text(text.replace(case["find"], case["put"].replace("{long}", LONG), 1), encoding="utf-8")


def faults(home: Path) -> str:
    """What the check says; empty when nothing is wrong."""
    try:
        checking.report(Settings(home=home), TODAY)
    except DataError as error:
        return str(error)
    return ""


def serve(home: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**Service(folder).environment, "ZHIWEN_HOME": str(home), "ZHIWEN_CACHE": str(folder / "cache")}
    return subprocess.run([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_the_small_data_set_is_sound(home: Path) -> None:
    assert faults(home) == ""


@pytest.mark.parametrize("case", casebook.read("broken_data"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_the_check_refuses_and_says_where(home: Path, case: dict[str, Any]) -> None:
    edit(home, case)
    said = faults(home)
    assert [part for part in case["says"] if part not in said] == [], said
    assert all(FAULT.match(line) for line in said.splitlines() if line[:1].isascii()), said


def test_every_fault_is_told_at_once(home: Path) -> None:
    cases = {case["claim"]: case for case in casebook.read("broken_data")}
    for claim in ("a phone typed as digits", "a hotline that is no fact", "a follow-up to a facet that has no answer"):
        edit(home, cases[claim])
    assert len(faults(home).splitlines()) == 3


def test_a_file_that_is_missing_or_not_utf_8_is_named(home: Path) -> None:
    (home / "knowledge" / "desk.yaml").unlink()
    assert "desk.yaml: -: 文件不存在" in faults(home)
    (home / "knowledge" / "desk.yaml").write_bytes("office: 甘肃".encode("gb18030"))
    assert "desk.yaml: -: 不是 UTF-8" in faults(home)


STOPS = [
    "a misspelt key", "a gap between the versions of a fact", "a misspelt threshold", "a county without a position",
    "sentences of others that cannot be parsed", "fillers of an unknown kind",
]  # fmt: skip


@pytest.mark.parametrize("claim", STOPS)
def test_the_service_refuses_to_start_and_says_where(home: Path, tmp_path: Path, claim: str) -> None:
    case = next(case for case in casebook.read("broken_data") if case["claim"] == claim)
    edit(home, case)
    done = serve(home, tmp_path)
    assert done.returncode == 1
    assert "数据有误，不能启动" in done.stderr
    assert [part for part in case["says"] if part not in done.stderr] == []
    assert "Traceback" not in done.stderr and "已就绪" not in done.stderr


def test_an_unknown_node_is_refused(home: Path, tmp_path: Path) -> None:
    environment = {**Service(tmp_path).environment, "ZHIWEN_HOME": str(home), "ZHIWEN_NODE": "nowhere"}
    done = subprocess.run([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "nowhere.yaml: -: 文件不存在" in done.stderr
