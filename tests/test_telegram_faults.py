"""What goes wrong between Telegram and us: nothing is lost, nothing is answered twice, and one citizen's trouble is not another's."""

import asyncio
import json
import time

import pytest

from bot.desk import utc_ms
from bot.store import outbox, tickets
from tests.botapi import BotApi, Fault
from tests.telegram_fixtures import Start
from tests.telegram_service import TelegramService

ASK = "商标续展多少钱"


def now() -> int:
    return int(time.time())


async def states(telegram: TelegramService) -> list[tuple[str, int, int]]:
    """(state, tries, unknown outcomes) of everything that went through the outbox, in order."""
    return [tuple(row) for row in await telegram.rows("SELECT state, tries, unknowns FROM outbox ORDER BY conversation, seq")]


async def handed_over(telegram: TelegramService, chat: int) -> str:
    """The number of a ticket that 王 has accepted."""
    await telegram.say(chat, "转人工")
    await telegram.answers(chat, 2)
    ((number,),) = await telegram.rows("SELECT number FROM conversation WHERE address = ?", str(chat))
    await telegram.store.run(lambda db: tickets.accept(db, number, "王", utc_ms()))
    return str(number)


async def staff_says(telegram: TelegramService, number: str, text: str) -> None:
    await telegram.store.run(lambda db: tickets.say(db, number, "王", text, utc_ms()))


# Coming in.


async def test_an_update_delivered_three_times_is_answered_once(telegram: TelegramService, api: BotApi) -> None:
    update = api.message(7, now(), text=ASK)
    assert await asyncio.gather(*(telegram.push(update) for _ in range(3))) == [200, 200, 200]
    await telegram.answers(7, 2)
    assert await telegram.push(update) == 200
    await telegram.settled()
    assert len(api.to(7)) == 2 and len(await telegram.rows("SELECT * FROM inbox")) == 1


async def test_updates_that_overtake_each_other_are_answered_in_the_order_of_their_numbers(telegram: TelegramService, api: BotApi) -> None:
    await telegram.say(7, "你好")
    texts = [ASK, "那要多久", "专利年费多少钱", "那要什么材料"]
    updates = [api.message(7, now(), text=text) for text in texts]
    for update in (updates[2], updates[3], updates[1], updates[0]):
        assert await telegram.push(update) == 200
    await telegram.until(lambda: len(api.to(7)) >= 6)
    rows = await telegram.rows("SELECT body FROM message WHERE sender = 'citizen' ORDER BY seq")
    assert [json.loads(body)["text"] for (body,) in rows] == ["你好", *texts]


async def test_an_update_that_never_comes_holds_the_next_one_up_only_for_a_moment(telegram: TelegramService, api: BotApi) -> None:
    await telegram.say(7, "你好")
    api.message(8, now(), text="不会送到")
    await telegram.say(7, ASK)
    await telegram.answers(7, 3)
    assert "450 元" in api.to(7)[-1].text


@pytest.mark.parametrize("secret", ["", "wrong", "a-secret_of_the-webhooK", "密码".encode().decode("latin-1")])
async def test_who_does_not_know_the_secret_is_refused(telegram: TelegramService, api: BotApi, secret: str) -> None:
    assert await telegram.push(api.message(7, now(), text=ASK), secret) == 403
    assert await telegram.rows("SELECT * FROM inbox") == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 100_000, 400), (b"x" * (1024 * 1024 + 1), 413),
        (b"[]", 200), (b"null", 200), (b"{}", 200), (b'{"update_id":"1"}', 200), (b'{"update_id":1}', 200), (b'{"update_id":2,"message":{}}', 200),
        (b'{"update_id":3,"message":{"message_id":1,"date":"x","chat":5}}', 200), (b'{"update_id":4,"callback_query":[]}', 200),
        (b'{"update_id":5,"poll_answer":{"poll_id":"1","option_ids":[]}}', 200), (b'{"update_id":6,"something_new":{"a":1}}', 200),
    ],
)  # fmt: skip
async def test_a_hostile_body_is_never_an_error_of_ours(telegram: TelegramService, body: bytes, status: int) -> None:
    assert await telegram.post(body) == status


