"""What was said can be emptied, by the citizen or by time; ids, times and counts stay and the books still balance."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.model import Owner, Topic
from bot.ports import Done, Duplicate
from bot.store import tickets
from tests.test_store import begun, store, texts
from tests.works import AT, conversation, waiting, work

__all__ = ["store"]
DAY = 86_400_000
SECRET = "绝不能留下的一句话甲乙丙丁"


def counts(db: Any) -> dict[str, int]:
    tables = ("conversation", "inbox", "message", "ticket", "ticket_event", "stretch", "consent")
    return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


async def test_after_erasing_the_history_is_empty_and_the_counts_stay(store: Any) -> None:
    before = await begun(store)
    now = (await store.commit(work(before, "m2", SECRET, SECRET, consent="location"))).conversation
    earlier = await store.run(counts)
    done = await store.commit(work(now, "m3", "删除我的记录", "已删除", erase=True, topic=Topic(noticed=True)))
    lines = (await store.changed(before.id, 0)).lines
    assert [line.text for line in lines[:-2]] == [""] * 4
    assert [line.seq for line in lines] == list(range(1, done.conversation.seq + 1))
    assert all(line.at and line.id for line in lines)
    assert await store.run(counts) == {**earlier, "inbox": earlier["inbox"] + 1, "message": earlier["message"] + 2}


async def test_after_erasing_a_repeat_is_still_known_as_one(store: Any) -> None:
    before = await begun(store)
    done = await store.commit(work(before, "m2", "删除我的记录", "已删除", erase=True, topic=Topic(noticed=True)))
    again = await store.commit(work(done.conversation, "m1", "一", "答一"))
    assert isinstance(again, Duplicate) and "答一" not in again.replies[0].body


async def test_erasing_closes_the_open_ticket_and_empties_its_fields(store: Any) -> None:
    before = await begun(store)
    queued = (await store.commit(waiting(before, "m2"))).conversation
    after = work(queued, "m3", "删除", "已删除", erase=True, owner=Owner.BOT, topic=Topic(noticed=True), why="erase")
    await store.commit(replace(after, turn=replace(after.turn, conversation=replace(after.turn.conversation, ticket=None, number=None))))
    (ticket,) = await store.run(lambda db: tickets.listed(db, "closed"))
    assert ticket["result"] == "erased" and ticket["fields"] is None
    assert await store.run(lambda db: tickets.listed(db, None)) == []


async def test_erasing_one_conversation_leaves_the_others(store: Any) -> None:
    mine, other = await begun(store, "mine"), await begun(store, "other")
    await store.commit(work(mine, "m2", "删除", "已删除", erase=True, topic=Topic(noticed=True)))
    assert (await texts(store, other.id))[0][2] == "一"


async def test_nothing_of_an_erased_text_is_left_in_the_file(tmp_path: Path, store: Any) -> None:
    before = await begun(store)
    now = (await store.commit(work(before, "m2", SECRET, SECRET, topic=Topic(item="x", noticed=True)))).conversation
    await store.commit(work(now, "m3", "删除", "已删除", erase=True, topic=Topic(noticed=True)))
    await store.close()
    for path in tmp_path.iterdir():
        assert SECRET.encode() not in path.read_bytes(), path.name


async def test_time_empties_old_words_and_keeps_the_new(store: Any) -> None:
    old = (await store.commit(work(conversation(), "m1", "旧问", "旧答", is_new=True, at=AT - 400 * DAY))).conversation
    await store.commit(work(old, "m2", "新问", "新答", at=AT))
    assert await store.retain(AT - 365 * DAY) == 2
    assert await store.retain(AT - 365 * DAY) == 0
    assert await texts(store, old.id) == [(1, "citizen", ""), (2, "bot", ""), (3, "citizen", "新问"), (4, "bot", "新答")]
    assert (await store.load("web", "a")).topic.item == "trademark.renewal"


async def test_time_empties_the_topic_of_a_talk_long_past_and_the_talk_can_go_on(store: Any) -> None:
    old = (await store.commit(work(conversation(), "m1", "旧问", "旧答", is_new=True, at=AT - 400 * DAY))).conversation
    await store.retain(AT - 365 * DAY)
    now = await store.load("web", "a")
    assert now.topic.item is None and now.seq == old.seq
    assert isinstance(await store.commit(work(now, "m2", "新问", "新答")), Done)


async def test_a_slice_at_a_time_empties_everything_old(store: Any) -> None:
    before = (await store.commit(work(conversation(), "m0", "旧", *["答"] * 400, is_new=True, at=AT - 400 * DAY))).conversation
    for n in range(1, 4):
        before = (await store.commit(work(before, f"m{n}", "旧", *["答"] * 400, at=AT - 400 * DAY))).conversation
    emptied = []
    while number := await store.retain(AT - 365 * DAY):
        emptied.append(number)
    assert sum(emptied) == before.seq == 1604 and max(emptied) < 1000


async def test_time_leaves_an_open_ticket_its_fields(store: Any) -> None:
    before = (await store.commit(work(conversation(), "m1", "旧问", "旧答", is_new=True, at=AT - 400 * DAY))).conversation
    await store.commit(waiting(before, "m2", at=AT - 400 * DAY))
    await store.retain(AT - 365 * DAY)
    (ticket,) = await store.run(lambda db: tickets.listed(db, "open"))
    assert ticket["fields"]
