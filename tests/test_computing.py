"""Fees and deadlines: hand-worked cases, asked as a citizen types them. A figure that is told is right; hardly any question is left without one."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from bot.ask import Question, as_json, ask
from bot.rules import Rules
from tests import casebook

DAYS = ["due_date", "window_from", "grace_until"]
COMPUTED = 0.95  # of the cases get their figure at once; the others are asked back, which costs a click and no money


def each(name: str) -> Iterable[Any]:
    return [pytest.param(case, id=case["ask"]) for case in casebook.read(name)]


def answered(rules: Rules, case: dict[str, Any]) -> dict[str, Any]:
    question = Question(1, case["ask"], (), case["date"])
    value: dict[str, Any] = json.loads(json.dumps(as_json(rules, question, ask(rules, question, case["date"])), ensure_ascii=False))
    return value


def items(case: dict[str, Any]) -> list[str]:
    return case["item"] if isinstance(case["item"], list) else [case["item"]]


@pytest.mark.parametrize("case", each("fees"))
def test_a_fee_that_is_told_is_what_the_table_says(rules: Rules, case: dict[str, Any]) -> None:
    value = answered(rules, case)
    result = value.get("result")
    if result is not None:
        assert (result["kind"], result["total_cny"]) == ("fee", case["total"]), value["reply"]
        assert sum(line["amount_cny"] for line in result["lines"]) == case["total"]
        assert value["decision"] == "answer" and value["item"] in items(case), value["item"]
        assert str(case["total"]) in value["reply"]


@pytest.mark.parametrize("case", each("deadlines"))
def test_a_deadline_that_is_told_is_what_the_rules_say(rules: Rules, case: dict[str, Any]) -> None:
    value = answered(rules, case)
    result = value.get("result")
    if result is not None:
        found = {k: result.get(k) for k in ["kind", *DAYS, "shifted"]}
        expected = {"kind": "deadline", **{k: _text(case.get(k)) for k in DAYS}, "shifted": case["shifted"]}
        assert found == expected, value["reply"]
        assert value["decision"] == "answer" and value["item"] in items(case), value["item"]
        assert case["due_date"].isoformat() in value["reply"]


@pytest.mark.parametrize("name", ["fees", "deadlines"])
def test_hardly_any_case_is_left_without_its_figure(rules: Rules, name: str) -> None:
    cases = list(casebook.read(name))
    without = [case["ask"] for case in cases if "result" not in answered(rules, case)]
    assert len(without) <= (1 - COMPUTED) * len(cases), without


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
