"""Numbers that identify a person are masked before they are stored, however they are typed; filing numbers stay."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import Desk
from bot.model import Conversation, Message
from bot.privacy import luhn, masked
from bot.rules import Rules
from tests import casebook

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=5)
MOBILE = st.from_regex(r"1[3-9]\d{9}", fullmatch=True, alphabet=st.characters(max_codepoint=127))
IDENTITY = st.from_regex(r"[1-9]\d{5}19\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])\d{3}[0-9X]", fullmatch=True, alphabet=st.characters(max_codepoint=127))
DIGITS = "0123456789"


def with_check_digit(digits: str) -> str:
    return next(digits + d for d in DIGITS if luhn(digits + d))


CARD = st.text(DIGITS, min_size=14, max_size=17).map(lambda d: with_check_digit("62" + d[2:] if len(d) > 15 else "622" + d[2:]))


@pytest.mark.parametrize("case", casebook.read("masking"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_what_is_kept_of_what_citizens_type(rules: Rules, case: dict[str, Any]) -> None:
    desk = Desk(None, rules)  # type: ignore[arg-type]  # nothing is stored here
    assert desk.as_said(Conversation("c", "web", "a"), Message("m", 0, case["says"])) == case["keeps"]


@given(CHINESE, MOBILE, CHINESE, IDENTITY, CHINESE, CARD)
def test_no_number_of_a_person_survives_among_words(a: str, mobile: str, b: str, identity: str, c: str, card: str) -> None:
    kept = masked(f"{a}，{mobile}，{b}，{identity}，{c}，{card}")
    assert not re.search(r"\d{6}", kept)
    assert (a in kept) and (b in kept) and (c in kept)


@given(st.lists(st.one_of(MOBILE, IDENTITY), min_size=1, max_size=4), st.sampled_from(["，", "；", "\n", "、", "和"]))
def test_no_number_survives_beside_another(numbers: list[str], between: str) -> None:
    assert not re.search(r"\d", masked(between.join(numbers)))


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@given(st.text(st.characters(exclude_categories=["Nd"]), max_size=200))
def test_words_without_digits_stay_as_they_are(text: str) -> None:
    assert masked(text) == text


@given(st.lists(st.from_regex(r"[1-9]\d{7}", fullmatch=True, alphabet=st.characters(max_codepoint=127)), min_size=1, max_size=4), st.sampled_from([" ", "，", "、", "\n", "-"]))
def test_trademarks_numbers_stay_however_many(numbers: list[str], between: str) -> None:
    text = between.join(numbers)
    assert masked(text) == text


@given(st.from_regex(r"(?:ZL)?20[0-2]\d[123]0\d{6}\.[0-9X]", fullmatch=True, alphabet=st.characters(max_codepoint=127)), CHINESE, CHINESE)
def test_patents_numbers_stay(number: str, before: str, after: str) -> None:
    assert masked(before + number + after) == before + number + after


@pytest.mark.parametrize(("digits", "good"), [("4111111111111111", True), ("4111111111111112", False), ("6222 0212 3456 7890 128", True)])
def test_check_digits_of_cards_are_known(digits: str, good: bool) -> None:
    assert luhn(digits) is good
