"""What every store must hold: each message once, in order, and only if the conversation is still as it was."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.model import CloseTicket, Owner, Topic
from bot.ports import Conflict, Done, Duplicate, StoreDown
from bot.store import tickets
from bot.store.sqlite import SqliteStore
from tests.works import AT, conversation, digest, waiting, work

STORES: dict[str, Callable[[Path], Any]] = {"sqlite": lambda folder: SqliteStore.open(folder / "zhiwen.db")}


@pytest.fixture(params=sorted(STORES))
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    opened = STORES[request.param](tmp_path)
    yield opened
    await opened.close()


async def texts(store: Any, conversation_id: str) -> list[tuple[int, str, str]]:
    changed = await store.changed(conversation_id, 0)
    return [(line.seq, line.sender, line.text) for line in changed.lines]


async def begun(store: Any, address: str = "a") -> Any:
    """A conversation with one turn in it."""
    done = await store.commit(work(conversation(address), "m1", "一", "答一", is_new=True))
    assert isinstance(done, Done)
    return done.conversation


async def test_nobody_is_known_at_first(store: Any) -> None:
    assert await store.load("web", "a") is None
    assert await store.changed("nobody", 0) is None
    assert await store.waiting(AT) == []


async def test_a_committed_turn_is_loaded_as_it_was_stored(store: Any) -> None:
    topic = Topic("trademark.renewal", "fee", "patent.fee", (), 1, True, AT)
    done = await store.commit(work(conversation(), "m1", "一", "答一", "答二", is_new=True, topic=topic))
    assert isinstance(done, Done)
    assert [(reply.seq) for reply in done.replies] == [2, 3]
    assert done.conversation.seq == 3 and done.conversation.version == 1
    assert await store.load("web", "a") == done.conversation
    assert await texts(store, done.conversation.id) == [(1, "citizen", "一"), (2, "bot", "答一"), (3, "bot", "答二")]


async def test_sequence_numbers_go_on_without_gap(store: Any) -> None:
    before = await begun(store)
    for n in range(2, 6):
        done = await store.commit(work(before, f"m{n}", f"问{n}", *["答"] * (n % 3)))
        before = done.conversation
    assert [seq for seq, _, _ in await texts(store, before.id)] == list(range(1, before.seq + 1))


async def test_a_repeat_gives_the_answer_of_then_and_changes_nothing(store: Any) -> None:
    before = await begun(store)
    first = await store.commit(work(before, "m2", "二", "答二"))
    again = await store.commit(work(first.conversation, "m2", "二", "另一个答"))
    assert isinstance(again, Duplicate)
    assert again.replies == first.replies and again.seq == 4 and again.digest == digest("二")
    assert await store.load("web", "a") == first.conversation
    assert len(await texts(store, before.id)) == 4


async def test_a_turn_decided_from_an_old_state_conflicts_and_changes_nothing(store: Any) -> None:
    before = await begun(store)
    now = (await store.commit(work(before, "m2", "二", "答二"))).conversation
    assert isinstance(await store.commit(work(before, "m3", "三", "答三")), Conflict)
    assert await store.load("web", "a") == now
    assert len(await texts(store, before.id)) == 4


async def test_the_first_turn_of_an_address_counts_once(store: Any) -> None:
    outcomes = await asyncio.gather(*(store.commit(work(conversation(), f"m{n}", "一", "答", is_new=True)) for n in range(8)))
    assert sum(isinstance(o, Done) for o in outcomes) == 1
    assert sum(isinstance(o, Conflict) for o in outcomes) == 7


async def test_the_same_message_many_times_at_once_counts_once(store: Any) -> None:
    before = await begun(store)
    outcomes = await asyncio.gather(*(store.commit(work(before, "m2", "二", "答二")) for _ in range(8)))
    assert sum(isinstance(o, Done) for o in outcomes) == 1
    assert sum(isinstance(o, Duplicate) for o in outcomes) == 7
    assert len(await texts(store, before.id)) == 4


async def test_the_same_message_id_of_two_conversations_is_two_messages(store: Any) -> None:
    outcomes = await asyncio.gather(*(store.commit(work(conversation(f"a{n}"), "m1", f"我是{n}", "答", is_new=True)) for n in range(30)))
    assert all(isinstance(o, Done) for o in outcomes)
    for n, outcome in enumerate(outcomes):
        assert (await texts(store, outcome.conversation.id))[0][2] == f"我是{n}"


async def test_what_is_committed_in_a_crowd_is_what_is_committed_alone(store: Any) -> None:
    alone = await store.commit(work(conversation("alone"), "m1", '引号"\\\n换行，\u2028𠮷', "答", is_new=True))
    crowd = await asyncio.gather(*(store.commit(work(conversation(f"a{n}"), "m1", '引号"\\\n换行，\u2028𠮷', "答", is_new=True)) for n in range(20)))
    kept = ["owner", "via", "version", "seq", "ticket", "number", "topic"]
    for outcome in crowd:
        loaded = await store.load("web", outcome.conversation.address)
        assert loaded == outcome.conversation
        assert [getattr(loaded, k) for k in kept] == [getattr(alone.conversation, k) for k in kept]
        assert await texts(store, loaded.id) == await texts(store, alone.conversation.id)


async def test_a_failing_job_leaves_the_others_alone(store: Any) -> None:
    def broken(db: sqlite3.Connection) -> None:
        db.execute("UPDATE conversation SET owner = 'staff'")
        raise ZeroDivisionError

    works = [store.commit(work(conversation(f"a{n}"), "m1", "一", "答", is_new=True)) for n in range(5)]
    *done, failed = await asyncio.gather(*works, store.run(broken), return_exceptions=True)
    assert isinstance(failed, ZeroDivisionError)
    assert all(isinstance(o, Done) for o in done)
    assert {(await store.load("web", f"a{n}")).owner for n in range(5)} == {Owner.BOT}


async def test_a_received_message_waits_until_it_is_done_and_is_done_once(store: Any) -> None:
    person = conversation("a", "wecom")
    assert await store.receive(person, "x1", "d1", "raw 1", AT)
    assert not await store.receive(conversation("a", "wecom"), "x1", "d1", "raw 1", AT + 1)
    assert await store.receive(person, "x2", "d2", "raw 2", AT + 2)
    assert [(w.channel, w.address, w.external, w.body) for w in await store.waiting(AT + 5)] == [("wecom", "a", "x1", "raw 1"), ("wecom", "a", "x2", "raw 2")]
    before = await store.load("wecom", "a")
    done = await store.commit(work(before, "x1", "一", "答一"))
    assert isinstance(done, Done)
    assert [w.external for w in await store.waiting(AT + 5)] == ["x2"]
    assert not await store.receive(person, "x1", "d1", "raw 1", AT + 9)
    assert isinstance(await store.commit(work(done.conversation, "x1", "一", "答一")), Duplicate)


async def test_waiting_messages_come_oldest_first_and_not_before_their_time(store: Any) -> None:
    for n in (3, 1, 2):
        await store.receive(conversation(f"a{n}", "wecom"), f"x{n}", "d", "raw", AT + n)
    assert [w.external for w in await store.waiting(AT + 2)] == ["x1", "x2"]


async def test_first_contact_through_the_inbox_has_not_seen_the_notice(store: Any) -> None:
    await store.receive(conversation("a", "wecom"), "x1", "d1", "raw", AT)
    assert (await store.load("wecom", "a")).topic.noticed is False


async def test_a_ticket_accepted_between_loading_and_committing_keeps_the_bot_silent(store: Any) -> None:
    before = await begun(store)
    queued = (await store.commit(waiting(before, "m2"))).conversation
    await store.run(lambda db: tickets.accept(db, "7KQM4X", "王", AT))
    assert isinstance(await store.commit(work(queued, "m3", "三", "答三")), Conflict)
    now = await store.load("web", "a")
    assert now.owner is Owner.STAFF and now.via == "console"
    assert isinstance(await store.commit(replace(work(now, "m3", "三"), before=replace(now, owner=Owner.BOT))), Conflict)
    assert await texts(store, before.id) == [(1, "citizen", "一"), (2, "bot", "答一"), (3, "citizen", "转人工"), (4, "bot", "已转给工作人员")]


async def test_staff_words_take_their_place_in_the_sequence(store: Any) -> None:
    before = await begun(store)
    queued = (await store.commit(waiting(before, "m2"))).conversation
    await store.run(lambda db: tickets.accept(db, "7KQM4X", "王", AT))
    assert await store.run(lambda db: tickets.say(db, "7KQM4X", "王", "您好，请讲", AT)) == queued.seq + 1
    now = await store.load("web", "a")
    assert (await texts(store, now.id))[-1] == (queued.seq + 1, "staff", "您好，请讲")
    assert isinstance(await store.commit(work(now, "m3", "三")), Done)


@pytest.mark.parametrize("number", ["7KQM4X", "7kqm4x", "#7KQM4X"])
async def test_only_who_accepted_a_ticket_answers_and_nobody_after_it_is_closed(store: Any, number: str) -> None:
    before = await begun(store)
    await store.commit(waiting(before, "m2"))
    for wrong in (lambda db: tickets.say(db, number, "王", "早", AT), lambda db: tickets.accept(db, "NOSUCH", "王", AT)):
        with pytest.raises(tickets.TicketRefused):
            await store.run(wrong)
    await store.run(lambda db: tickets.accept(db, number, "王", AT))
    for wrong in (lambda db: tickets.accept(db, number, "李", AT), lambda db: tickets.say(db, number, "李", "早", AT)):
        with pytest.raises(tickets.TicketRefused):
            await store.run(wrong)
    await store.run(lambda db: tickets.close(db, number, "王", "answered", AT))
    for wrong in (lambda db: tickets.close(db, number, "王", "answered", AT), lambda db: tickets.say(db, number, "王", "早", AT)):
        with pytest.raises(tickets.TicketRefused):
            await store.run(wrong)
    assert (await store.load("web", "a")).owner is Owner.CLOSED
    shown = await store.run(lambda db: tickets.shown(db, number))
    assert [event["what"] for event in shown["events"]] == ["opened", "accepted", "closed: answered"]


async def test_a_request_taken_back_closes_its_ticket(store: Any) -> None:
    before = await begun(store)
    queued = (await store.commit(waiting(before, "m2"))).conversation
    back = work(queued, "m3", "不用了", "已取消", owner=Owner.BOT, ticket=CloseTicket(str(queued.ticket), "cancelled"))
    assert isinstance(await store.commit(back), Done)
    assert await store.run(lambda db: tickets.listed(db, None)) == []
    (closed,) = await store.run(lambda db: tickets.listed(db, "closed"))
    assert closed["result"] == "cancelled"


async def test_an_error_of_the_database_is_told_as_store_down(store: Any) -> None:
    with pytest.raises(StoreDown):
        await store.run(lambda db: db.execute("SELECT * FROM nowhere"))
