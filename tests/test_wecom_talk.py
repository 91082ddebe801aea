"""Citizens on 微信客服: pulled to the end, answered once, within the budget, whatever they send."""

import asyncio
from typing import Any

import pytest

from tests.wecom_fixtures import StartWecom
from tests.wecom_service import Clock, WecomService
from tests.wecom_wire import HOUR, KF
from tests.wecomapi import WecomApi

FEE = "商标续展多少钱"


def answers(api: WecomApi, user: str) -> int:
    """How many times a citizen was told the fee; several answers may have come in one message."""
    return sum(sent.text.count("每类 450 元") for sent in api.shown_to(user))


async def test_a_question_is_answered_in_one_message_with_sources_and_follow_ups(wecom: WecomService) -> None:
    (first,) = await wecom.hears("wm1", FEE)
    assert "每类 450 元" in first.text and "依据：" in first.text and first.choices
    assert "我是智能助手“知问”" in first.text, "the notice of first contact is in the same message"
    (second,) = await wecom.hears("wm1", "那要什么材料")
    assert "知问" not in second.text and wecom.api.talks[KF, "wm1"].state == 1


async def test_a_menu_pressed_weeks_later_still_means_what_it_said(wecom: WecomService, wecom_clock: Clock) -> None:
    (first,) = await wecom.hears("wm1", FEE)
    label, choice = next(iter(first.choices.items()))
    wecom_clock.forward(30 * 24 * HOUR)
    (again,) = await wecom.hears("wm1", label, menu_id=choice)
    assert "失效" not in again.text and "依据" in again.text
    (stale,) = await wecom.hears("wm1", "旧菜单", menu_id="i:no.such.item:fee")
    assert "失效" in stale.text
    (typed,) = await wecom.hears("wm1", FEE, menu_id="not one of ours!")
    assert "每类 450 元" in typed.text


async def test_every_message_of_a_page_is_answered_not_only_the_last(wecom: WecomService) -> None:
    for n in range(30):
        for _ in range(2):
            wecom.api.says(f"wm{n}", FEE)
    await wecom.called()
    await wecom.settled()
    assert all(answers(wecom.api, f"wm{n}") == 2 for n in range(30))


async def test_many_messages_of_one_citizen_are_answered_within_five_of_ours(wecom: WecomService) -> None:
    for n in range(8):
        wecom.api.says("wm1", ("商标续展多少钱", "你好", "专利年费怎么交", "谢谢")[n % 4])
    await wecom.called()
    await wecom.settled()
    shown = wecom.api.shown_to("wm1")
    assert len(shown) <= 5 and set(await wecom.states()) == {"sent"}
    assert "\n".join(each.text for each in shown).count("每类 450 元") == 2


async def test_empty_pages_that_say_there_is_more_are_passed(wecom: WecomService) -> None:
    wecom.api.page = 2
    for n in range(7):
        wecom.api.says(f"wm{n}", FEE)
        wecom.api.gap()
        wecom.api.gap()
    await wecom.called()
    await wecom.settled()
    assert len(wecom.api.seen) == 7


async def test_a_page_that_says_there_is_more_and_never_moves_does_not_spin(wecom: WecomService, monkeypatch: pytest.MonkeyPatch) -> None:
    real = wecom.api._sync
    monkeypatch.setattr(wecom.api, "_sync", lambda body: {"next_cursor": body.get("cursor", ""), "has_more": 1, "msg_list": []})
    await wecom.called()
    await wecom.until(lambda: wecom.api.counts("kf/sync_msg") >= 2)
    await asyncio.sleep(0.2)
    assert wecom.api.counts("kf/sync_msg") <= 3
    monkeypatch.setattr(wecom.api, "_sync", real)
    assert await wecom.hears("wm1", FEE)


async def test_two_callbacks_at_once_and_every_message_three_times_change_nothing(wecom: WecomService) -> None:
    for n in range(5):
        wecom.api.says("wm1", f"{FEE}{'？' * n}")
    wecom.api.logs[KF] = wecom.api.logs[KF] * 3
    assert await asyncio.gather(*(wecom.called() for _ in range(6))) == [200] * 6
    await wecom.settled()
    assert answers(wecom.api, "wm1") == 5
    cursors = [body.get("cursor", "") for api, body in wecom.api.calls if api == "kf/sync_msg"]
    assert cursors == sorted(cursors, key=lambda c: int(c.removeprefix("at-") or 0)), "one pull at a time"


