"""Published revisions of data: kept in order, one in force, laid over the files."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot import overlay
from bot.ports import Moved, StoreDown
from bot.rules import Rules
from bot.store import revisions
from bot.store.sqlite import SqliteStore
from knowledge import calendar_days
from knowledge.loader import DataError
from knowledge.stations import Station
from tests import casebook
from tests.published import revision

TODAY = date(2026, 11, 24)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = asyncio.run(_opened(tmp_path / "zhiwen.db"))
    yield opened
    asyncio.run(opened.close())


async def _opened(path: Path) -> SqliteStore:
    return SqliteStore.open(path)


def test_revisions_count_up_and_one_is_in_force(store: SqliteStore) -> None:
    async def play() -> None:
        assert await store.active("stations") is None
        first = await store.publish(revision("stations", "{}"), 0)
        second = await store.publish(revision("stations", '{"removed":["a"]}'), 1)
        other = await store.publish(revision("calendar", "{}"), 0)
        assert (first.number, second.number, other.number) == (1, 2, 1)
        assert [(r.number, r.active) for r in await store.revisions("stations")] == [(2, True), (1, False)]
        await store.activate("stations", 1, 2)
        active = await store.active("stations")
        assert active and active.number == 1
        third = await store.publish(revision("stations", "{}"), 1)
        assert third.number == 3, "a number is never used twice"
        await store.activate("stations", 0, 3)
        assert await store.active("stations") is None and len(await store.revisions("stations")) == 3

    asyncio.run(play())


def test_what_was_looked_at_must_still_be_in_force(store: SqliteStore) -> None:
    async def play() -> None:
        await store.publish(revision("stations", "{}"), 0)
        for late in (store.publish(revision("stations", "{}"), 0), store.activate("stations", 0, 2)):
            with pytest.raises(Moved):
                await late
        with pytest.raises(KeyError):
            await store.activate("stations", 7, 1)
        active = await store.active("stations")
        assert active and active.number == 1, "a refused change leaves everything as it was"

    asyncio.run(play())


def test_two_processes_publish_at_once_and_one_is_told_so(tmp_path: Path) -> None:
    async def play() -> list[Any]:
        stores = [SqliteStore.open(tmp_path / "zhiwen.db") for _ in range(4)]
        done = await asyncio.gather(*(s.publish(revision("stations", "{}"), 0) for s in stores), return_exceptions=True)
        for each in stores:
            await each.close()
        return list(done)

    done = asyncio.run(play())
    assert sorted(type(d).__name__ for d in done) == ["Moved", "Moved", "Moved", "Revision"]


def test_a_look_from_outside_changes_nothing_and_knows_older_files(tmp_path: Path) -> None:
    assert revisions.peek(tmp_path / "none.db", overlay.KINDS) == {}
    assert not (tmp_path / "none.db").exists()
    with closing(sqlite3.connect(tmp_path / "old.db")) as db:
        db.execute("CREATE TABLE conversation (id TEXT)")
    assert revisions.peek(tmp_path / "old.db", overlay.KINDS) == {}
    (tmp_path / "broken.db").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(StoreDown):
        revisions.peek(tmp_path / "broken.db", overlay.KINDS)


def station(rules: Rules, id: str) -> Station:
    return next(s for s in rules.library.stations if s.id == id)


def test_records_are_added_replaced_and_taken_away_by_id(rules: Rules) -> None:
    window = station(rules, "dingxi_tm_window").model_copy(update={"address": "试验路1号", "as_of": "2026-11-20", "confidence": "已核对"})
    new = window.model_copy(update={"id": "trial_window", "county": "安定区", "reach": "县区"})
    body = overlay.StationChanges(stations=(window, new), removed=("zunyi_tm_window",)).model_dump_json(exclude_defaults=True)
    after = overlay.laid_over(rules, {"stations": revision("stations", body, 3)}, TODAY)
    ids = [s.id for s in after.library.stations]
    assert "trial_window" in ids and "zunyi_tm_window" not in ids and ids == sorted(ids)
    assert station(after, "dingxi_tm_window").address == "试验路1号"
    assert after.revision == rules.revision + "+stations.3"
    again = overlay.changes(rules.library.stations, after.library.stations)
    assert {s.id for s in again.stations} == {"dingxi_tm_window", "trial_window"} and again.removed == ("zunyi_tm_window",)


@pytest.mark.parametrize("case", casebook.read("broken_overlays"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_a_broken_overlay_is_refused_and_named(rules: Rules, case: dict[str, Any]) -> None:
    body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"], ensure_ascii=False)
    with pytest.raises(DataError) as caught:
        overlay.laid_over(rules, {case["kind"]: revision(case["kind"], body, 2)}, TODAY)
    assert [part for part in case["says"] if part not in str(caught.value)] == [], str(caught.value)


def test_days_off_of_a_year_replace_that_year_and_no_other(rules: Rules) -> None:
    body = overlay.CalendarChanges(days=(calendar_days.Day(date=date(2027, 1, 1), type="放假", name="元旦"),)).model_dump_json()
    after = overlay.laid_over(rules, {"calendar": revision("calendar", body, 1)}, TODAY).library.workdays
    assert 2027 in after.years and after.off[date(2026, 10, 1)] == "国庆节"
    assert not after.is_working(date(2027, 1, 1)) and after.is_working(date(2027, 2, 8)), "nothing but the schedule counts for a published year"


def test_rules_laid_over_twice_start_from_the_files_each_time(rules: Rules) -> None:
    one = overlay.laid_over(rules, {"stations": revision("stations", '{"removed":["zunyi_tm_window"]}', 1)}, TODAY)
    none = overlay.laid_over(rules, {}, TODAY)
    assert len(one.library.stations) == len(rules.library.stations) - 1 and none == replace(rules)
