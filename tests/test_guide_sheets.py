"""Any case of any guide, on both sides of 2027-01-01, ends in a sheet that can be read, or is stopped for a reason."""

import random
from datetime import date, datetime, timedelta

import pytest

from bot import flows, sheeting, standing
from bot.flows import Said
from bot.model import Flow
from bot.rules import ZONE, Rules
from knowledge.guides import Guide, Step
from tests.running import ROOT

CASES = 60
DAYS = (date(2026, 11, 24), date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 15))
NAMES = sorted(path.stem for path in (ROOT / "knowledge" / "guides").glob("*.yaml") if path.stem != "controls")


def answer(step: Step, on: date, chance: random.Random) -> str:
    """Any answer that the engine would take."""
    if step.skip and chance.random() < 0.3:
        return flows.SKIPPED
    match step.kind:
        case "choice":
            return chance.choice([option.id for option in step.options if not option.stop])
        case "number":
            return str(chance.randint(step.least, step.most))
        case "date":
            near = chance.choice((40, 400, 4000))
            ahead = {"past": (-near, 0), "future": (0, near), "any": (-near, near)}[step.tense]
            return (on + timedelta(days=chance.randint(*ahead))).isoformat()
        case "classes":
            return flows.CLASS_MARK.join(map(str, chance.sample(range(1, 46), chance.randint(1, 4))))
        case "amount":
            return str(chance.choice((50_000, 3_000_000)))
        case "contact":
            return "13800000000"
    return "定西市陇西县" if step.kind == "place" else "土豆粉"


def case(guide: Guide, on: date, chance: random.Random) -> Flow:
    flow = flows.begin(guide, Said("", {}, {}, on))
    while step := flows.current(guide, flow):
        flow = flows.answered(guide, flow, answer(step, on, chance))
    return flow


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("on", DAYS, ids=str)
def test_a_case_ends_in_a_sheet_that_can_be_read(rules: Rules, name: str, on: date) -> None:
    guide, chance = rules.library.guides.guides[name], random.Random(f"{name} {on}")
    at = int(datetime(on.year, on.month, on.day, 10, tzinfo=ZONE).timestamp() * 1000)
    for _ in range(CASES):
        flow = case(guide, on, chance)
        stopped = standing.stopped(rules, guide, dict(flow.values), on)
        if stopped:
            assert stopped[0].kind == "date" and "{" not in stopped[1]
            continue
        sheet = sheeting.sheet(rules, guide, flow, at)
        lines = [line for part in sheet.parts for line in part.lines]
        told = [*(line.text for line in lines), *sheet.remarks, *(day.name + day.note for day in sheet.days)]
        assert lines and sheet.sources and all(told), flow
        assert not [text for text in told if "{" in text or "}" in text], flow
        texts = [line.text for part in sheet.parts for line in part.lines if line.tick]
        assert len(texts) == len(set(texts)), flow