async def test_the_webhook_takes_nothing_but_post(telegram: TelegramService) -> None:
    assert '"status":405' in await telegram.get("/telegram/webhook")


async def test_while_the_store_cannot_write_nothing_is_acknowledged(telegram: TelegramService, api: BotApi) -> None:
    await telegram.say(7, ASK)
    await telegram.answers(7, 2)
    pages = await telegram.rows("PRAGMA page_count")
    await telegram.rows(f"PRAGMA max_page_count = {pages[0][0]}")
    update, status = api.message(7, now(), text=ASK), 200
    while status == 200:
        status = await telegram.push(update := api.message(7, now(), text="很长的问题" * 800))
    assert status == 503
    await telegram.rows("PRAGMA max_page_count = 1000000")
    assert await telegram.push(update) == 200


async def test_old_messages_get_one_apology_and_who_asked_for_a_person_gets_one(telegram: TelegramService, api: BotApi) -> None:
    for text in (ASK, "专利年费多少钱", ASK):
        await telegram.say(7, text, ago=1200)
    await telegram.say(8, ASK, ago=1200)
    await telegram.say(8, "转人工", ago=900)
    await telegram.say(9, ASK, ago=300)
    await telegram.settled()
    assert ["抱歉" in s.text for s in api.to(7)] == [True, False] and not any("450" in s.text for s in api.to(7))
    assert sum("抱歉" in s.text for s in api.to(8)) == 1 and any("受理编号" in s.text for s in api.to(8))
    assert "450 元" in api.to(9)[0].text
    decisions = await telegram.rows("SELECT decision FROM message m JOIN conversation c ON c.id = m.conversation WHERE c.address = '7' AND m.sender = 'citizen'")
    assert decisions == [("late",)] * 3, "the ledger says how each was answered"
    await telegram.say(7, ASK)
    await telegram.until(lambda: "450 元" in api.to(7)[-1].text)


# Going out.


async def test_a_flooded_chat_waits_and_the_others_do_not(telegram: TelegramService, api: BotApi) -> None:
    api.chats |= {7}
    api.faults["sendMessage", 7].append(Fault(retry_after=2))
    began = time.monotonic()
    await telegram.say(7, ASK)
    await telegram.until(lambda: any(c[0] == "sendMessage" for c in api.calls))
    await asyncio.gather(*(telegram.say(chat, ASK) for chat in range(100, 130)))
    await telegram.until(lambda: all(len(api.to(chat)) == 2 for chat in range(100, 130)))
    assert api.to(7) == [] and time.monotonic() - began < 2
    first, second = await telegram.answers(7, 2)
    assert "450 元" in first.text and "境外" in second.text, "and its order is kept"
    assert time.monotonic() - began >= 2


async def test_a_citizen_who_blocked_the_bot_is_marked_and_not_written_to_again(telegram: TelegramService, api: BotApi) -> None:
    number = await handed_over(telegram, 7)
    api.blocked.add(7)
    for text in ("第一句", "第二句"):
        await staff_says(telegram, number, text)
    await telegram.settled()
    assert [s for s, _, _ in await states(telegram)][-2:] == ["blocked", "blocked"]
    assert len([c for c in api.calls if c[1].get("text", "").endswith("句")]) == 1, "the second was not even tried"
    assert {row["state"] for row in await telegram.store.run(outbox.undeliverable)} == {"blocked"}
    assert (await telegram.rows("SELECT blocked FROM conversation"))[0][0]
    await telegram.push(api.member(7, "member", now()))
    await telegram.until(lambda: [s.text[-3:] for s in api.to(7)][-2:] == ["第一句", "第二句"])
    assert (await telegram.rows("SELECT blocked FROM conversation")) == [(None,)]


async def test_telegram_says_early_that_somebody_blocked_the_bot(telegram: TelegramService, api: BotApi) -> None:
    number = await handed_over(telegram, 7)
    await telegram.push(api.member(7, "kicked", now()))
    await staff_says(telegram, number, "在吗")
    await telegram.settled()
    api.blocked.discard(7)
    await telegram.say(7, "我回来了")
    await telegram.until(lambda: "在吗" in api.to(7)[-1].text)


