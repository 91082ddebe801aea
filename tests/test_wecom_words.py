"""Replies as messages of 微信客服: few, within the limits, nothing lost."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import telling, wire
from bot.channels import wecom_words
from bot.model import Action, Card, Choice, Reply, SourceNote
from bot.rules import Rules
from tests.wecom_wire import Refusal, Sent, checked

PHRASES = {"staff_says": "【工作人员】", "wecom_position_how": "点输入框旁的“+”可以发送位置。"}
BASE = "https://ip.example.gov.cn"
SOURCE = SourceNote("《商标法》", "2026-11-22", "已核对", "主席令第29号")


def sent(reply: Reply, base: str = BASE, sender: str = "bot") -> list[Sent]:
    """The messages of a reply, each accepted by the platform's limits."""
    found = [Sent("k", "u", "m", {"msgtype": "file", "file": {"path": p.path}} if isinstance(p, wecom_words.File) else dict(p)) for p in wecom_words.payloads(wire.body(reply), sender, PHRASES, base)]
    for each in found:
        if each.payload["msgtype"] != "file":
            checked("m", each.payload)
    return found


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_words_choices_and_sources_are_one_message() -> None:
    (one,) = sent(Reply("**每类 270 元。**\n- 网上办\n下一步：登录。", (Choice("i:trademark.renewal:steps", "办理步骤"),), (), (SOURCE,)))
    assert one.payload["msgmenu"]["head_content"] == "每类 270 元。\n· 网上办\n下一步：登录。"
    assert one.choices == {"办理步骤": "i:trademark.renewal:steps"}
    assert one.payload["msgmenu"]["tail_content"] == "依据：《商标法》（主席令第29号），2026-11-22 核对"


def test_words_alone_are_a_text_with_the_sources_below() -> None:
    (one,) = sent(Reply("可以。", sources=(SOURCE,)))
    assert one.payload == {"msgtype": "text", "text": {"content": "可以。\n依据：《商标法》（主席令第29号），2026-11-22 核对"}}


def test_a_card_says_only_what_the_words_do_not_and_its_links_can_be_clicked() -> None:
    card = Card("file", "一次告知单", ("官费 270 元", "链接 14 天内有效"), (Action("保存 PDF", "/api/v1/sheets/T.pdf"), Action("登录", choice="h:human")))
    (one,) = sent(Reply("官费 270 元", (), (card,)))
    assert one.text.count("270") == 1 and "链接 14 天内有效" in one.text
    assert one.payload["msgmenu"]["list"][0]["view"]["url"] == BASE + "/api/v1/sheets/T.pdf"
    assert one.choices == {"登录": "h:human"}
    without, file = sent(Reply("官费 270 元", (), (card,)), base="")
    assert "sheets" not in without.text and file.payload["file"] == {"path": "/api/v1/sheets/T.pdf"}


def test_a_citizens_own_records_come_as_a_file_for_their_address_wants_a_secret() -> None:
    card = Card("file", "下载我的记录", (), (Action("下载我的记录", "/api/v1/chat/export"),))
    said, file = sent(Reply("您的记录共 3 条。", (), (card,)))
    assert "export" not in said.text and file.payload["file"] == {"path": "/api/v1/chat/export"}


def test_words_of_people_say_so_and_a_position_is_asked_for_in_words() -> None:
    (one,) = sent(Reply("您好"), sender="staff")
    assert one.text == "【工作人员】您好"
    (asked,) = sent(Reply("哪里？", (Choice("x:position", "发送我的位置"),)))
    assert asked.text == "哪里？\n点输入框旁的“+”可以发送位置。" and not asked.choices


def test_a_menu_as_words_has_numbers() -> None:
    (menu,) = wecom_words.payloads(wire.body(Reply("选", (Choice("h:human", "人工"), Choice("h:none", "都不是")), (), (SOURCE,))), "bot", PHRASES, "")
    assert not isinstance(menu, wecom_words.File)
    assert wecom_words.as_text(menu)["text"]["content"].split("\n")[:3] == ["选", "1. 人工", "2. 都不是"]
    assert wecom_words.as_text(wecom_words.as_text(menu)) == wecom_words.as_text(menu)


