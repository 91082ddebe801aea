"""A sheet is kept with its turn or not at all, for its time and no longer."""

import sqlite3
from typing import Any

from bot.model import NewSheet, Topic
from bot.ports import Conflict, Done, Duplicate
from tests.sheet_case import case
from tests.test_store import begun, store
from tests.test_store_erasing import DAY
from tests.works import AT, work

__all__ = ["store"]
TOKEN, OTHER = "t" * 32, "o" * 32
EXPIRES = AT + 14 * DAY


def new(token: str = TOKEN) -> NewSheet:
    return NewSheet(token, case(), EXPIRES)


def bodies(db: sqlite3.Connection) -> list[bool]:
    """For every sheet whether it still has its body."""
    return [bool(kept) for (kept,) in db.execute("SELECT body IS NOT NULL FROM sheet ORDER BY made").fetchall()]


async def test_a_sheet_is_found_by_its_token_until_its_time_is_over(store: Any) -> None:
    before = await begun(store)
    done = await store.commit(work(before, "m2", "好了", "告知单在这里", sheet=new()))
    assert isinstance(done, Done)
    assert await store.sheet(TOKEN, EXPIRES - 1) == case()
    assert await store.sheet(TOKEN, EXPIRES) is None
    assert await store.sheet(OTHER, AT) is None
    assert await store.sheets(before.id) == [case()]


async def test_a_turn_that_is_not_written_leaves_no_sheet(store: Any) -> None:
    before = await begun(store)
    await store.commit(work(before, "m2", "二", "答二"))
    assert isinstance(await store.commit(work(before, "m3", "三", "答三", sheet=new())), Conflict)
    assert await store.sheet(TOKEN, AT) is None


async def test_a_repeat_keeps_no_second_sheet(store: Any) -> None:
    before = await begun(store)
    now = (await store.commit(work(before, "m2", "二", "答二", sheet=new()))).conversation
    assert isinstance(await store.commit(work(now, "m2", "二", "答二", sheet=new(OTHER))), Duplicate)
    assert await store.sheet(OTHER, AT) is None
    assert await store.run(bodies) == [True]


async def test_nobody_can_make_the_link_from_the_table(store: Any) -> None:
    before = await begun(store)
    await store.commit(work(before, "m2", "二", "答二", sheet=new()))
    rows = await store.run(lambda db: db.execute("SELECT * FROM sheet").fetchall())
    assert TOKEN not in str(rows)


async def test_time_empties_a_sheet(store: Any) -> None:
    before = await begun(store)
    await store.commit(work(before, "m2", "二", "答二", sheet=new()))
    assert await store.expire_sheets(EXPIRES - 1) == 0
    assert await store.expire_sheets(EXPIRES) == 1
    assert await store.expire_sheets(EXPIRES) == 0
    assert await store.run(bodies) == [False]


async def test_a_sheet_goes_with_the_words_around_it_when_those_are_kept_for_a_shorter_time(store: Any) -> None:
    before = await begun(store)
    await store.commit(work(before, "m2", "二", "答二", sheet=new()))
    await store.retain(AT)
    assert await store.run(bodies) == [True]
    await store.retain(AT + 1)
    assert await store.run(bodies) == [False]


async def test_erasing_takes_the_sheets_of_one_citizen_only(store: Any) -> None:
    mine, other = await begun(store, "mine"), await begun(store, "other")
    now = (await store.commit(work(mine, "m2", "二", "答二", sheet=new()))).conversation
    await store.commit(work(other, "m2", "二", "答二", sheet=new(OTHER)))
    await store.commit(work(now, "m3", "删除", "已删除", erase=True, topic=Topic(noticed=True)))
    assert await store.sheet(TOKEN, AT) is None and await store.sheets(mine.id) == []
    assert await store.sheet(OTHER, AT) == case()
