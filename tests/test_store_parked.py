"""A guide put aside is kept with its turn, found by its code, taken up once, and gone when its time is over."""

import sqlite3
from typing import Any

from bot.model import Parked
from bot.ports import Conflict, Done
from tests.test_store import begun, store
from tests.test_store_erasing import DAY
from tests.works import AT, work

__all__ = ["store"]
CODE = "7KQM4XAC"
PUT = Parked("trademark_register", (("applicant", "shop"), ("goods", "袋装拉面")), (("tm.fee.register.online", "270 元"),))


async def parked(store: Any, at: int = AT) -> Any:
    before = await begun(store)
    done = await store.commit(work(before, "m2", "稍后继续", "已保存", park=(CODE, PUT), at=at))
    assert isinstance(done, Done)
    return done.conversation


async def test_it_is_found_by_its_code_until_its_time_is_over(store: Any) -> None:
    await parked(store)
    assert await store.parked(CODE, AT + 14 * DAY - 1) == PUT
    assert await store.parked(CODE, AT + 14 * DAY) is None
    assert await store.parked("7KQM4XAD", AT) is None


async def test_of_two_who_take_it_up_at_once_only_one_does(store: Any) -> None:
    talk = await parked(store)
    assert isinstance(await store.commit(work(talk, "m3", CODE, "接着办", took_up=CODE)), Done)
    other = await begun(store, "b")
    again = await store.commit(work(other, "m3", CODE, "接着办", took_up=CODE))
    assert isinstance(again, Conflict)
    assert (await store.changed(other.id, other.seq)).lines == ()
    assert await store.parked(CODE, AT) is None


async def test_the_code_does_not_stand_in_the_table(store: Any) -> None:
    await parked(store)

    def every(db: sqlite3.Connection) -> str:
        return str(db.execute("SELECT * FROM parked").fetchall())

    assert CODE not in await store.run(every)


async def test_time_retention_and_erasing_take_it(store: Any) -> None:
    await parked(store)
    assert await store.expire_sheets(AT + 14 * DAY) == 1
    talk = await begun(store, "c")
    await store.commit(work(talk, "m2", "稍后继续", "已保存", park=("34679ACD", PUT)))
    await store.retain(AT + DAY)
    assert await store.parked("34679ACD", AT) is None
    talk = await begun(store, "d")
    done = await store.commit(work(talk, "m2", "稍后继续", "已保存", park=("34679ACE", PUT)))
    await store.commit(work(done.conversation, "m3", "删除", "已删除", erase=True))
    assert await store.parked("34679ACE", AT) is None
