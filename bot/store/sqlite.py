"""The embedded store: one SQLite file, one thread that owns its connection, eager group commit."""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

import sqlite_utils

from bot.model import Conversation, Filed, Parked, Sheet
from bot.ports import Changed, Depth, Need, Outcome, Outgoing, Ready, Revision, Settled, StoreDown, Waiting, Work
from bot.store import batch as batches
from bot.store import needs, outbox, parked, retention, revisions, sheets, turns
from bot.store.migrations import MIGRATIONS

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
SWITCH_SECONDS = 0.0002


class Pending(NamedTuple):
    """A job, or a turn to be committed, with the future that waits for it."""

    job: Job | Work
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class SqliteStore:
    """Jobs that are ready together share one transaction; no timer. Each job sees all before it."""

    def __init__(self, path: Path):
        self.path = path
        self._jobs: SimpleQueue[Pending | None] = SimpleQueue()
        self._version = 0
        self._thread = threading.Thread(target=self._run, name="sqlite", daemon=True)
        self._opened = threading.Event()
        self._failure: Exception | None = None

    @classmethod
    def open(cls, path: Path) -> "SqliteStore":
        """Open the file, bring its schema up to date. Raises StoreDown when it cannot be used."""
        path.parent.mkdir(parents=True, exist_ok=True)
        store = cls(path)
        store._thread.start()
        store._opened.wait()
        if store._failure:
            raise StoreDown(str(store._failure)) from store._failure
        return store

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function with the connection inside a transaction. Raises StoreDown when the database cannot write."""
        done: T = await self._put(job)
        return done

    def _put(self, job: Job | Work) -> "asyncio.Future[Any]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._jobs.put(Pending(job, future, loop))
        return future

    async def load(self, channel: str, address: str) -> Conversation | None:
        return await self.run(lambda db: turns.load(db, channel, address))

    async def commit(self, work: Work) -> Outcome:
        outcome: Outcome = await self._put(work)
        return outcome

    async def receive(self, conversation: Conversation, external: str, digest: str, body: str, at: int) -> bool:
        return await self.run(lambda db: turns.receive(db, conversation, external, digest, body, at))

    async def waiting(self, before: int) -> Sequence[Waiting]:
        return await self.run(lambda db: turns.waiting(db, before))

    async def amend(self, channel: str, address: str, external: str, body: str) -> bool:
        return await self.run(lambda db: turns.amend(db, channel, address, external, body))

    async def reach(self, channel: str, address: str, at: int | None, now: int) -> None:
        await self.run(lambda db: outbox.reach(db, channel, address, at, now))

    async def ready(self, channel: str, now: int, limit: int, without: Sequence[str] = ()) -> tuple[Sequence[Ready], int | None]:
        return await self.run(lambda db: outbox.ready(db, channel, now, limit, without))

    async def claim(self, conversation: str, worker: str, now: int, until: int) -> Outgoing | None:
        return await self.run(lambda db: outbox.claim(db, conversation, worker, now, until))

    async def sent_part(self, out: Outgoing, worker: str, parts: int, external: str, until: int) -> None:
        await self.run(lambda db: outbox.sent_part(db, out, worker, parts, external, until))

    async def settle(self, out: Outgoing, worker: str, settled: Settled, now: int) -> bool:
        return await self.run(lambda db: outbox.settle(db, out, worker, settled, now))

    async def orphans(self, channel: str, now: int, alone: bool) -> int:
        return await self.run(lambda db: outbox.orphans(db, channel, now, alone))

    async def depth(self, channel: str, now: int) -> Depth:
        return await self.run(lambda db: outbox.depth(db, channel, now))

    async def changed(self, conversation: str, after: int, limit: int = 200) -> Changed | None:
        return await self.run(lambda db: turns.changed(db, conversation, after, limit))

    async def sheet(self, token: str, now: int) -> Sheet | None:
        return await self.run(lambda db: sheets.found(db, token, now))

    async def sheets(self, conversation: str) -> Sequence[Sheet]:
        return await self.run(lambda db: sheets.of(db, conversation))

    async def parked(self, code: str, now: int) -> Parked | None:
        return await self.run(lambda db: parked.found(db, code, now))

    async def expire_sheets(self, now: int) -> int:
        return await self.run(lambda db: sheets.expire(db, now) + parked.expire(db, now))

    async def filed(self, conversation: str) -> Sequence[Filed]:
        return await self.run(lambda db: turns.filed(db, conversation))
    async def publish(self, new: Revision, after: int) -> Revision:
        return await self.run(lambda db: revisions.publish(db, new, after))

    async def revisions(self, kind: str) -> Sequence[Revision]:
        return await self.run(lambda db: revisions.revisions(db, kind))

    async def active(self, kind: str) -> Revision | None:
        return await self.run(lambda db: revisions.active(db, kind))

    async def activate(self, kind: str, number: int, after: int) -> None:
        await self.run(lambda db: revisions.activate(db, kind, number, after))

    async def needs(self) -> Sequence[Need]:
        return await self.run(needs.needs)

    async def mark(self, need: str, patent: str, who: str, fits: bool, at: int) -> None:
        await self.run(lambda db: needs.mark(db, need, patent, who, fits, at))

    async def foreign(self) -> bool:
        # data_version moves only when another connection commits (SQLite documentation, PRAGMA data_version).
        version = await self.run(_data_version)
        moved, self._version = self._version != version, version
        return moved

    async def retain(self, before: int) -> int:
        return await self.run(lambda db: retention.empty(db, before))

    async def close(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        # The store's thread needs the interpreter lock back after every statement; by default a busy event loop keeps it for 5 ms each time.
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_SECONDS))
        try:
            db = connect(self.path)
            self._version = _data_version(db)
        except Exception as error:
            self._failure = error
            self._opened.set()
            return
        self._opened.set()
        open_ = True
        while open_:
            batch, open_ = self._batch()
            if batch:
                _settle(batch, _together(db, batch))
        db.close()

    def _batch(self) -> tuple[list[Pending], bool]:
        """Everything that waits now, at least one; False when it is time to close."""
        first = self._jobs.get()
        batch: list[Pending] = []
        while first is not None:
            batch.append(first)
            if len(batch) >= 512 or self._jobs.empty():
                return batch, True
            first = self._jobs.get()
        return batch, False


def _data_version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA data_version").fetchone()[0])


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the schema up to date, durable at each commit (WAL, synchronous=FULL)."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256, timeout=10)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    migrate(db)
    return db


def migrate(db: sqlite3.Connection) -> int:
    """Run the migrations that the file has not seen; how many. Two processes at once: the second waits, then finds nothing to do."""
    tables = sqlite_utils.Database(db)
    db.execute("BEGIN IMMEDIATE")
    try:
        versions = tables.table("migration")
        if not versions.exists():
            versions.create({"number": int, "name": str}, pk="number")
        done = {row["number"] for row in versions.rows}
        todo = [m for m in MIGRATIONS if m.number not in done]
        for migration in todo:
            for statement in migration.statements:
                db.execute(statement)
            db.execute("INSERT INTO migration (number, name) VALUES (?, ?)", (migration.number, migration.name))
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return len(todo)


Result = tuple[Any, BaseException | None]


def _together(db: sqlite3.Connection, batch: list[Pending]) -> list[Result]:
    """All jobs in one transaction; when one fails, each again in its own, so that only the guilty one fails."""
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:  # locked for too long, or worse: the same for all
        return [(None, StoreDown(str(error)))] * len(batch)
    try:
        results = _done(db, batch)
        db.execute("COMMIT")
        return results
    except Exception as error:
        _rollback(db)
        return [(None, _down(error))] if len(batch) == 1 else [_together(db, [p])[0] for p in batch]


def _done(db: sqlite3.Connection, batch: list[Pending]) -> list[Result]:
    """Turns together, other jobs one by one after them. One conversation has one turn under way at a time, so their order is free."""
    works = [p.job for p in batch if isinstance(p.job, Work)]
    outcomes = iter([turns.commit(db, works[0])] if len(works) == 1 else batches.commit(db, works) if works else [])
    return [(next(outcomes) if isinstance(p.job, Work) else p.job(db), None) for p in batch]


def _rollback(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")


def _down(error: Exception) -> Exception:
    return StoreDown(str(error)) if isinstance(error, sqlite3.OperationalError) else error


def _settle(batch: list[Pending], results: list[Result]) -> None:
    """Wake the waiters: one call into each loop for the whole batch."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Result]]] = {}
    for pending, result in zip(batch, results, strict=True):
        loops.setdefault(pending.loop, []).append((pending.future, result))
    for loop, settled in loops.items():
        try:
            loop.call_soon_threadsafe(_wake, settled)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _wake(settled: list[tuple["asyncio.Future[Any]", Result]]) -> None:
    for future, (value, error) in settled:
        if future.done():
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)
