"""Whatever is typed is folded into one form, and folding never fails."""

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import Rules
from intents.meaning import Context
from intents.normalise import Normaliser, has_words, visible

ODD = st.text(st.one_of(st.characters(), st.sampled_from("\u200b\u202e\ufeff\x00\x7f\u00ad😀👍🏽！？１ａＡ註冊商標")), max_size=80)
FOLD = Normaliser({"註": "注", "冊": "册", "標": "标"})


@given(ODD)
def test_what_is_visible_can_be_stored_and_shown(text: str) -> None:
    kept = visible(text)
    kept.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202e\ufeff]", kept)
    assert visible(kept) == kept
    assert set(kept) <= set(text)


@given(ODD)
def test_folding_never_fails_and_leaves_no_blank_edges(text: str) -> None:
    folded = FOLD(text)
    assert folded == folded.strip() and "  " not in folded
    assert not re.search(r"([^\d\s])\1{3,}", folded)


@given(st.text("商标续展多少钱abc123，。", max_size=30))
def test_what_is_plain_stays_as_it_is_but_for_repeats(text: str) -> None:
    assert FOLD(text) == re.sub(r"([^\d\s])\1{3,}", r"\1\1", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("ＴＭ標", "tm标"), ("商标！！！！！", "商标!!"), ("10000000元", "10000000元"), ("商\u200b标", "商标"), ("商\n\n标", "商 标"), ("①", "1"), ("ℝ", "r"), ("", "")],
)
def test_examples_of_folding(typed: str, folded: str) -> None:
    assert FOLD(typed) == folded


@pytest.mark.parametrize("text", ["", " ", "\u200b", "😀👍🏽", "？！…", "———", "\x00\x01"])
def test_what_holds_no_word_is_known_to_hold_none(text: str) -> None:
    assert not has_words(visible(text))


@pytest.mark.parametrize("text", ["商", "a", "1", "？商", "𠮷", "é", "ⴰ"])
def test_a_single_letter_digit_or_character_is_a_word(text: str) -> None:
    assert has_words(visible(text))


ALIKE = [
    ("商標續展多少錢", "商标续展多少钱"), ("ＰＣＴ怎么申请", "pct怎么申请"), ("商标续展 多少钱", "商标续展多少钱？？？？？？"),
    ("請問註冊商標要什麼材料", "请问注册商标要什么材料"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_is_written_otherwise_is_understood_alike(rules: Rules, one: str, other: str) -> None:
    meanings = [rules.read(text, Context(), date(2026, 11, 24)) for text in (one, other)]
    assert (meanings[0].decision, meanings[0].item, meanings[0].facets) == (meanings[1].decision, meanings[1].item, meanings[1].facets)