async def test_what_telegram_refuses_is_shown_to_staff_and_does_not_stop_the_next(telegram: TelegramService, api: BotApi) -> None:
    number = await handed_over(telegram, 7)
    api.faults["sendMessage", 7].append(Fault(400, "Bad Request: something about the message"))
    for text in ("坏的", "好的"):
        await staff_says(telegram, number, text)
    await telegram.until(lambda: "好的" in api.to(7)[-1].text)
    await telegram.settled()
    (dead,) = await telegram.store.run(outbox.undeliverable)
    assert dead["state"] == "dead" and "omething about" in dead["error"] and dead["number"] == number
    assert "zhiwen_outbox_dead{channel=\"telegram\"} 1.0" in await telegram.get("/metrics")
    assert await telegram.store.run(lambda db: outbox.again(db, dead["conversation"], dead["seq"], utc_ms())) == 1
    await telegram.until(lambda: "坏的" in api.to(7)[-1].text)


async def test_markup_that_telegram_does_not_take_is_sent_without(telegram: TelegramService, api: BotApi) -> None:
    api.chats.add(7)
    api.faults["sendMessage", 7].append(Fault(400, "Bad Request: can't parse entities: Unsupported start tag"))
    await telegram.say(7, ASK)
    answer = (await telegram.answers(7, 2))[0]
    assert "450 元" in answer.text and answer.entities == 0 and "<" not in answer.text and answer.buttons


@pytest.mark.parametrize("fault", [Fault(after=True, hang=1.5), Fault(after=True, drop=True), Fault(500, after=True)], ids=["timeout", "reset", "500"])
async def test_an_attempt_of_unknown_outcome_is_made_once_more_and_doubles_at_most_once(telegram: TelegramService, api: BotApi, fault: Fault) -> None:
    api.chats.add(7)
    api.faults["sendMessage", 7].append(fault)
    await telegram.say(7, ASK)
    await telegram.settled()
    assert ["450 元" in s.text for s in api.to(7)] == [True, True, False]
    assert await states(telegram) == [("sent", 2, 1), ("sent", 1, 0)]


@pytest.mark.parametrize("fault", [Fault(hang=1.5, status=500), Fault(drop=True), Fault(502, "Bad Gateway")], ids=["timeout", "reset", "502"])
async def test_a_message_that_did_not_arrive_is_sent_again(telegram: TelegramService, api: BotApi, fault: Fault) -> None:
    api.chats.add(7)
    api.faults["sendMessage", 7] += [fault, fault]
    await telegram.say(7, ASK)
    await telegram.settled()
    assert ["450 元" in s.text for s in api.to(7)] == [True, False]
    assert await states(telegram) == [("sent", 3, 2), ("sent", 1, 0)]


async def test_a_chat_whose_calls_hang_does_not_hold_up_the_others(telegram: TelegramService, api: BotApi) -> None:
    api.chats.add(7)
    api.faults["sendMessage", 7] += [Fault(hang=1.5, status=500)] * 2
    await telegram.say(7, ASK)
    for chat in range(100, 110):
        await telegram.say(chat, ASK)
        await telegram.until(lambda chat=chat: len(api.to(chat)) == 2, 1.0)
    await telegram.answers(7, 2)


async def test_a_part_that_is_out_is_not_sent_again(telegram: TelegramService, api: BotApi) -> None:
    number = await handed_over(telegram, 7)
    await telegram.settled()
    long = "\n".join(f"第{n}条。" for n in range(1500))
    await staff_says(telegram, number, long)
    await telegram.answers(7, 3)
    api.faults["sendMessage", 7].append(Fault(502, "Bad Gateway"))
    await telegram.until(lambda: any("第1499条" in s.text for s in api.to(7)))
    assert "\n".join(s.text for s in api.to(7)[2:]) == f"【工作人员】\n{long}"


