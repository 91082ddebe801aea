"""A day that no calendar has is told so, and nothing is counted from it."""

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import Rules
from knowledge.odd_days import odd_day
from tests.test_computing import answered

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize("text", ["2月31日", "13月5日", "2027年2月29日", "4月31号", "0月3日", "31.2.", "30.2.2026"])
def test_it_is_found_as_it_was_written(text: str) -> None:
    assert odd_day(f"我{text}收到的通知") == text


@given(DAYS)
def test_a_day_that_exists_is_never_odd(day: date) -> None:
    assert odd_day(f"{day.year}年{day.month}月{day.day}日收到") == odd_day(f"{day.month}月{day.day}号收到") == odd_day(f"{day.day}.{day.month}.{day.year}") == ""


@given(st.integers(1990, 2090), st.integers(1, 12))
def test_the_day_after_a_month_s_last_is_odd(year: int, month: int) -> None:
    assert odd_day(f"{year}年{month}月{calendar.monthrange(year, month)[1] + 1}日")


@pytest.mark.parametrize("text", ["专利费85.5元", "IP是10.31.20.4", "第35.43类", "申请号201810000000.8"])
def test_other_figures_are_no_days(text: str) -> None:
    assert odd_day(text) == ""


def test_the_rule_is_told_and_nothing_is_counted(rules: Rules) -> None:
    value = answered(rules, {"ask": "2月31日收到商标驳回通知，复审最晚哪天", "date": date(2026, 11, 24)})
    assert "result" not in value and "没有“2月31日”" in value["reply"] and "15 日" in value["reply"]
