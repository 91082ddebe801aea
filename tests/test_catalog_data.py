"""The shipped catalogue: complete by the contract, sound by the check, and answered by the law of the day asked about."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.rules import Rules
from knowledge.answers import fill
from knowledge.catalog import FACET_NAMES, FACETS
from tests import casebook
from tests.running import ROOT, Service

CONTRACT = Path(__file__).parent / "data" / "contract"
OLD, NEW = date(2026, 12, 31), date(2027, 1, 1)


def contract(name: str) -> list[dict[str, str]]:
    with (CONTRACT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_check_passes_on_the_shipped_data_and_prints_the_coverage(tmp_path: Path) -> None:
    done = Service(tmp_path).zhiwen("check")
    assert done.returncode == 0, done.stderr
    assert "数据核对通过" in done.stdout
    missing = [row["id"] for row in contract("items.csv") if row["id"] not in done.stdout]
    assert missing == []
    assert all(name in done.stdout for name in FACET_NAMES.values())
    assert "已过复核日" in done.stdout and "60 天内到复核日" in done.stdout


def test_every_item_of_the_contract_is_in_the_catalogue_under_its_group(rules: Rules) -> None:
    items = rules.library.catalog.items
    listed = {row["id"]: row["group"] for row in contract("items.csv")}
    assert len(listed) == 87
    assert sorted(listed.keys() - items.keys()) == []
    assert {name: item.group for name, item in items.items() if name in listed and item.group != listed[name]} == {}


def test_the_facets_are_those_of_the_contract() -> None:
    assert [(row["facet"], row["name"]) for row in contract("facets.csv")] == [(f, FACET_NAMES[f]) for f in FACETS]


def test_every_item_has_at_least_twelve_sentences_of_its_own(rules: Rules) -> None:
    counts = dict.fromkeys(rules.library.catalog.items, 0)
    for path in (ROOT / "intents" / "examples").glob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        counts[path.stem] = len({sentence for sentences in data["say"].values() for sentence in sentences})
    assert {item: count for item, count in counts.items() if count < 12} == {}


def test_no_sentence_means_two_items(rules: Rules) -> None:
    meant: dict[str, set[str]] = {}
    for path in (ROOT / "intents" / "examples").glob("*.yaml"):
        for sentences in yaml.safe_load(path.read_text(encoding="utf-8"))["say"].values():
            for sentence in sentences:
                meant.setdefault(sentence, set()).add(path.stem)
    assert {sentence: items for sentence, items in meant.items() if len(items) > 1} == {}


@pytest.mark.parametrize("case", casebook.read("law_change"), ids=lambda case: case["ask"] + "-" + case["after"][:12])
def test_the_new_trademark_law_answers_from_its_first_day(rules: Rules, case: dict[str, Any]) -> None:
    item, facet = case["ask"].split(":")
    before, after = (rules.library.teller.tell(item, facet, day, day) for day in (OLD, NEW))
    assert before and case["before"] in before.text
    assert after and case["after"] in after.text
    assert case.get("not_after", "\0") not in after.text
    if case["before"] != case["after"]:
        assert case["after"] not in before.text


def test_no_answer_of_a_day_stands_on_a_law_of_another(rules: Rules) -> None:
    catalog = rules.library.catalog
    wrong = [
        (item, facet, day, source.title)
        for day, other in ((OLD, "tml2026"), (NEW, "tml2019"))
        for item, entry in catalog.items.items()
        for facet in entry.answers
        if (told := rules.library.teller.tell(item, facet, day, day))
        for source in told.sources
        if source.title.startswith(catalog.sources[other].title)
    ]
    assert wrong == []


def test_every_answer_is_told_on_every_day_of_two_years_round_the_change(rules: Rules) -> None:
    days = [date(2026, 11, 24), date(2026, 12, 1), OLD, NEW, date(2027, 2, 28), date(2027, 12, 31), date(2028, 6, 30)]
    for item, entry in rules.library.catalog.items.items():
        for facet in entry.answers:
            for day in days:
                told = rules.library.teller.tell(item, facet, day, days[0])
                assert told and told.text.startswith("**") and told.sources and "{" not in told.text, (item, facet, day)


def test_an_answer_says_when_it_is_past_its_review(rules: Rules) -> None:
    far = date(2030, 1, 1)
    told = rules.library.teller.tell("trademark.register", "fee", far, far)
    assert told and "前复核，还没有复核" in told.text


def test_what_is_unverified_is_told_to_be_so(rules: Rules) -> None:
    for item, entry in rules.library.catalog.items.items():
        for facet in entry.answers:
            answer, told = entry.answer(facet, OLD), rules.library.teller.tell(item, facet, OLD, OLD)
            if answer and told and answer.confidence == "存疑":
                assert told.source_line.endswith("尚未核实"), (item, facet)


def test_every_hotline_and_every_door_can_be_told(rules: Rules) -> None:
    for day in (OLD, NEW):
        assert all(rules.fact(name, day) for name in rules.library.desk.hotlines)
        assert all("{" not in fill(rules.library.catalog, door.say, day) for door in rules.library.doors)
