"""What every store must hold of the outbox: in order, one claim at a time, nothing forgotten."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.model import Owner
from bot.ports import Done, Outgoing, Settled
from bot.store import outbox, tickets
from tests.test_store import STORES
from tests.works import AT, conversation, waiting, work

NAME = "telegram"


@pytest.fixture(params=sorted(STORES))
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    opened = STORES[request.param](tmp_path)
    yield opened
    await opened.close()


async def said(store: Any, address: str, *answers: str, at: int = AT) -> Any:
    """A conversation with answers to be delivered."""
    from dataclasses import replace

    done = await store.commit(replace(work(conversation(address, NAME), "m1", "问", *answers, is_new=True, at=at), pushes=True))
    assert isinstance(done, Done)
    return done.conversation


async def claimed(store: Any, id: str, worker: str = "w", now: int = AT) -> Outgoing:
    out = await store.claim(id, worker, now, now + 1000)
    assert out is not None
    return out


async def test_answers_are_claimed_one_after_the_other_in_order(store: Any) -> None:
    talk = await said(store, "7", "一", "二")
    assert (await store.ready(NAME, AT, 9))[0] == [(talk.id, "7")]
    first = await claimed(store, talk.id)
    assert (first.seq, first.address, first.sender, first.tries) == (2, "7", "bot", 0)
    assert await store.claim(talk.id, "other", AT, AT + 9) is None and (await store.ready(NAME, AT, 9))[0] == []
    assert await store.settle(first, "w", Settled("sent", external="55"), AT)
    assert (await claimed(store, talk.id)).seq == 3


async def test_a_message_that_waits_holds_those_behind_it_up_and_no_others(store: Any) -> None:
    talk, other = await said(store, "7", "一", "二"), await said(store, "8", "三")
    await store.settle(await claimed(store, talk.id), "w", Settled("waiting", AT + 500, "x"), AT)
    assert await store.ready(NAME, AT + 100, 9) == ([(other.id, "8")], AT + 500)
    ready, _ = await store.ready(NAME, AT + 500, 9)
    assert {r.conversation for r in ready} == {talk.id, other.id}
    again = await claimed(store, talk.id, now=AT + 500)
    assert (again.seq, again.tries) == (2, 1)


async def test_a_dead_message_lets_the_next_one_go_and_can_be_tried_again(store: Any) -> None:
    talk = await said(store, "7", "一", "二")
    await store.settle(await claimed(store, talk.id), "w", Settled("dead", error="no"), AT)
    assert (await claimed(store, talk.id)).seq == 3
    (dead,) = await store.run(outbox.undeliverable)
    assert (dead["seq"], dead["error"]) == (2, "no")
    assert await store.run(lambda db: outbox.again(db, talk.id, None, AT)) == 1


async def test_of_two_workers_only_the_one_with_the_claim_settles(store: Any) -> None:
    talk = await said(store, "7", "一")
    slow = await claimed(store, talk.id, "slow")
    assert await store.orphans(NAME, AT + 999, alone=False) == 0
    assert await store.orphans(NAME, AT + 1000, alone=False) == 1
    quick = await claimed(store, talk.id, "quick", AT + 1000)
    assert (quick.tries, quick.parts) == (1, 0)
    assert not await store.settle(slow, "slow", Settled("sent"), AT + 1001)
    assert await store.settle(quick, "quick", Settled("sent"), AT + 1001)
    assert await store.run(lambda db: db.execute("SELECT state, unknowns FROM outbox").fetchall()) == [("sent", 1)]


async def test_how_far_a_message_got_is_known_to_who_takes_it_over(store: Any) -> None:
    talk = await said(store, "7", "长")
    await store.sent_part(await claimed(store, talk.id), "w", 2, "e2", AT + 2000)
    assert await store.orphans(NAME, AT + 1500, alone=False) == 0, "each part makes the claim longer"
    await store.orphans(NAME, AT, alone=True)
    assert (await claimed(store, talk.id, "v")).parts == 2


async def test_a_citizen_who_blocked_us_gets_the_words_of_people_later_and_no_old_answers(store: Any) -> None:
    talk = await said(store, "7", "一", "二")
    await store.settle(await claimed(store, talk.id), "w", Settled("blocked", error="403"), AT)
    assert (await store.ready(NAME, AT, 9))[0] == []
    await store.run(lambda db: db.execute("UPDATE message SET sender = 'staff' WHERE seq = 3"))
    await store.reach(NAME, "7", None, AT + 5)
    assert (await claimed(store, talk.id, now=AT + 5)).seq == 3


async def test_what_is_held_goes_out_when_the_citizen_writes(store: Any) -> None:
    talk = await said(store, "7", "一", "二")
    await store.settle(await claimed(store, talk.id), "w", Settled("held", error="window"), AT)
    assert (await store.ready(NAME, AT + 9, 9))[0] == []
    assert await store.receive(conversation("7", NAME), "m2", "d", "raw", AT + 10)
    assert (await claimed(store, talk.id, now=AT + 10)).seq == 2


async def test_what_was_erased_is_not_sent(store: Any) -> None:
    talk = await said(store, "7", "一", "二")
    await store.run(lambda db: db.execute("UPDATE message SET body = NULL WHERE seq = 2"))
    assert (await claimed(store, talk.id)).seq == 3


async def test_words_of_staff_are_pushed_where_the_channel_pushes(store: Any) -> None:
    for address, channel in (("7", NAME), ("8", "web")):
        done = await store.commit(waiting(conversation(address, channel), "m1", f"7KQM4{address}", is_new=True))
        assert done.conversation.owner is Owner.QUEUE
        await store.run(lambda db, n=f"7KQM4{address}": tickets.accept(db, n, "王", AT))
        await store.run(lambda db, n=f"7KQM4{address}": tickets.say(db, n, "王", "您好", AT))
    assert await store.run(lambda db: db.execute("SELECT channel, seq FROM outbox").fetchall()) == [(NAME, 3)]


async def test_the_depth_counts_what_waits_and_how_long(store: Any) -> None:
    assert await store.depth(NAME, AT) == (0, 0, 0)
    await said(store, "7", "一", "二")
    assert await store.depth(NAME, AT + 5000) == (2, 5000, 0)


async def test_an_edit_takes_the_place_of_what_was_said(store: Any) -> None:
    await said(store, "7", "答")
    assert await store.amend(NAME, "7", "m1", '{"text":"改","choices":[],"cards":[],"sources":[]}')
    assert not await store.amend(NAME, "7", "m9", "{}") and not await store.amend("web", "7", "m1", "{}")
