"""Everyday words to classes: sentences and phrases in cases/nice*.yaml, and what holds for any text."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask import Question, as_json, ask
from bot.rules import Rules
from knowledge.nice import LAST, Nice, plain
from tests import casebook

TODAY = date(2026, 11, 24)
RIGHT = 0.95
SENTENCES: list[dict[str, Any]] = casebook.read("nice")
UNSEEN: list[tuple[str, set[int]]] = [(name, set(row["classes"])) for row in casebook.read("nice_unseen") for name in row["goods"]]
FRAMES = ["{}属于第几类", "{} 类别", "我是卖{}的注册哪一类", "开{}商标选哪类", "做{}的，商标注册第几类", "请问{}注册商标是哪一类"]


def answered(rules: Rules, text: str) -> dict[str, Any]:
    question = Question(1, text)
    value: dict[str, Any] = json.loads(json.dumps(as_json(rules, question, ask(rules, question, TODAY)), ensure_ascii=False))
    return value


def told(value: dict[str, Any]) -> list[int]:
    """Classes of a result, best first."""
    result = value.get("result") or {}
    return [entry["class"] for entry in result.get("classes", [])] if result.get("kind") == "classes" else []


def holds(wanted: Iterable[Any], found: list[int]) -> bool:
    """Whether each good has one of its classes among the first three for each good."""
    sets = [set(w) if isinstance(w, list) else {w} for w in wanted]
    return all(s & set(found[: 3 * len(sets)]) for s in sets)


def test_sentences_name_the_class_among_the_first_three(rules: Rules) -> None:
    values = [(case, answered(rules, case["ask"])) for case in SENTENCES]
    missed = [case["ask"] for case, value in values if not holds(case["want"], told(value)) or value["item"] != "trademark.classify"]
    without = [case["ask"] for case, value in values if not holds(case["want"], value["slots"].get("nice_classes", [])) or not value["slots"].get("goods")]
    assert len(SENTENCES) >= 150
    assert len(missed) <= (1 - RIGHT) * len(SENTENCES), missed
    assert len(without) <= (1 - RIGHT) * len(SENTENCES), without


def test_words_never_looked_at_are_classed(rules: Rules) -> None:
    bare = [name for name, right in UNSEEN if not right & {f.number for f in rules.classed(name)}]
    asked = [name for at, (name, right) in enumerate(UNSEEN) if not right & set(told(answered(rules, FRAMES[at % len(FRAMES)].format(name)))[:3])]
    assert len(UNSEEN) >= 300
    assert len(bare) <= (1 - RIGHT) * len(UNSEEN), bare
    assert len(asked) <= (1 - RIGHT) * len(UNSEEN), asked


@pytest.mark.parametrize("case", casebook.read("nice_finding"), ids=lambda case: case["phrase"])
def test_a_phrase_has_its_classes(rules: Rules, case: dict[str, Any]) -> None:
    found = rules.classed(case["phrase"])
    numbers = [f.number for f in found]
    assert numbers[: len(case.get("classes", []))] == case.get("classes", []) and len(numbers) <= 3
    assert "first" not in case or numbers[:1] == [case["first"]], found
    assert set(case.get("has", ())) <= set(numbers)
    assert "how" not in case or found[0].how == case["how"], found
    assert case.keys() - {"phrase"} or not numbers, found


@pytest.mark.parametrize("text", casebook.read("nice_not"))
def test_other_questions_are_not_answered_with_classes(rules: Rules, text: str) -> None:
    assert told(answered(rules, text)) == []


def test_a_guess_is_told_as_one_and_what_is_known_is_not(rules: Rules) -> None:
    assert "推断" in answered(rules, "开花机属于第几类")["reply"]
    assert "推断" not in answered(rules, "火锅底料属于第几类")["reply"]


def test_every_answer_names_the_table_that_counts(rules: Rules) -> None:
    for text in ("袋装拉面属于第几类", "苹果醋，面粉分别是第几类", "第35类是干啥的"):
        assert "最终以国家知识产权局公布的《类似商品和服务区分表》为准" in answered(rules, text)["reply"]


def test_classes_of_goods_are_no_number_of_classes_to_pay_for(rules: Rules) -> None:
    value = answered(rules, "我卖枸杞，注册商标每类多少钱")
    assert len(value["slots"]["nice_classes"]) == 3
    assert (value.get("result") or {}).get("total_cny") in (None, 270)


def test_there_are_words_enough_for_every_class(rules: Rules) -> None:
    nice = rules.library.nice
    assert len(nice.terms) >= 2500
    assert set(nice.book.classes) == set(range(1, LAST + 1))
    assert min(nice.counts().values()) >= 50


def test_no_word_stands_twice(rules: Rules) -> None:
    nice: Nice = rules.library.nice
    assert [key for key, count in Counter(plain(t.word) for t in nice.terms).items() if count > 1] == []


@given(st.text(max_size=80) | st.lists(st.sampled_from(["拉面", "属于", "第几类", "商标", "和", "、", "卖", "的", " ", "app", "店", "x"]), max_size=12).map("".join))
def test_any_text_is_read_and_what_is_named_stands_in_it(rules: Rules, text: str) -> None:
    goods = rules.goods(text)
    assert all(name in text for name in goods.names)
    assert all(1 <= f.number <= LAST and 0 < f.sure <= 1 for f in rules.classed(text))