def test_of_several_maps_the_one_of_wechat_is_offered_with_the_name_of_the_place() -> None:
    maps = {name: Action(f"{name}地图", f"https://{host}/x?a=1") for name, host in (("高德", "uri.amap.com"), ("腾讯", "apis.map.qq.com"), ("百度", "api.map.baidu.com"))}
    cards = tuple(Card("station", name, ("地址：某路 1 号",), (*maps.values(), Action("信息有误", choice=f"x:contact:{n}"))) for n, name in enumerate(("甲窗口", "乙窗口")))
    (one,) = sent(Reply("最近的两个：", (), cards))
    links = [i["view"]["content"] for i in one.payload["msgmenu"]["list"] if i["type"] == "view"]
    assert links == ["甲窗口·腾讯地图", "乙窗口·腾讯地图"] and len(one.choices) == 2
    (alone,) = sent(Reply("", (), (Card("map", "地图", (), (maps["高德"],)),)))
    assert "高德地图" in alone.text


def test_more_than_ten_buttons_go_on_in_a_further_message() -> None:
    found = sent(Reply("选一项", tuple(Choice(f"i:item{n}:fee", f"第{n}项") for n in range(23)), (), (SOURCE,)))
    assert [len(each.choices) for each in found] == [10, 10, 3]
    assert "依据" in found[-1].text and "依据" not in found[0].text


def test_a_long_text_goes_ahead_and_the_rest_stands_above_the_buttons() -> None:
    text = "\n".join(f"第{n}条：" + "要准备的材料有很多，请一项一项核对。" * 3 for n in range(14))
    found = sent(Reply(text, (Choice("h:human", "转人工"),), (), (SOURCE,)))
    assert len(found) == 2 and found[0].payload["msgtype"] == "text" and found[1].choices == {"转人工": "h:human"}
    assert squeezed(text) in squeezed("".join(each.text for each in found))
    assert all(line.startswith("第") for each in found[:1] for line in each.text.split("\n"))


@pytest.mark.parametrize("label", ["短", "很长的标签" * 20])
def test_a_label_keeps_within_its_bytes(label: str) -> None:
    (one,) = sent(Reply("选", (Choice("h:human", label),)))
    (shown,) = one.choices
    assert len(shown.encode()) <= 128 and shown.rstrip("…") in label


def test_nothing_to_say_is_no_message() -> None:
    assert sent(Reply("")) == []


def test_every_answer_of_the_catalogue_fits_and_nearly_all_in_one_message(rules: Rules) -> None:
    counts: list[int] = []
    on = date(2026, 11, 24)
    for name, item in rules.library.catalog.items.items():
        for facet in item.answers:
            for more in (False, True):
                reply = telling.answer(rules, name, facet, on, on, more)
                if reply:
                    found = sent(reply)
                    counts.append(len(found))
                    assert {c.id for c in reply.choices} == {i for each in found for i in each.choices.values()}
    assert max(counts) <= 2 and counts.count(1) / len(counts) > 0.99


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=3000)


@given(ANY_TEXT | st.lists(st.sampled_from(["一句话。", "https://example.gov.cn/a?b=c ", "字" * 700, "\n", "🙂", " "]), max_size=40).map("".join), st.integers(20, 2048))
def test_pieces_fit_and_lose_nothing_but_blanks(text: str, limit: int) -> None:
    found = wecom_words.pieces(text, limit)
    assert all(wecom_words.size(piece) <= limit for piece in found)
    assert squeezed("".join(found)) == squeezed(text)


@given(ANY_TEXT, st.lists(st.tuples(st.text(max_size=80), st.integers(0, 99)), max_size=15), st.booleans())
def test_whatever_the_reply_the_platform_takes_it(text: str, labels: list[tuple[str, int]], cited: bool) -> None:
    buttons = tuple(Choice(f"i:x{n}:fee", label or "选") for label, n in labels)
    try:
        sent(Reply(text, buttons, (), (SOURCE,) * cited))
    except Refusal as error:
        raise AssertionError(f"the platform refuses it: {error.code}") from error


def test_the_source_line_is_that_of_the_answer(rules: Rules) -> None:
    on = date(2026, 11, 24)
    for name in ("trademark.renewal", "patent.annuity", "gi.list"):
        reply: Any = telling.answer(rules, name, "overview", on, on)
        assert squeezed(reply.source_line) == squeezed(wecom_words.basis([{k: v for k, v in vars_of(s).items() if v} for s in reply.sources]))


def vars_of(note: SourceNote) -> dict[str, Any]:
    return {"title": note.title, "number": note.number, "as_of": note.as_of, "confidence": note.confidence}
