"""The SQLite file: its schema, other processes beside us, and a disk that is full."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ports import Done, Duplicate, StoreDown
from bot.store.migrations import MIGRATIONS
from bot.store.sqlite import SqliteStore, connect, migrate
from tests.running import ROOT
from tests.test_store import begun
from tests.works import conversation, work

OPENS = "import asyncio, sys, pathlib; from bot.store.sqlite import SqliteStore; asyncio.run(SqliteStore.open(pathlib.Path(sys.argv[1])).close())"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore.open(tmp_path / "zhiwen.db")
    yield opened
    await opened.close()


def schema(path: Path) -> list[tuple[str, str]]:
    db = sqlite3.connect(path)
    rows = db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    db.close()
    return rows


def test_migrations_are_numbered_without_gap_and_run_once(tmp_path: Path) -> None:
    assert [m.number for m in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    db = connect(tmp_path / "zhiwen.db")
    before = schema(tmp_path / "zhiwen.db")
    assert migrate(db) == 0
    assert schema(tmp_path / "zhiwen.db") == before
    db.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = MIGRATIONS[0]._replace(statements=(*MIGRATIONS[0].statements, "CREATE NONSENSE"))
    monkeypatch.setattr("bot.store.sqlite.MIGRATIONS", (broken,))
    with pytest.raises(StoreDown):
        SqliteStore.open(tmp_path / "zhiwen.db")
    monkeypatch.undo()
    assert schema(tmp_path / "zhiwen.db") == []


def test_processes_that_open_a_new_file_at_once_make_one_schema(tmp_path: Path) -> None:
    path = tmp_path / "zhiwen.db"
    opening = [subprocess.Popen([sys.executable, "-c", OPENS, str(path)], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(p.communicate(timeout=60)[1], p.returncode) for p in opening] == [("", 0)] * 4
    alone = tmp_path / "alone.db"
    connect(alone).close()
    assert schema(path) == schema(alone)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"not a database, " * 400)
    with pytest.raises(StoreDown):
        SqliteStore.open(tmp_path / "other.db")


async def test_every_commit_is_forced_to_the_disk(store: SqliteStore) -> None:
    assert await store.run(lambda db: db.execute("PRAGMA synchronous").fetchone()[0]) == 2
    assert await store.run(lambda db: db.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"


async def test_erased_words_are_overwritten_on_any_build_of_sqlite(store: SqliteStore) -> None:
    assert await store.run(lambda db: db.execute("PRAGMA secure_delete").fetchone()[0]) == 1


async def test_another_process_writing_is_noticed_and_our_own_is_not(tmp_path: Path, store: SqliteStore) -> None:
    assert not await store.foreign()
    await begun(store)
    assert not await store.foreign()
    other = SqliteStore.open(tmp_path / "zhiwen.db")
    await other.commit(work(conversation("b"), "m1", "一", "答", is_new=True))
    assert await store.foreign()
    assert not await store.foreign()
    await other.run(lambda db: db.execute("SELECT 1").fetchone())
    assert not await store.foreign()
    await other.close()


async def test_what_another_process_writes_before_we_first_look_is_noticed(tmp_path: Path, store: SqliteStore) -> None:
    other = SqliteStore.open(tmp_path / "zhiwen.db")
    await other.commit(work(conversation("b"), "m1", "一", "答", is_new=True))
    await other.close()
    assert await store.foreign()


async def fill_up(store: SqliteStore) -> None:
    """No more pages than there are now."""
    pages = await store.run(lambda db: int(db.execute("PRAGMA page_count").fetchone()[0]))
    await store.run(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())


async def test_on_a_full_disk_nothing_is_half_written_and_later_it_works_again(store: SqliteStore) -> None:
    before = await begun(store)
    await fill_up(store)
    with pytest.raises(StoreDown):
        await store.commit(work(before, "m2", "长" * 20_000, "答" * 20_000))
    assert await store.load("web", "a") == before
    assert len((await store.changed(before.id, 0)).lines) == 2  # type: ignore[union-attr]
    await store.run(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone())
    done = await store.commit(work(before, "m2", "长" * 20_000, "答" * 20_000))
    assert isinstance(done, Done) and done.conversation.seq == 4
    assert isinstance(await store.commit(work(done.conversation, "m2", "长" * 20_000)), Duplicate)


async def test_on_a_full_disk_small_turns_of_others_still_count_or_fail_whole(store: SqliteStore) -> None:
    await begun(store)
    await fill_up(store)
    works = [work(conversation(f"b{n}"), "m1", "字" * (20_000 if n % 2 else 1), "答", is_new=True) for n in range(10)]
    outcomes = await asyncio.gather(*(store.commit(w) for w in works), return_exceptions=True)
    for n, outcome in enumerate(outcomes):
        stored = await store.load("web", f"b{n}")
        assert isinstance(outcome, StoreDown if stored is None else Done)
    assert all(isinstance(outcome, StoreDown) for outcome in outcomes[1::2])


async def test_a_locked_file_is_told_as_store_down_after_one_wait_for_all(tmp_path: Path, store: SqliteStore) -> None:
    before = await begun(store)
    tried: list[str] = []
    await store.run(lambda db: db.execute("PRAGMA busy_timeout = 50").fetchone())
    await store.run(lambda db: db.set_trace_callback(lambda statement: tried.append(statement) if statement.startswith("BEGIN") else None))
    other = sqlite3.connect(tmp_path / "zhiwen.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await asyncio.gather(store.load("web", "a"), return_exceptions=True)
    tried.clear()
    outcomes = await asyncio.gather(*(store.commit(work(conversation(f"c{n}"), "m1", is_new=True)) for n in range(20)), return_exceptions=True)
    other.execute("ROLLBACK")
    other.close()
    assert all(isinstance(outcome, StoreDown) for outcome in outcomes)
    assert len(tried) < 10, "each of them waits for the lock again: the last one 20 times as long"
    assert isinstance(await store.commit(work(before, "m2", "二", "答二")), Done)
