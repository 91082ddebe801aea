"""Messages of one conversation in order, of many side by side, each once, whatever comes twice or from outside."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import received, wire
from bot.desk import Desk, Receipt, Reused, utc_ms
from bot.intake import Intake
from bot.model import Message, Owner, Point
from bot.ports import StoreDown
from bot.rules import Rules
from bot.store import tickets
from bot.store.sqlite import SqliteStore
from intents.meaning import Context, Meaning
from tests import books
from tests.works import AT, conversation, digest


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore.open(tmp_path / "zhiwen.db")
    yield opened
    assert await opened.run(books.problems) == []
    await opened.close()


@pytest.fixture
def desk(store: SqliteStore, rules: Rules) -> Desk:
    return Desk(store, rules)


def said(id: str, text: str) -> Message:
    return Message(id, AT, text, digest=digest(text))


def bodies(receipt: Receipt) -> str:
    return "\n".join(reply.body for reply in receipt.replies)


async def history(desk: Desk, receipt: Receipt) -> list[tuple[str, str]]:
    changed = await desk.store.changed(receipt.conversation, 0, 1000)
    assert changed
    return [(line.sender, line.text) for line in changed.lines]


async def test_messages_sent_together_keep_their_order_and_their_topic(desk: Desk) -> None:
    texts = ["商标续展怎么办", "那要多少钱", "专利年费多少钱", "那要什么材料"] * 5
    receipts = await asyncio.gather(*(desk.receive("web", "a", said(f"m{n}", text)) for n, text in enumerate(texts)))
    assert [line for sender, line in await history(desk, receipts[0]) if sender == "citizen"] == texts
    assert [r.seq for r in receipts] == sorted(r.seq for r in receipts)
    assert all("每类 450 元" in bodies(r) for r in receipts[1::4])
    assert all("专利号" in bodies(r) for r in receipts[3::4])


async def test_the_same_message_at_once_has_one_effect_and_one_answer(desk: Desk) -> None:
    receipts = await asyncio.gather(*(desk.receive("web", "a", said("m1", "转人工")) for _ in range(20)))
    assert len({(r.conversation, r.owner, r.seq, r.replies) for r in receipts}) == 1
    assert len(await desk.store.run(lambda db: tickets.listed(db, None))) == 1  # type: ignore[attr-defined]


async def test_an_id_with_another_body_is_refused_and_changes_nothing(desk: Desk) -> None:
    first = await desk.receive("web", "a", said("m1", "商标续展多少钱"))
    with pytest.raises(Reused):
        await desk.receive("web", "a", said("m1", "专利年费多少钱"))
    assert (await desk.receive("web", "a", said("m1", "商标续展多少钱"))) == first
    assert len(await history(desk, first)) == 2


async def test_a_caller_who_gives_up_waiting_harms_neither_the_message_before_nor_the_one_after(desk: Desk) -> None:
    first, second, third = (asyncio.create_task(desk.receive("web", "a", said(f"m{n}", "商标续展多少钱"))) for n in range(3))
    await asyncio.sleep(0)  # all three have begun: the second waits for the first, the third for the second
    second.cancel()
    receipts = await asyncio.gather(first, second, third, return_exceptions=True)
    assert isinstance(receipts[1], asyncio.CancelledError)
    assert [r.seq for r in (receipts[0], receipts[2]) if isinstance(r, Receipt)] == [2, 4]


async def test_many_citizens_at_once_are_all_answered(desk: Desk) -> None:
    receipts = await asyncio.gather(*(desk.receive("web", f"a{n}", said("m1", "商标续展多少钱")) for n in range(200)))
    assert len({r.conversation for r in receipts}) == 200
    assert all("每类 450 元" in bodies(r) for r in receipts)


async def test_two_processes_with_one_citizen_answer_each_message_once(tmp_path: Path, desk: Desk, rules: Rules) -> None:
    other_store = SqliteStore.open(tmp_path / "zhiwen.db")
    desks = (desk, Desk(other_store, rules))
    receipts = await asyncio.gather(*(desks[n % 2].receive("web", "a", said(f"m{n}", f"商标续展多少钱{n}")) for n in range(12)))
    await other_store.close()
    assert len({r.conversation for r in receipts}) == 1
    assert sorted(line for sender, line in await history(desk, receipts[0]) if sender == "citizen") == sorted(f"商标续展多少钱{n}" for n in range(12))


async def test_a_ticket_accepted_outside_silences_the_bot_at_the_next_message(tmp_path: Path, desk: Desk) -> None:
    opened = await desk.receive("web", "a", said("m1", "转人工"))
    outside = SqliteStore.open(tmp_path / "zhiwen.db")
    (ticket,) = await outside.run(lambda db: tickets.listed(db, None))
    await outside.run(lambda db: tickets.accept(db, ticket["number"], "王", utc_ms()))
    silent = await desk.receive("web", "a", said("m2", "商标续展多少钱"))
    assert silent.owner == Owner.STAFF and silent.replies == ()
    await outside.run(lambda db: tickets.close(db, ticket["number"], "王", "answered", utc_ms()))
    await outside.close()
    back = await desk.receive("web", "a", said("m3", "商标续展多少钱"))
    assert back.owner == Owner.BOT and "人工服务已结束" in bodies(back) and "每类 450 元" in bodies(back)
    assert back.conversation == opened.conversation


async def test_received_messages_are_taken_up_by_the_next_process_exactly_once(tmp_path: Path, desk: Desk, rules: Rules) -> None:
    person = await desk.receive("wecom", "a", said("m0", "你好"))
    known = await desk.store.load("wecom", "a")
    assert known
    for n in (1, 2):
        text = f"商标续展多少钱{n}"
        await desk.store.receive(known, f"x{n}", digest(text), received.written(Message("", AT + n, text), n), AT + n)
    restarted = Intake(Desk(desk.store, rules), b"key")
    assert await restarted.take_up(AT + 9) == 2
    assert await restarted.take_up(AT + 9) == 0
    assert [line for sender, line in await history(desk, person) if sender == "citizen"] == ["你好", "商标续展多少钱1", "商标续展多少钱2"]


async def test_a_message_that_breaks_us_goes_to_a_person_and_the_next_one_is_answered(store: SqliteStore, rules: Rules) -> None:
    def read(text: str, context: Context, today: date) -> Meaning:
        if "坏" in text:
            raise ZeroDivisionError
        return rules.read(text, context, today)

    desk = Desk(store, replace(rules, read=read))
    intake = Intake(desk, b"key")
    for n, text in enumerate(("坏问题", "再说一次坏问题")):
        await desk.store.receive(conversation("a", "wecom"), f"x{n}", digest(text), received.written(Message("", AT + n, text), n), AT + n)
    assert await intake.take_up(AT + 9) == 2 and await intake.take_up(AT + 9) == 0
    (ticket,) = await store.run(lambda db: tickets.listed(db, None))
    assert ticket["reason"] == "failed"


async def test_first_contact_on_a_pushed_channel_is_told_the_notice_once(desk: Desk, rules: Rules) -> None:
    await desk.store.receive(conversation("a", "wecom"), "x1", digest("你好"), received.written(Message("", AT, "你好"), 1), AT)
    await Intake(desk, b"key").take_up(AT + 9)
    again = await desk.receive("wecom", "a", said("x2", "商标续展多少钱"))
    told = [line for _, line in await history(desk, again) if rules.notice("wecom") in line]
    assert len(told) == 1


async def test_when_the_store_is_down_nothing_is_remembered_of_the_message(desk: Desk, store: SqliteStore) -> None:
    first = await desk.receive("web", "a", said("m1", "商标续展多少钱"))
    pages = await store.run(lambda db: int(db.execute("PRAGMA page_count").fetchone()[0]))
    await store.run(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(StoreDown):
        for n in range(2, 60):
            await desk.receive("web", "a", said(f"m{n}", "转人工" if n == 50 else f"专利年费多少钱，我的情况是{n}" * 60))
    await store.run(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone())
    after = await desk.receive("web", "a", said("later", "商标续展多少钱"))
    lines = await history(desk, first)
    assert lines[-2] == ("citizen", "商标续展多少钱") and after.owner == Owner.BOT


@pytest.mark.parametrize(
    ("message", "stored"),
    [
        (Message("m", AT, "我的电话13812345678，商标续展多少钱"), "我的电话〔手机号已隐去〕，商标续展多少钱"),
        (Message("m", AT, "\u200b商标\x00续展"), "商标续展"),
        (Message("m", AT, choice="i:trademark.renewal:fee"), "商标续展"),
        (Message("m", AT, choice="h:human"), "转人工"),
        (Message("m", AT, attachment=True), "〔文件〕"),
    ],
)
async def test_what_is_stored_of_a_message(desk: Desk, message: Message, stored: str) -> None:
    receipt = await desk.receive("web", "a", message)
    assert (await history(desk, receipt))[0] == ("citizen", stored)


async def test_a_long_message_is_masked_before_it_is_cut(desk: Desk) -> None:
    for shift in range(19):
        line = desk.as_said(conversation(), said("m1", "号" * shift + "110101199003074514 " * 200))
        assert len(line) <= 2000 and not re.search(r"\d{6}", line), f"a part of a number stays with {shift} characters before it"


async def test_a_position_is_never_stored(desk: Desk, store: SqliteStore) -> None:
    await desk.receive("web", "a", Message("m1", AT, location=Point(36.061234, 103.831234)))
    rows = await store.run(lambda db: [str(row) for table in ("message", "inbox", "conversation", "consent") for row in db.execute(f"SELECT * FROM {table}")])
    assert not any("36.06" in row or "103.83" in row for row in rows)
    assert any("location" in row for row in rows), "the consent is recorded"


async def test_what_a_label_was_is_stored_when_a_choice_is_made(desk: Desk) -> None:
    await desk.receive("web", "a", said("m1", "商标续展多少钱"))
    receipt = await desk.receive("web", "a", Message("m2", AT, choice="i:trademark.renewal:materials"))
    assert ("citizen", "所需材料") in await history(desk, receipt)


def test_the_same_reply_is_written_the_same() -> None:
    assert wire.plain_body("一") == '{"text":"一","choices":[],"cards":[],"sources":[]}'
