"""Who may import whom: the map of the house, read from the sources."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import ROOT

OURS = ("bot", "intents", "knowledge", "tests", "bench")
# From the bottom up: a module may use its own layer and the ones before it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("model",),
    ("channel", "choices", "hub", "ids", "metrics", "pacing", "ports", "received", "privacy", "rules", "settings", "telling", "thrift", "greeting", "computing", "office_days", "overlay", "wire"),
    ("station_cards", "station_answers", "locating", "classing"),
    ("serving", "flows", "standing", "sheeting", "sheets", "gi_lookup", "lending", "loan_sheet", "loan_talk", "matching", "posing"),
    ("guiding", "dialogue", "ending", "needs", "handoff", "lateness", "channels", "flagging", "loan_need", "pressing", "progress", "rating", "records"),
    ("store",),
    ("desk",),
    ("delivery", "documents", "intake", "pushed"),
    ("web",),
    (
        "__main__", "ask", "calendar_commands", "checking", "evaluate", "match_commands", "patent_commands", "patent_import",
        "patent_listing", "publishing", "serve", "snapshot", "spreadsheets", "station_commands",
        "station_import", "station_listing", "store_jobs", "telegram_commands", "terminal", "ticket_commands", "training",
        "wecom", "wecom_checking", "wecom_commands", "wecom_fetching",
    ),
)
TOP = LAYERS[-1]
# What is made of data files by the assembly; the rest of the bot gets it ready-made.
ASSEMBLED = ("intents.explain", "intents.features", "intents.lexicon", "intents.matcher", "intents.reader", "intents.linear", "intents.slots", "intents.tables", "intents.training")


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Full names of our modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" if _is_module(f"{node.module}.{alias.name}") else str(node.module) for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in OURS)


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def place(name: str) -> str:
    """The part of `bot` to which a module belongs: bot.web.chat → web."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def layer(part: str) -> int:
    found = [number for number, names in enumerate(LAYERS) if part in names]
    assert found, f"bot/{part} has no place in the map of tests/test_arrows.py: decide what it may know"
    return found[0]


@pytest.mark.parametrize("package", ["intents", "knowledge"])
def test_a_leaf_imports_nothing_of_ours(package: str) -> None:
    wrong = [(path.name, name) for path in modules(package) for name in imported(path) if name.split(".")[0] != package]
    assert wrong == []


def test_inside_the_bot_arrows_point_down() -> None:
    wrong = []
    for path in modules("bot"):
        me = place(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for name in imported(path):
            if me != "__init__" and name.startswith("bot.") and layer(place(name)) > layer(me):
                wrong.append((me, name))
    assert wrong == []


def test_only_the_assembly_and_the_commands_put_understanding_together() -> None:
    wrong = [
        (path.name, name)
        for path in modules("bot")
        for name in imported(path)
        if name.startswith(ASSEMBLED) and place(".".join(path.relative_to(ROOT).with_suffix("").parts)) not in TOP
    ]
    assert wrong == []


def test_no_module_reaches_itself_in_a_circle() -> None:
    edges = {".".join(p.relative_to(ROOT).with_suffix("").parts): set(imported(p)) for package in OURS[:3] for p in modules(package)}
    while edges:
        free = [name for name, used in edges.items() if not used & (edges.keys() - {name})]
        assert free, f"circle among {sorted(edges)}"
        for name in free:
            del edges[name]


def test_a_package_says_one_sentence_and_imports_nothing() -> None:
    for package in OURS[:3]:
        for path in (ROOT / package).rglob("__init__.py"):
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert len(body) == 1 and isinstance(body[0], ast.Expr), path


def test_pure_modules_touch_no_clock_network_store_or_log() -> None:
    outside = {"asyncio", "aiohttp", "sqlite3", "logging", "time", "os", "socket", "random", "secrets", "bot.store", "bot.metrics"}
    names = ("dialogue", "handoff", "telling", "choices", "privacy", "lending", "loan_talk", "loan_need", "gi_lookup", "flagging", "progress", "pressing", "records", "lateness", "guiding", "flows", "posing", "ending", "needs", "matching", "sheeting", "loan_sheet", "thrift", "rating", "greeting")
    for name in (*names, "locating", "station_answers", "station_cards", "office_days", "overlay", "patent_import", "patent_listing", "station_import", "station_listing"):
        tree = ast.parse((ROOT / "bot" / f"{name}.py").read_text(encoding="utf-8"))
        used = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        used |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not used & outside, name
