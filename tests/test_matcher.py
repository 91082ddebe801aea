"""The matcher learns from whatever labelled sentences there are, few or many, and ranks whatever is typed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from intents.matcher import Matcher
from intents.model import Example
from tests.test_words import LEXICON, SMALL, TABLES, matcher

BUILT = matcher()


@given(st.one_of(st.text(max_size=60), st.text("商标续展注册多少钱怎么办abc1 ", max_size=60)))
@settings(deadline=None)
def test_whatever_is_typed_is_ranked_by_probabilities(text: str) -> None:
    ranking = BUILT.rank(text)
    confidences = [candidate.confidence for candidate in ranking.candidates]
    assert confidences == sorted(confidences, reverse=True) and all(0 <= c <= 1 for c in confidences)
    assert len({candidate.intent for candidate in ranking.candidates}) == len(confidences) == 3
    assert 0 <= ranking.known <= 1
    assert BUILT.rank(text) == ranking


def test_a_sentence_learned_by_heart_is_known_best() -> None:
    for example in SMALL:
        assert BUILT.rank(example.text).candidates[0].intent == example.intent, example


def test_words_never_seen_are_known_to_be_unknown() -> None:
    assert BUILT.rank("量子纠缠蒸馏").known < 0.1 < 0.5 < BUILT.rank("商标续展多少钱").known


def test_the_order_of_the_sentences_does_not_decide() -> None:
    turned = Matcher.build(SMALL[::-1], LEXICON, {"fee": ["多少钱", "费用", "几块钱"]}, TABLES)
    assert turned.rank("续展商标要多少费用").candidates[0].intent == "renew"


def test_an_intent_with_a_single_sentence_is_learned_too() -> None:
    built = Matcher.build([*SMALL, Example("上门辅导", "visit", "overview")], LEXICON, {}, TABLES)
    assert built.rank("上门辅导").candidates[0].intent == "visit"


def test_sentences_without_aspects_are_enough() -> None:
    built = Matcher.build([Example(e.text, e.intent) for e in SMALL], LEXICON, {}, TABLES)
    assert built.rank("商标续展").candidates[0].intent == "renew" and built.rank("商标续展").aspects == ()


@given(st.text("商标续展注册多少钱怎么办abc1 ？", max_size=40))
@settings(deadline=None)
def test_the_views_of_the_evidence_add_up_to_the_score(text: str) -> None:
    seen, ranking = BUILT.evidence(text), BUILT.rank(text, 3)
    assert seen.best == tuple(c.intent for c in ranking.candidates)
    for place, candidate in enumerate(ranking.candidates):
        constant = float(BUILT.model.layer.constant[BUILT.model.intents.index(candidate.intent)])
        told = sum(shares[place] for shares in seen.shares.values()) + constant
        assert abs(told - candidate.score) < 0.02
