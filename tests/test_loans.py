"""Borrowers' cases: judged as the notes say, nobody is promised a loan, and a button carries the whole case."""

import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import lending, loan_talk
from bot.ask import Question, as_json, ask
from bot.choices import ID
from bot.rules import Rules
from bot.telling import plain
from knowledge import loan_case, loans
from knowledge.loan_case import Case, Piece
from tests import casebook

TODAY = date(2026, 11, 24)
MOST_BYTES = 1900
SERVED = 0.95  # of the cases are judged at once; the others are asked back, which costs a click
PROMISES = re.compile("一定能|肯定能|保证(?:能|贷|下款)|包(?:下款|过)(?!费)|能贷到(?!款。)")


def answered(rules: Rules, case: dict[str, Any]) -> dict[str, Any]:
    day = case.get("date", TODAY)
    question = Question(1, case["ask"], (), day)
    value: dict[str, Any] = json.loads(json.dumps(as_json(rules, question, ask(rules, question, day)), ensure_ascii=False))
    return value


def listed(value: Any) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [value]


@pytest.mark.parametrize("case", casebook.read("loans"), ids=lambda case: f"{case['ask']}-{case.get('date', '')}")
def test_a_case_is_judged_as_the_notes_say(rules: Rules, case: dict[str, Any]) -> None:
    value = answered(rules, case)
    result = value.get("result") or {}
    if case.get("served") is False:
        assert result.get("kind") != "loan", value["reply"]
        return
    if result.get("kind") != "loan":  # asked back: counted below
        return
    assert value["decision"] == "answer" and value["item"] == "finance.pledge_loan", value
    assert result["verdict"] == case.get("verdict", result["verdict"]), value["reply"]
    assert result["missing"] == case.get("missing", result["missing"]) and len(result["missing"]) <= lending.ASKED
    assert case.get("todo", "") in "；".join(result["reasons"]), result
    found = {contact["id"] for contact in result["contacts"]}
    assert set(case.get("contacts", [])) <= found and not found & set(case.get("absent", [])), found
    said = value["reply"]
    assert [part for part in listed(case.get("says")) if part not in said] == [], said
    assert [part for part in listed(case.get("silent")) if part in said] == [], said
    assert not PROMISES.search(said), said
    assert len(said.encode()) <= MOST_BYTES


def test_hardly_any_case_is_left_to_ask_back(rules: Rules) -> None:
    meant = [case for case in casebook.read("loans") if case.get("served") is not False]
    without = [case["ask"] for case in meant if (answered(rules, case).get("result") or {}).get("kind") != "loan"]
    assert len(without) <= (1 - SERVED) * len(meant), without


def test_every_contact_says_when_it_was_checked_and_how_surely(rules: Rules) -> None:
    known, catalog = rules.library.loans, rules.library.catalog
    told = loans.contacts(known, catalog, "620102", (), TODAY)
    assert {each.id for each in told} == set(known.contacts)
    assert [each.id for each in told if each.place == "620100"] == [each.id for each in told][:2]
    for each in told:
        assert each.as_of <= TODAY and each.confidence and (each.phone or each.note)
        assert each.phone == "" or each.phone in str([r.value for f in catalog.facts.values() for r in f.versions])


def test_a_place_of_another_province_has_only_the_contacts_of_the_whole_country(rules: Rules) -> None:
    told = loans.contacts(rules.library.loans, rules.library.catalog, "330100", ("patent",), TODAY)
    assert told and not [each for each in told if each.place]


def cases(rules: Rules) -> st.SearchStrategy[Case]:
    known = rules.library.loans
    answers = [[(q.key, a) for a in ("y", "u", *(o.code for o in known.obstacles.values() if o.question == q.key))] for q in known.questions]
    given_ = st.tuples(*(st.none() | st.sampled_from(each) for each in answers)).map(lambda found: tuple(sorted(f for f in found if f)))
    pieces = st.lists(st.builds(Piece, st.sampled_from(sorted(known.kinds)), st.none() | st.integers(1, 9999)), max_size=2, unique_by=lambda p: p.kind)
    places = st.sampled_from(["", "620100", "620102", "622926", "330100"])
    return st.builds(Case, pieces.map(tuple), st.none() | st.integers(1, 10**11), places, st.sampled_from(["", *known.applicants]), given_)


def test_a_button_carries_the_whole_case(rules: Rules) -> None:
    @settings(max_examples=300, deadline=None)
    @given(cases(rules))
    def carried(case: Case) -> None:
        packed = loan_case.packed(rules.library.loans, case)
        assert loan_case.unpacked(rules.library.loans, packed) == case
        for id_ in (f"{lending.CASE}{packed}:o", f"{lending.NEED}:yes:{packed}"):
            assert ID.fullmatch(id_), id_

    carried()


def test_whatever_the_case_the_answer_is_short_promises_nothing_and_leads_on(rules: Rules) -> None:
    @settings(max_examples=300, deadline=None)
    @given(cases(rules), st.sampled_from(sorted(lending.LETTERS)), st.sampled_from(["", "有什么补贴"]))
    def held(case: Case, facet: str, text: str) -> None:
        done = lending.told(rules, case, facet, TODAY, text)
        assert done.reply is not None
        said = plain(done.reply)
        assert len(said.encode()) <= MOST_BYTES and not PROMISES.search(said)
        assert said.count("由银行") or done.result["verdict"] != "可以直接找银行"
        assert {c.id for c in done.reply.choices} and all(ID.fullmatch(c.id) and len(c.label) <= 10 for c in done.reply.choices)
        assert done.reply.choices[-1].id.startswith(lending.NEED)
        assert "{" not in said and done.reply.sources
        for choice in done.reply.choices:
            if choice.id.startswith(lending.CASE):
                assert lending.pressed(rules, choice.id, TODAY) is not None

    held()


@settings(max_examples=300, deadline=None)
@given(st.text("abcpti.-:0123456789YZ", max_size=40))
def test_a_button_that_was_made_up_is_harmless(rules: Rules, text: str) -> None:
    case = loan_case.unpacked(rules.library.loans, text)
    assert case is None or loan_case.judged(rules.library.loans, case)


def test_money_of_the_case_is_written_in_words_of_ten_thousands() -> None:
    assert loan_talk.yuan(2_000_000) == "200 万元" and loan_talk.yuan(12_345) == "12345 元"
