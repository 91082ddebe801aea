"""What README.md and the pages beside it say is there, is there."""

import re
from pathlib import Path

import pytest

from bot.settings import Settings, load
from tests.running import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    """Lines of the shell blocks, without remarks."""
    blocks = re.findall(r"```(?:sh|bash|shell)\n(.*?)```", text, re.DOTALL)
    return [line.split(" #")[0].strip() for block in blocks for line in block.splitlines() if line.strip() and not line.startswith("#")]


def test_the_two_commands_come_first_and_are_make_targets() -> None:
    assert [line.split()[:2] for line in commands(README)][:2] == [["make", "run"], ["make", "test"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z]+)`", text)) | {m.group(1) for line in commands(text) if (m := re.search(r"\bmake ([a-z]+)", line))}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_links_to_exists(page: Path) -> None:
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))]
    assert [link for link in links if link and "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    named = {name.removesuffix("_FILE").lower() for name in re.findall(r"ZHIWEN_([A-Z][A-Z_]*[A-Z])", page.read_text(encoding="utf-8"))}
    assert named - {"torture"} <= Settings.model_fields.keys() | {name for name in named if f"ZHIWEN_{name.upper()}" in _read_elsewhere()}


def _read_elsewhere() -> str:
    """Sources of the tools beside the service, which have settings of their own."""
    return "\n".join(path.read_text(encoding="utf-8") for folder in ("bench", "scripts", "tests", "bot") for path in (ROOT / folder).rglob("*.py"))


def test_the_node_that_the_readme_names_exists() -> None:
    (node,) = set(re.findall(r"ZHIWEN_NODE=([a-z0-9_]+)", README))
    assert (ROOT / "knowledge" / "nodes" / f"{node}.yaml").exists()


def test_the_port_can_be_changed_as_the_readme_says(monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = set(re.findall(r"PORT=(\d+) make run", README))
    monkeypatch.delenv("ZHIWEN_PORT", raising=False)
    monkeypatch.setenv("PORT", port)
    assert load().port == int(port)