async def test_a_lost_callback_is_made_good_by_looking_now_and_then(start_wecom: StartWecom) -> None:
    service = await start_wecom(poll=0.1)
    service.api.says("wm1", FEE)
    await service.until(lambda: service.api.shown_to("wm1"))


async def test_what_came_while_we_were_away_is_answered_at_the_start(start_wecom: StartWecom, wecom_api: WecomApi) -> None:
    first = await start_wecom()
    await first.settled()
    await first.stop()
    wecom_api.says("wm1", FEE)
    second = await start_wecom()
    await second.until(lambda: wecom_api.shown_to("wm1"))


async def test_the_history_of_three_days_is_not_answered_at_the_first_start(start_wecom: StartWecom, wecom_api: WecomApi, wecom_clock: Clock) -> None:
    for hours in (70, 24, 1):
        wecom_api.sends("wm1", "text", {"content": FEE}, at=wecom_clock() - hours * HOUR)
    wecom_api.says("wm2", FEE)
    service = await start_wecom()
    await service.settled()
    assert not wecom_api.shown_to("wm1") and len(wecom_api.shown_to("wm2")) == 1
    assert await service.rows("SELECT count(*) FROM message WHERE sender = 'citizen'") == [(1,)]


async def test_messages_that_waited_too_long_get_one_apology(start_wecom: StartWecom, wecom_api: WecomApi, wecom_clock: Clock) -> None:
    first = await start_wecom()
    await first.hears("wm1", FEE)
    await first.stop()
    for _ in range(4):
        wecom_api.says("wm1", FEE)
    wecom_clock.forward(HOUR)
    second = await start_wecom()
    await second.settled()
    late = wecom_api.shown_to("wm1")[1:]
    assert len(late) == 1 and "抱歉" in late[0].text


@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [
        ("image", {"media_id": "m1"}, "看不了图片和文件"),
        ("voice", {"media_id": "m1"}, "看不了图片和文件"),
        ("video", {"media_id": "m1"}, "看不了图片和文件"),
        ("file", {"media_id": "m1"}, "看不了图片和文件"),
        ("link", {"title": "公告", "desc": "", "url": "http://169.254.169.254/", "pic_url": ""}, "看不了图片和文件"),
        ("business_card", {"userid": "zhangsan"}, "看不了图片和文件"),
        ("miniprogram", {"title": "x", "appid": "wx1", "pagepath": "p"}, "看不了图片和文件"),
        ("channels_shop_product", {}, "看不了图片和文件"),
        ("msgmenu", {"head_content": "x"}, "看不了图片和文件"),
        ("text", {"content": ""}, "没有看到文字"),
        ("text", {"content": None}, "没有看到文字"),
        ("location", {"latitude": 36.0621, "longitude": 103.8343, "name": "", "address": ""}, "位置"),
        ("location", {"latitude": "36.0621", "longitude": "103.8343"}, "位置"),
        ("location", {"latitude": "x", "longitude": None, "name": "商标续展", "address": "多少钱"}, "每类 450 元"),
    ],
)
async def test_whatever_a_citizen_sends_is_answered_kindly(wecom: WecomService, kind: str, body: dict[str, Any], says: str) -> None:
    wecom.api.sends("wm1", kind, body)
    await wecom.called()
    await wecom.settled()
    shown = wecom.api.shown_to("wm1")
    assert 1 <= len(shown) <= 2 and says in shown[0].text
    assert not [call for call in wecom.api.calls if call[0] == "media/get"], "nothing is fetched that nobody looks at"


async def test_files_are_kept_for_staff_by_their_reference(wecom: WecomService) -> None:
    wecom.api.sends("wm1", "image", {"media_id": "m1"})
    await wecom.called()
    await wecom.settled()
    assert await wecom.rows("SELECT kind, ref FROM attachment") == [("photo", "m1")]


async def test_strange_items_and_events_stop_nothing(wecom: WecomService) -> None:
    log = wecom.api.logs[KF]
    log += [{}, {"msgid": "x"}, {"msgtype": "event"}, {"msgtype": "event", "event": {"event_type": "brand_new", "external_userid": "wm1"}}, {"origin": 3, "msgid": "y", "external_userid": "wm1", "msgtype": 7}, {"origin": 9, "msgid": "z", "external_userid": "wm1", "msgtype": "text"}, {"msgid": "s", "origin": 4, "msgtype": "event", "send_time": "soon", "event": {"event_type": "msg_send_fail", "external_userid": "nobody", "fail_msgid": None}}, "nothing"]  # type: ignore[list-item]
    answers = await wecom.hears("wm2", FEE)
    assert len(answers) == 1


