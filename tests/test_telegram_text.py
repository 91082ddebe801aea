"""How words become Telegram's messages: markup, cuts, cards, buttons."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_render import AskPosition, File, Text, Venue, parts
from bot.channels.telegram_text import LIMIT, Span, html, messages, plain, spans, units
from bot.rules import Rules
from knowledge import geo
from tests import casebook
from tests.botapi import _Html

SPANS = st.lists(st.builds(Span, st.text(min_size=1, max_size=60), st.sampled_from(["", "b", "quote"]), st.sampled_from(["", 'https://a.b/?x="1"&y=<2>'])), max_size=12)


def shown(markup: str) -> str:
    """What Telegram shows of its HTML; fails where it would refuse it."""
    parser = _Html()
    parser.feed(markup)
    return parser.done()


@given(SPANS)
def test_whatever_is_in_the_words_telegram_takes_the_markup_and_shows_the_words(pieces: list[Span]) -> None:
    assert shown(html(pieces)).replace("\r", "") == plain(pieces).replace("\r", "")


@given(SPANS, st.integers(20, 90))
def test_cut_messages_fit_and_leave_nothing_out_but_spaces(pieces: list[Span], limit: int) -> None:
    cut = list(messages(pieces, limit))
    assert all(0 < units(plain(m)) <= limit for m in cut)
    assert re.sub(r"\s", "", "".join(plain(m) for m in cut)) == re.sub(r"\s", "", plain(pieces))


@pytest.mark.parametrize("case", casebook.read("telegram_cuts"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_it_is_cut_where_a_reader_would_pause(case: dict[str, Any]) -> None:
    assert [plain(m) for m in messages(spans(case["text"]), case["limit"])] == case["messages"]


def test_bold_and_lists_are_telegrams_and_the_rest_is_escaped() -> None:
    assert html(spans("**先看<这里>**\n- 一 & 二\n- **三**")) == "<b>先看&lt;这里&gt;</b>\n• 一 &amp; 二\n• <b>三</b>"


def test_sources_stand_in_one_quote() -> None:
    assert html([Span("答"), Span("依据：", "quote"), Span("法", "quote", "https://x.cn/?a=1&b=2")]) == (
        '答<blockquote expandable>依据：<a href="https://x.cn/?a=1&amp;b=2">法</a></blockquote>'
    )


def test_no_message_has_more_styled_pieces_than_telegram_keeps() -> None:
    cut = list(messages([piece for n in range(300) for piece in (Span(f"第{n}项", "b"), Span("说明\n"))]))
    assert len(cut) == 4 and all(sum(bool(s.style) for s in m) <= 90 for m in cut)


def body(**more: Any) -> str:
    return json.dumps({"text": "答", "choices": [], "cards": [], "sources": []} | more)


def test_short_buttons_stand_two_in_a_row_and_impossible_ones_are_left_out(rules: Rules) -> None:
    labels = ["材料", "费用", "一个很长很长的按钮名字", "时限"]
    choices = [{"id": f"i:a.b:{n}", "label": label} for n, label in enumerate(labels)] + [{"id": "x" * 65, "label": "太长"}]
    (text,) = parts(body(choices=choices), "bot", rules.phrases, "")
    assert isinstance(text, Text) and [[b.label for b in row] for row in text.rows] == [["材料", "费用"], [labels[2]], ["时限"]]


def test_buttons_of_a_long_answer_are_under_its_last_message(rules: Rules) -> None:
    first, last = parts(body(text="句子。" * 1500, choices=[{"id": "h:human", "label": "转人工"}]), "bot", rules.phrases, "")
    assert isinstance(first, Text) and isinstance(last, Text) and not first.rows and last.rows


def card(*actions: dict[str, str], kind: str = "file") -> dict[str, Any]:
    return {"kind": kind, "title": "一次告知单", "lines": ["**商标**注册"], "actions": list(actions)}


SHEET = "/api/v1/sheets/abcdefghijklmnop0123456789"


def test_a_sheet_comes_as_files_and_as_a_link_once_our_address_is_known(rules: Rules) -> None:
    actions = [{"label": form, "url": f"{SHEET}.{form}"} for form in ("pdf", "html", "ics")]
    text, *files = parts(body(cards=[card(*actions)]), "bot", rules.phrases, "https://zhiwen.example.gov.cn/")
    assert files == [File(f"{SHEET}.pdf", "pdf"), File(f"{SHEET}.ics", "ics")]
    assert isinstance(text, Text) and f'href="https://zhiwen.example.gov.cn{SHEET}.html"' in html(text.spans)
    assert "href" not in html(parts(body(cards=[card(*actions)]), "bot", rules.phrases, "")[0].spans)  # type: ignore[union-attr]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example/", "tg://resolve?domain=x"])
def test_an_address_that_is_none_makes_no_link(rules: Rules, url: str) -> None:
    (text,) = parts(body(cards=[card({"label": "看", "url": url}, kind="link")]), "bot", rules.phrases, "")
    assert isinstance(text, Text) and "href" not in html(text.spans)


def test_a_card_is_words_its_choices_are_buttons_named_by_their_card_where_there_are_several(rules: Rules) -> None:
    press = {"label": "有误", "choice": "x:contact:one"}
    (text,) = parts(body(cards=[card(press, kind="station"), card(press, kind="station")]), "bot", rules.phrases, "")
    assert isinstance(text, Text) and plain(text.spans) == "答\n\n一次告知单\n商标注册\n\n一次告知单\n商标注册"
    assert [b.label for row in text.rows for b in row] == ["有误：一次告知单"] * 2


def test_where_a_position_helps_a_keyboard_asks_for_it(rules: Rules) -> None:
    choices = [{"id": "x:position", "label": "用我的位置"}, {"id": "h:human", "label": "转人工"}]
    text, ask = parts(body(choices=choices), "bot", rules.phrases, "")
    assert isinstance(ask, AskPosition) and isinstance(text, Text) and [b.choice for row in text.rows for b in row] == ["h:human"]


def test_the_nearest_place_is_a_venue_too(rules: Rules) -> None:
    place = geo.Pair(36.061, 103.834)
    maps = [{"label": name, "url": url} for name, url in geo.map_links("窗口", "某路1号", place).items()]
    stations = [card(*maps, kind="station"), card(*maps, kind="station")]
    text, venue = parts(body(cards=stations), "bot", rules.phrases, "")
    assert isinstance(venue, Venue) and (venue.title, venue.address) == ("一次告知单", "商标注册")
    assert abs(venue.lat - place.lat) < 2e-6 and abs(venue.lon - place.lon) < 2e-6
    assert isinstance(text, Text) and html(text.spans).count("<a ") == 6


def test_what_is_not_verified_is_said_to_be_so(rules: Rules) -> None:
    sources = [{"title": "甲", "number": "1号", "as_of": "2026-05-01", "confidence": "已核对"}, {"title": "乙", "as_of": "2026-03-01", "confidence": "存疑"}]
    (text,) = parts(body(sources=sources), "bot", rules.phrases, "")
    assert isinstance(text, Text) and plain(text.spans) == "答\n\n依据：甲（1号）；乙，2026-03-01 整理，尚未核实"


def test_nothing_to_be_seen_is_not_sent(rules: Rules) -> None:
    assert parts(body(text=" \n"), "bot", rules.phrases, "") == ()


def test_the_limit_leaves_room(rules: Rules) -> None:
    long = "".join(chr(0x20000 + n) for n in range(9000))
    cut = parts(body(text=long), "bot", rules.phrases, "")
    assert max(units(plain(t.spans)) for t in cut if isinstance(t, Text)) <= LIMIT
