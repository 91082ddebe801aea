"""The drawings of the guides: up to date, and true to what the engine asks."""

import random
from datetime import date
from pathlib import Path

import pytest

from bot import flows
from bot.flows import Said
from bot.model import Flow
from knowledge import guide_diagram, library
from knowledge.guides import Guide, Step
from knowledge.library import Library
from tests.running import ROOT

FOLDER = ROOT / "docs" / "guides"
NAMES = sorted(path.stem for path in (ROOT / "knowledge" / "guides").glob("*.yaml") if path.stem != "controls")
WALKS = 150


@pytest.fixture(scope="module")
def known() -> Library:
    return library.load(ROOT)


def test_the_drawings_in_docs_are_those_of_the_guides(known: Library) -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    wanted = guide_diagram.pages(known.guides, known.catalog)
    assert [name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)] == [], "run: zhiwen guides diagram"


def answer(step: Step, chance: random.Random) -> str:
    """Any answer that a guide goes on with."""
    going = [option.id for option in step.options if not option.stop]
    return chance.choice(going) if going else "1"


def walked(guide: Guide, chance: random.Random) -> set[tuple[str, str]]:
    """The steps that came one after another in one case."""
    flow: Flow = flows.begin(guide, Said("", {}, {}, date(2026, 11, 24)))
    pairs: set[tuple[str, str]] = set()
    while step := flows.current(guide, flow):
        flow = flows.answered(guide, flow, answer(step, chance))
        pairs.add((step.id, flow.step))
    return pairs


@pytest.mark.parametrize("name", NAMES)
def test_every_way_through_a_guide_is_drawn(known: Library, name: str) -> None:
    guide, chance = known.guides.guides[name], random.Random(name)
    drawn = {(step.id, arrow.to.id if arrow.to else "") for step in guide.steps for arrow in guide_diagram.arrows(guide, step)}
    taken = set().union(*(walked(guide, chance) for _ in range(WALKS)))
    assert taken <= drawn, taken - drawn


@pytest.mark.parametrize("name", NAMES)
def test_no_step_is_drawn_that_nothing_leads_to(known: Library, name: str) -> None:
    guide = known.guides.guides[name]
    reached = {arrow.to.id for step in guide.steps for arrow in guide_diagram.arrows(guide, step) if arrow.to}
    assert [step.id for step in guide.steps[1:] if step.id not in reached] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_stop_is_drawn_and_told_in_full(known: Library, name: str) -> None:
    guide = known.guides.guides[name]
    page = guide_diagram.document(guide, known.catalog)
    stops = [option.stop for step in guide.steps for option in step.options if option.stop]
    assert page.count(":::stop") >= len(stops)
    assert [stop for stop in stops if "{" not in stop and stop not in page] == []


def test_the_pages_name_no_value_that_changes(known: Library) -> None:
    text = "".join(guide_diagram.pages(known.guides, known.catalog).values())
    phones = [str(fact.versions[0].value) for name, fact in known.catalog.facts.items() if name == "tel.tm"]
    assert [phone for phone in phones if phone in text] == []


def test_the_command_writes_the_pages(tmp_path: Path) -> None:
    from tests.running import Service

    done = Service(tmp_path).zhiwen("guides", "diagram", "--folder", str(tmp_path / "out"))
    assert done.returncode == 0 and {path.stem for path in (tmp_path / "out").glob("*.md")} == {*NAMES, "README"}
