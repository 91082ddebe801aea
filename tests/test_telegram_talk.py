"""Talking over Telegram: questions, buttons, commands, positions, files, edits."""

import asyncio
import json
import time
from typing import Any

import pytest

from bot import wire
from bot.channels.telegram_updates import payload
from bot.desk import utc_ms
from bot.rules import Rules
from bot.store import tickets
from knowledge import geo
from tests.botapi import BotApi
from tests.telegram_service import TelegramService

ASK = "商标续展多少钱"
PHOTO = [{"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60}, {"file_id": "large", "file_unique_id": "l", "width": 900, "height": 600, "file_size": 70000}]


def now() -> int:
    return int(time.time())


async def said(telegram: TelegramService, chat: int) -> list[str]:
    """What is stored of a citizen's own words."""
    rows = await telegram.rows("SELECT m.body FROM message m JOIN conversation c ON c.id = m.conversation WHERE c.address = ? AND m.sender = 'citizen' ORDER BY m.seq", str(chat))
    return [json.loads(body)["text"] for (body,) in rows]


async def ticket_of(telegram: TelegramService, chat: int) -> str:
    ((number,),) = await telegram.rows("SELECT number FROM conversation WHERE address = ?", str(chat))
    return str(number)


async def test_a_question_is_answered_with_figure_source_and_buttons_and_the_notice_follows(telegram: TelegramService) -> None:
    await telegram.say(7, ASK)
    answer, notice = await telegram.answers(7, 2)
    assert "每类 450 元" in answer.text and "依据：" in answer.text
    assert "**" not in answer.text and answer.buttons
    assert "境外" in notice.text and "网页" in notice.text
    await telegram.say(7, "那要多久")
    assert len(await telegram.answers(7, 3)) == 3, "the notice is told once"


async def test_a_press_is_acknowledged_and_answered(telegram: TelegramService, api: BotApi) -> None:
    await telegram.say(7, ASK)
    answer = (await telegram.answers(7, 2))[0]
    await telegram.push(api.press(7, answer.buttons[0]["callback_data"], on=answer.id))
    await telegram.answers(7, 3)
    await telegram.until(lambda: api.answered)
    assert [text for _, text in api.answered] == [None]


@pytest.mark.parametrize("data", ["", "没有这样的", "x" * 49, "i:<b>", "a b"])
async def test_a_press_of_no_button_of_ours_is_harmless(telegram: TelegramService, api: BotApi, data: str) -> None:
    api.chats.add(7)
    assert await telegram.push(api.press(7, data)) == 200
    await telegram.until(lambda: api.answered)
    assert "失效" in str(api.answered[0][1])
    assert await telegram.rows("SELECT * FROM inbox") == []


async def test_a_stale_press_is_answered_with_a_word_though_its_message_is_gone(telegram: TelegramService, api: BotApi) -> None:
    api.chats.add(7)
    await telegram.push(api.press(7, "i:no.such:fee", inaccessible=True))
    assert "这个选项已经失效" in (await telegram.answers(7, 2))[0].text


async def test_a_press_by_somebody_else_means_nothing(telegram: TelegramService, api: BotApi) -> None:
    await telegram.say(7, ASK)
    await telegram.answers(7, 2)
    await telegram.push(api.press(7, "p:erase", by=8))
    await telegram.until(lambda: api.answered)
    await telegram.settled()
    assert len(api.to(7)) == 2 and await said(telegram, 7) == [ASK]


@pytest.mark.parametrize(("text", "told"), [("/start", "您好"), ("/start@zhiwen_test_bot", "您好"), ("/human", "受理编号"), ("/progress", "还没有登记过"), ("/delete", "确定要删除"), ("/商标续展多少钱", "450 元")])
async def test_commands_do_what_the_menu_says(telegram: TelegramService, text: str, told: str) -> None:
    await telegram.say(7, text)
    assert told in (await telegram.answers(7, 2))[0].text


async def test_the_menu_is_set_at_the_start(telegram: TelegramService, api: BotApi, rules: Rules) -> None:
    await telegram.until(lambda: api.commands)
    assert [c["command"] for c in api.commands] == ["start", "human", "progress", "location", "export", "delete"]
    assert {"command": "human", "description": rules.phrases["human"]} in api.commands


@pytest.mark.parametrize(("item", "facet", "told"), [("trademark.renewal", "fee", "450 元"), ("patent.fee_reduction", "overview", "减"), ("trademark.renewal", "overview", "续展")])
async def test_a_deep_link_opens_its_item(telegram: TelegramService, item: str, facet: str, told: str) -> None:
    await telegram.say(7, f"/start {payload(item, facet)}")
    assert told in (await telegram.answers(7, 2))[0].text


@pytest.mark.parametrize("link", ["nonsense", "a--b--c", "--", "trademark-renewal--nofacet", "x" * 64, "../../etc"])
async def test_a_broken_deep_link_still_gets_an_answer(telegram: TelegramService, link: str) -> None:
    await telegram.say(7, f"/start {link}")
    assert (await telegram.answers(7, 2))[0].text


async def test_all_records_come_as_a_file(telegram: TelegramService) -> None:
    await telegram.say(7, ASK)
    await telegram.say(7, "/export")
    sent = await telegram.until(lambda: [s for s in telegram.api.to(7) if s.document])
    name, content = sent[0].document
    assert name == "zhiwen-export.json"
    assert ASK in [line["text"] for line in json.loads(content)["messages"]]


async def test_a_position_is_answered_and_never_kept(telegram: TelegramService, api: BotApi) -> None:
    await telegram.push(api.message(7, now(), location={"latitude": 36.061234, "longitude": 103.831234}))
    assert "位置" in (await telegram.answers(7, 2))[0].text
    live = api.edited(7, 1, now(), location={"latitude": 36.1, "longitude": 103.9, "live_period": 900})
    await telegram.push(live)
    await telegram.settled()
    assert await said(telegram, 7) == ["〔位置〕"] and len(api.to(7)) == 2
    kept = [str(row) for table in ("inbox", "message", "conversation", "attachment") for row in await telegram.rows(f"SELECT * FROM {table}")]
    assert not any("36.06" in row or "103.83" in row for row in kept)


async def test_asking_for_the_nearest_place_shows_a_button_that_sends_the_position(telegram: TelegramService) -> None:
    await telegram.say(7, "/location")
    how, button, _ = await telegram.answers(7, 3)
    assert "位置" in how.text and button.keyboard == [{"text": "发送我的位置", "request_location": True}]


async def test_a_place_is_told_as_a_card_on_the_map(telegram: TelegramService) -> None:
    """The shipped stations may have no position yet: the message is put into the outbox by hand."""
    await telegram.say(7, ASK)
    await telegram.answers(7, 2)
    place = geo.Pair(36.061, 103.834)
    actions = [{"label": "地图", "url": geo.map_links("窗口", "某路1号", place)["amap"]}]
    body = wire.dumps({"text": "最近的", "choices": [], "sources": [], "cards": [{"kind": "station", "title": "窗口", "lines": ["某路1号"], "actions": actions}]})
    await telegram.rows("UPDATE message SET body = ? WHERE sender = 'bot' AND seq = 2", body)
    await telegram.rows("UPDATE outbox SET state = 'waiting' WHERE seq = 2")
    venue = (await telegram.until(lambda: [s for s in telegram.api.to(7) if s.place], 12))[0]
    assert venue.text == "窗口\n某路1号" and abs(venue.place[0] - place.lat) < 1e-5


async def test_a_venue_counts_as_its_position(telegram: TelegramService, api: BotApi) -> None:
    place = {"latitude": 36.06, "longitude": 103.83}
    await telegram.push(api.message(7, now(), location=place, venue={"location": place, "title": "<b>馆</b>", "address": "某路"}))
    assert "位置" in (await telegram.answers(7, 2))[0].text


async def test_a_photo_is_kept_for_staff_and_kindly_declined(telegram: TelegramService, api: BotApi) -> None:
    await telegram.push(api.message(7, now(), photo=PHOTO))
    assert "看不了" in (await telegram.answers(7, 2))[0].text
    assert await telegram.rows("SELECT kind, ref, size FROM attachment") == [("photo", "large", 70000)]
    assert await said(telegram, 7) == ["〔图片〕"]


async def test_what_is_written_under_a_photo_is_answered(telegram: TelegramService, api: BotApi) -> None:
    await telegram.push(api.message(7, now(), photo=PHOTO, caption=ASK))
    texts = [s.text for s in await telegram.answers(7, 3)]
    assert "看不了" in texts[0] and "450 元" in texts[1]
    assert await said(telegram, 7) == [f"〔图片〕{ASK}"]


async def test_an_album_is_declined_once(telegram: TelegramService, api: BotApi) -> None:
    for _ in range(4):
        await telegram.push(api.message(7, now(), photo=PHOTO, media_group_id="album"))
    await telegram.settled()
    assert sum("看不了" in s.text for s in api.to(7)) == 1
    assert len(await telegram.rows("SELECT * FROM attachment")) == 4


@pytest.mark.parametrize(
    ("content", "label"),
    [
        ({"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}, "〔语音〕"),
        ({"document": {"file_id": "d", "file_unique_id": "d", "file_name": "<img>.pdf"}}, "〔文件〕"),
        ({"contact": {"phone_number": "13812345678", "first_name": "张三"}}, "〔名片〕"),
        ({"sticker": {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}}, "〔表情〕"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "〔其他内容〕"),
    ],
)
async def test_what_cannot_be_read_is_named_and_declined(telegram: TelegramService, api: BotApi, content: dict[str, Any], label: str) -> None:
    await telegram.push(api.message(7, now(), **content))
    assert "看不了" in (await telegram.answers(7, 2))[0].text
    assert await said(telegram, 7) == [label]
    kept = [str(row) for table in ("inbox", "message", "attachment") for row in await telegram.rows(f"SELECT * FROM {table}")]
    assert not any("138" in row and "5678" in row for row in kept)


async def test_erasing_empties_the_references_of_files_too(telegram: TelegramService, api: BotApi) -> None:
    await telegram.push(api.message(7, now(), document={"file_id": "d", "file_unique_id": "d", "file_name": "合同.pdf"}))
    await telegram.push(api.press(7, "p:erase"))
    await telegram.until(lambda: any("已删除" in s.text for s in api.to(7)))
    assert await telegram.rows("SELECT ref, name FROM attachment") == [(None, None)]


async def test_an_edit_changes_what_is_kept_and_is_not_answered_again(telegram: TelegramService, api: BotApi) -> None:
    written = await telegram.say(7, "商标续占多少钱 13812345678")
    await telegram.answers(7, 2)
    await telegram.push(api.edited(7, written["message"]["message_id"], now(), text="商标续展多少钱 13812345678"))
    await telegram.settled()
    assert await said(telegram, 7) == ["商标续展多少钱 〔手机号已隐去〕"] and len(api.to(7)) == 2


async def test_an_edit_of_a_message_that_was_erased_or_never_seen_changes_nothing(telegram: TelegramService, api: BotApi) -> None:
    written = await telegram.say(7, ASK)
    await telegram.push(api.press(7, "p:erase"))
    await telegram.settled()
    for message_id in (written["message"]["message_id"], 99999):
        assert await telegram.push(api.edited(7, message_id, now(), text="别的")) == 200
    rows = await telegram.rows("SELECT body FROM message WHERE sender = 'citizen'")
    assert not any("别的" in (body or "") for (body,) in rows)


@pytest.mark.parametrize("change", [{"chat": {"id": -100, "type": "supergroup", "title": "群"}}, {"from": {"id": 7, "is_bot": True, "first_name": "机器"}}])
async def test_groups_and_other_bots_are_not_talked_to(telegram: TelegramService, api: BotApi, change: dict[str, Any]) -> None:
    update = api.message(7, now(), text=ASK)
    update["message"] |= change
    assert await telegram.push(update) == 200
    pin = api.message(7, now(), pinned_message={"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}})
    assert await telegram.push(pin) == 200
    assert await telegram.rows("SELECT * FROM inbox") == []


async def test_words_of_staff_arrive_as_they_were_written(telegram: TelegramService) -> None:
    await telegram.say(7, "转人工")
    await telegram.answers(7, 2)
    number = await ticket_of(telegram, 7)
    await telegram.store.run(lambda db: tickets.accept(db, number, "王", utc_ms()))
    hostile = "<script>alert(1)</script> & **不是粗体** </b> <b> &lt; \u202e"
    await telegram.store.run(lambda db: tickets.say(db, number, "王", hostile, utc_ms()))
    last = (await telegram.answers(7, 3))[-1]
    assert last.text == f"【工作人员】\n{hostile}".strip() and last.entities == 1


async def test_a_long_answer_comes_in_several_messages_in_order(telegram: TelegramService) -> None:
    await telegram.say(7, "转人工")
    await telegram.answers(7, 2)
    number = await ticket_of(telegram, 7)
    await telegram.store.run(lambda db: tickets.accept(db, number, "王", utc_ms()))
    long = "\n".join(f"第{n}条：请带身份证明。😀" for n in range(700))
    await telegram.store.run(lambda db: tickets.say(db, number, "王", long, utc_ms()))
    await telegram.until(lambda: any("第699条" in s.text for s in telegram.api.to(7)))
    whole = "\n".join(s.text for s in telegram.api.to(7)[2:])
    assert whole == f"【工作人员】\n{long}"
    await telegram.settled()
    ((parts,),) = await telegram.rows("SELECT parts FROM outbox ORDER BY seq DESC LIMIT 1")
    assert parts == len(telegram.api.to(7)) - 3, "how far a message got is written down after each part"


async def test_many_citizens_at_once_are_answered_each_in_order(telegram: TelegramService, api: BotApi) -> None:
    async def talk(chat: int) -> None:
        for text in (ASK, "那要多久", "专利年费多少钱"):
            await telegram.say(chat, text)

    await asyncio.gather(*(talk(chat) for chat in range(100, 140)))
    await telegram.settled()
    for chat in range(100, 140):
        assert await said(telegram, chat) == [ASK, "那要多久", "专利年费多少钱"]
        rows = await telegram.rows("SELECT o.external FROM outbox o JOIN conversation c ON c.id = o.conversation WHERE c.address = ? ORDER BY o.seq", str(chat))
        assert [int(external) for (external,) in rows] == [s.id for s in api.to(chat)], "delivered in the order of the conversation"
