"""One message instead of several, and always the same ones together."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from bot import thrift, wire
from bot.model import Choice, Reply, SourceNote, Turn
from bot.ports import Done, Outgoing, Settled
from bot.store.sqlite import SqliteStore
from tests import books
from tests.works import AT, conversation, work

A, B = Choice("i:a:fee", "甲"), Choice("i:b:fee", "乙")
SOURCE = SourceNote("《商标法》", "2026-11-22", "已核对")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore.open(tmp_path / "zhiwen.db")
    yield opened
    assert await opened.run(books.problems) == []
    await opened.close()


def test_a_turns_replies_become_one_whose_last_choices_come_first() -> None:
    turn = Turn(conversation(), (Reply("一", (A,), (), (SOURCE,), "依据：甲"), Reply("二", (B, A), (), (SOURCE,), "依据：甲"), Reply("三")))
    (one,) = thrift.together(turn).replies
    assert (one.text, one.choices, one.sources, one.source_line) == ("一\n\n二\n\n三", (A, B), (SOURCE,), "依据：甲")
    (two,) = thrift.together(replace(turn, replies=turn.replies[:2])).replies
    assert two.choices == (B, A)


def test_one_reply_or_none_stays_as_it_is() -> None:
    for replies in ((), (Reply("一"),)):
        turn = Turn(conversation(), replies)
        assert thrift.together(turn) is turn


def test_bodies_are_joined_by_the_same_rule() -> None:
    bodies = [wire.body(Reply("一", (A,), (), (SOURCE,))), wire.body(Reply("二", (B,), (), (SOURCE,)))]
    value = orjson.loads(thrift.joined(bodies))
    assert value["text"] == "一\n\n二" and [c["label"] for c in value["choices"]] == ["乙", "甲"] and len(value["sources"]) == 1
    assert thrift.joined(bodies[:1]) == bodies[0]


def test_what_would_be_two_messages_does_not_go_together() -> None:
    assert thrift.fits([wire.plain_body("字" * 160)] * 2)
    assert not thrift.fits([wire.plain_body("字" * 170)] * 2)
    many = wire.body(Reply("选", tuple(Choice(f"i:x{n}:fee", str(n)) for n in range(6))))
    other = wire.body(Reply("选", tuple(Choice(f"i:y{n}:fee", str(n)) for n in range(6))))
    assert not thrift.fits([many, other])


async def said(store: SqliteStore, channel: str, *answers: str) -> str:
    done = await store.commit(replace(work(conversation("a", channel), "m1", "问", *answers, is_new=True), pushes=True))
    assert isinstance(done, Done)
    return done.conversation.id


async def claimed(store: SqliteStore, talk: str, now: int = AT) -> Outgoing:
    out = await store.claim(talk, "w", now, now + 1000)
    assert out
    return out


def text(out: Outgoing) -> str:
    return str(orjson.loads(out.body)["text"])


async def test_what_waits_goes_out_as_one_and_is_settled_as_one(store: SqliteStore) -> None:
    talk = await said(store, "wecom", "一", "二", "三")
    out = await claimed(store, talk)
    assert (text(out), out.seq) == ("一\n\n二\n\n三", 2)
    assert await store.claim(talk, "other", AT, AT + 9) is None
    assert await store.settle(out, "w", Settled("sent", external="z"), AT)
    assert await store.run(lambda db: db.execute("SELECT DISTINCT state, external FROM outbox").fetchall()) == [("sent", "z")]


async def test_a_second_attempt_is_the_same_message_whatever_has_come_since(store: SqliteStore) -> None:
    talk = await said(store, "wecom", "一", "二")
    first = await claimed(store, talk)
    await store.settle(first, "w", Settled("waiting", AT + 1, unknown=True), AT)
    before = await store.load("wecom", "a")
    assert before
    await store.commit(replace(work(before, "m2", "问", "三"), pushes=True))
    again = await claimed(store, talk, AT + 1)
    assert (again.body, again.seq, again.unknowns) == (first.body, first.seq, 1)
    await store.settle(again, "w", Settled("sent"), AT + 1)
    assert text(await claimed(store, talk, AT + 1)) == "三"


async def test_a_message_that_was_attempted_alone_stays_alone(store: SqliteStore) -> None:
    talk = await said(store, "wecom", "一")
    await store.settle(await claimed(store, talk), "w", Settled("waiting", AT, unknown=True), AT)
    before = await store.load("wecom", "a")
    assert before
    await store.commit(replace(work(before, "m2", "问", "二"), pushes=True))
    assert text(await claimed(store, talk)) == "一"


async def test_where_nobody_counts_each_message_goes_by_itself(store: SqliteStore) -> None:
    talk = await said(store, "telegram", "一", "二")
    assert text(await claimed(store, talk)) == "一"
