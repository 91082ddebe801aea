"""Geographical indications: what the notes say is what is told; what is not in the list is never said to be none."""

import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import gi_lookup
from bot.ask import Question, as_json, ask
from bot.rules import Rules
from knowledge import gi
from tests import casebook

TODAY = date(2026, 11, 24)
MOST_BYTES = 1900
SERVED = 0.95  # of the questions are looked up at once; the others are asked back, which costs a click
NONE = re.compile("(?<![是于说])不是地理标志")
OF_ONE = ("kinds", "place", "year", "number", "status")


def answered(rules: Rules, text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(as_json(rules, Question(1, text), ask(rules, Question(1, text, (), TODAY), TODAY)), ensure_ascii=False))
    return value


def listed(value: Any) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [value]


@pytest.mark.parametrize("case", casebook.read("gi"), ids=lambda case: case["ask"])
def test_what_is_told_is_what_the_notes_say(rules: Rules, case: dict[str, Any]) -> None:
    value = answered(rules, case["ask"])
    result, said = value.get("result") or {}, value["reply"]
    if case.get("served") is False:
        assert result.get("kind") != "gi", said
        return
    if result.get("kind") != "gi":  # asked back: counted below
        return
    assert value["decision"] == "answer", value
    found = {item["name"]: item for item in result["items"]}
    assert sorted(found) == sorted(case["items"]), said
    if len(found) == 1:
        only = found[case["items"][0]]
        assert {k: only.get(k) for k in OF_ONE if k in case} == {k: case[k] for k in OF_ONE if k in case}
    assert [part for part in listed(case.get("says")) if part not in said] == [], said
    assert [part for part in listed(case.get("silent")) if part in said] == [], said
    assert not NONE.search(said), said
    assert all(name in said for name in found), said
    assert "hizhuanli.cn" in said and len(said.encode()) <= MOST_BYTES


def test_hardly_any_question_is_left_without_its_look_up(rules: Rules) -> None:
    meant = [case["ask"] for case in casebook.read("gi") if case.get("served") is not False]
    without = [text for text in meant if (answered(rules, text).get("result") or {}).get("kind") != "gi"]
    assert len(without) <= (1 - SERVED) * len(meant), without


def test_every_row_of_the_list_is_found_by_each_of_its_names(rules: Rules) -> None:
    for each in rules.library.gis:
        for name in each.names:
            found = gi.lookup(rules.library.gis, f"{name}是地理标志吗")
            assert each in found.found and found.way == "name", name


def test_one_wrong_letter_finds_the_name_and_says_so(rules: Rules) -> None:
    long = [each for each in rules.library.gis if len(each.name) >= gi.SHORTEST]

    @settings(max_examples=200, deadline=None)
    @given(st.sampled_from(long), st.integers(0, 9), st.sampled_from("某甲乙丙"))
    def found(each: gi.Gi, place: int, letter: str) -> None:
        at = place % len(each.name)
        typed = each.name[:at] + letter + each.name[at + 1 :]
        lookup = gi.lookup(rules.library.gis, f"{typed}是地标吗")
        assert lookup.way in ("near", "name") and lookup.found, typed

    found()


def test_any_text_is_looked_up_without_failing(rules: Rules) -> None:
    @settings(max_examples=200, deadline=None)
    @given(st.text(max_size=60), st.lists(st.sampled_from(["621100", "620103", "620000", "110000", ""]), max_size=2))
    def looked_up(text: str, codes: list[str]) -> None:
        gi.lookup(rules.library.gis, text, codes)
        gi_lookup.asked_name(text)

    looked_up()


@pytest.mark.parametrize(
    ("text", "places", "name"),
    [
        ("会宁胡麻油是不是地标", (), "会宁胡麻油"),
        ("请问清水半夏属于地标吗", (), "清水半夏"),
        ("我们县的和政啤特果进没进名录", (), "和政啤特果"),
        ("嘉峪关地标有没有", ("嘉峪关",), ""),
        ("我的产品是不是地理标志", (), ""),
        ("哪些东西是地理标志", (), ""),
        ("怎么申请", (), ""),
    ],
)
def test_the_product_asked_about_is_read_from_the_question(text: str, places: tuple[str, ...], name: str) -> None:
    assert gi_lookup.asked_name(text, places) == name


def test_a_county_belongs_to_its_prefecture_and_not_to_its_neighbour(rules: Rules) -> None:
    found = {each.name: each for each in rules.library.gis}
    assert gi.of_places(found["岷县当归"], ["621100"]) and gi.of_places(found["岷县当归"], ["620000"])
    assert gi.of_places(found["定西马铃薯"], ["621126"]) and not gi.of_places(found["渭源白条党参"], ["621126"])
    assert not gi.of_places(found["岷县当归"], ["621200"]) and not gi.of_places(found["岷县当归"], [])
    assert not gi.of_places(found["河西走廊葡萄酒"], ["620600"])