async def test_a_token_that_is_refused_is_told_and_the_rest_goes_on(start_telegram: Start, api: BotApi) -> None:
    telegram = await start_telegram(rate=500.0)
    await telegram.until(lambda: telegram.channel.state == "up")
    api.faults["getMe", 0] += [Fault(401, "Unauthorized")] * 2
    api.chats.add(7)
    api.faults["sendMessage", 7].append(Fault(401, "Unauthorized"))
    await telegram.say(7, ASK)
    await telegram.until(lambda: telegram.channel.state == "refused")
    ready = await telegram.get("/readyz")
    assert ready["status"] == "ready" and ready["channels"] == {"telegram": "refused"}
    await telegram.answers(7, 2)


async def test_it_starts_without_telegram_and_sends_late_what_waited(start_telegram: Start, api: BotApi) -> None:
    api.away = True
    telegram = await start_telegram()
    for n in range(3):
        await telegram.say(7, ASK if n else "你好")
    assert (await telegram.get("/readyz"))["channels"] == {"telegram": "away"}
    assert (await telegram.get("/healthz")) == {"status": "ok"}
    while (await telegram.rows("SELECT count(*) FROM inbox WHERE done IS NULL"))[0][0]:
        await asyncio.sleep(0.01)
    assert {s for s, _, _ in await states(telegram)} == {"waiting"}, "nobody tries in vain what cannot be sent"
    assert 'zhiwen_outbox_waiting{channel="telegram"} 4.0' in await telegram.get("/metrics")
    api.away = False
    assert len(await telegram.answers(7, 4)) == 4
    await telegram.until(lambda: api.commands)
    assert (await telegram.get("/readyz"))["channels"] == {"telegram": "up"}


# Stopping and starting.


async def test_what_waits_is_sent_by_the_next_process(start_telegram: Start, api: BotApi) -> None:
    telegram = await start_telegram()
    await telegram.until(lambda: telegram.channel.state == "up")
    api.chats.add(7)
    api.faults["sendMessage", 7].append(Fault(retry_after=1))
    await telegram.say(7, ASK)
    await telegram.until(lambda: any(c[0] == "sendMessage" for c in api.calls))
    await telegram.stop()
    assert api.to(7) == []
    await (await start_telegram()).answers(7, 2)


async def test_a_claim_left_behind_is_taken_over_and_counted_as_unknown(start_telegram: Start, api: BotApi) -> None:
    telegram = await start_telegram()
    await telegram.say(7, ASK)
    await telegram.answers(7, 2)
    await telegram.settled()
    await telegram.rows("UPDATE outbox SET state = 'sending', worker = 'dead', lease = ? WHERE seq = 2", utc_ms() + 60_000)
    await telegram.stop()
    telegram = await start_telegram()
    await telegram.answers(7, 3)
    await telegram.settled()
    assert await states(telegram) == [("sent", 3, 1), ("sent", 1, 0)]


async def test_polling_keeps_before_it_moves_on_and_sees_nothing_twice(start_telegram: Start, api: BotApi) -> None:
    telegram = await start_telegram(mode="polling")
    first = [api.message(7, now(), text=text) for text in (ASK, "那要多久")]
    api.queue(*first, api.press(7, "i:patent.fee:fee"), api.member(7, "member", now()))
    await telegram.answers(7, 4)
    await telegram.until(lambda: api.answered)
    await telegram.until(lambda: not api.updates)
    offsets = [int(values.get("offset", 0)) for method, values in api.calls if method == "getUpdates"]
    assert offsets[0] == 0 and offsets == sorted(offsets)
    await telegram.stop()
    api.queue(*first)
    telegram = await start_telegram(mode="polling")
    await telegram.until(lambda: not api.updates)
    await telegram.settled()
    assert len(api.to(7)) == 4, "updates that come again are known"


async def test_polling_beside_a_webhook_goes_on_once_the_webhook_is_gone(start_telegram: Start, api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram_polling.CONFLICT_RETRY", 0.05)
    api.webhook = {"url": "https://elsewhere.example/"}
    telegram = await start_telegram(mode="polling")
    api.queue(api.message(7, now(), text=ASK))
    await telegram.until(lambda: any(method == "getUpdates" for method, _ in api.calls))
    api.webhook = {"url": ""}
    await telegram.answers(7, 2)
