"""Every reviewed question, asked: nobody is told something wrong, but for the known misses, and those only get fewer."""

import pytest

from bot.rules import Rules
from tests import known_misses
from tests.known_misses import Found, told


@pytest.fixture(scope="module")
def found(rules: Rules) -> Found:
    """The questions answered wrongly now."""
    return known_misses.found_now(rules)


def test_nothing_is_answered_wrongly_that_is_not_known(found: Found) -> None:
    new = found.failing - known_misses.listed() - found.near
    assert not new, told("答错而不在清单里", new)


def test_what_is_right_now_is_taken_off_the_list(found: Found) -> None:
    over = known_misses.listed() - found.failing - found.near
    assert not over, told("清单里的已经对了（或已不在题目里），请运行 scripts/known-misses", over)