async def test_a_citizen_with_an_impossible_id_or_half_a_character_stops_nobody(wecom: WecomService) -> None:
    wecom.api.says("wm\ud800", FEE)
    wecom.api.says("x" * 500, FEE)
    assert await wecom.hears("wm1", FEE + "\ud83d")


async def test_a_message_taken_back_is_emptied(wecom: WecomService) -> None:
    msgid = wecom.api.says("wm1", "我要问一件私事")
    await wecom.called()
    await wecom.settled()
    wecom.api.recalls("wm1", msgid)
    await wecom.called()
    await wecom.settled()
    assert await wecom.rows("SELECT count(*) FROM message WHERE sender = 'citizen' AND body IS NULL") == [(1,)]


async def test_somebody_new_is_welcomed_within_seconds_and_told_the_notice_once(wecom: WecomService) -> None:
    wecom.api.enters("wm1")
    await wecom.called()
    await wecom.until(lambda: wecom.api.shown_to("wm1"))
    (hello,) = wecom.api.shown_to("wm1")
    assert not hello.counted and "您好" in hello.text and "智能助手" in hello.text and len(hello.choices) >= 5
    await wecom.until(lambda: wecom.books.address(f"{KF}/wm1"))
    (answer,) = await wecom.hears("wm1", FEE)
    assert "每类 450 元" in answer.text and "会保存" not in answer.text
    wecom.api.enters("wm1")
    await wecom.called()
    await wecom.settled()
    assert len(wecom.api.shown_to("wm1")) == 2


async def test_a_welcome_that_would_come_too_late_is_not_sent(wecom: WecomService, wecom_clock: Clock) -> None:
    wecom.api.enters("wm1")
    wecom_clock.forward(21_000)
    await wecom.called()
    await wecom.settled()
    (answer,) = await wecom.hears("wm1", FEE)
    assert "会保存" in answer.text, "the notice is still told"


async def test_the_welcome_does_not_wait_for_a_backlog(wecom: WecomService) -> None:
    for n in range(200):
        wecom.api.says(f"wm{n}", FEE)
    wecom.api.enters("newcomer")
    await wecom.called()
    await wecom.until(lambda: wecom.api.shown_to("newcomer"))
    await wecom.settled()
    assert len(wecom.api.seen) == 201


async def test_ones_records_come_as_a_file_and_are_deleted_on_request(wecom: WecomService) -> None:
    await wecom.hears("wm1", FEE)
    said, file = await wecom.hears("wm1", "导出我的记录")
    assert "您的记录" in said.text and file.payload["msgtype"] == "file"
    ((_, name, content),) = wecom.api.media.values()
    assert name == "zhiwen-export.json" and FEE in content.decode()
    (asked,) = await wecom.hears("wm1", "删除我的记录")
    await wecom.hears("wm1", "确定删除", menu_id=asked.choices["确定删除"])
    assert not [row for row in await wecom.rows("SELECT body FROM message WHERE body IS NOT NULL") if FEE in row[0]]


async def test_the_position_is_wgs_from_here_on(wecom: WecomService) -> None:
    heard: list[Any] = []
    real = wecom.desk.receive

    async def receive(channel: str, address: str, message: Any) -> Any:
        heard.append(message.location)
        return await real(channel, address, message)

    wecom.desk.receive = receive  # type: ignore[method-assign]
    wecom.api.sends("wm1", "location", {"latitude": 39.9087342, "longitude": 116.3973240, "name": "天安门", "address": "北京"})
    wecom.api.sends("wm1", "location", {"latitude": 116.3973240, "longitude": 39.9087342, "name": "天安门", "address": "北京"})
    await wecom.called()
    await wecom.settled()
    assert all(abs(p.lat - 39.907333) < 1e-6 and abs(p.lon - 116.391083) < 1e-6 for p in heard) and len(heard) == 2


async def test_a_stale_callback_token_is_left_out(wecom: WecomService) -> None:
    await wecom.until(lambda: wecom.api.counts("kf/sync_msg"))  # the pull at the start
    await asyncio.sleep(0.1)
    wecom.api.says("wm1", FEE)
    wecom.api.fail("kf/sync_msg", 95007)
    await wecom.called()
    await wecom.settled()
    with_token = ["token" in body for api, body in wecom.api.calls if api == "kf/sync_msg"][-2:]
    assert with_token == [True, False] and wecom.api.shown_to("wm1")
