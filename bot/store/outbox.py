"""The outbox in the store: one undelivered message of a conversation at a time, claimed, attempted, settled. Each step checks again whose it is."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from bot import wire
from bot.ports import THRIFTY, Depth, Outgoing, Ready, Settled
from bot.store import together

# The first undelivered message of a conversation may go; while one is being sent, none of the same conversation is first.
_FIRST = """NOT EXISTS (SELECT 1 FROM outbox p WHERE p.conversation = o.conversation AND p.seq < o.seq AND p.state IN ('waiting', 'sending'))"""
_ITS = "(seq = ? OR lead = ?)"  # a message, and those that go out as one with it
STUCK = "state IN ('held', 'blocked', 'dead')"  # in these words, so that the index is used


def ready(db: sqlite3.Connection, channel: str, now: int, limit: int, without: Sequence[str] = ()) -> tuple[list[Ready], int | None]:
    """Conversations with something due, the longest waiting first, and when the next will be due."""
    busy = wire.dumps(list(without))
    rows = db.execute(
        f"""SELECT o.conversation, c.address FROM outbox o JOIN conversation c ON c.id = o.conversation
        WHERE o.channel = ? AND o.state = 'waiting' AND o.due <= ? AND {_FIRST}
        AND o.conversation NOT IN (SELECT value FROM json_each(?)) ORDER BY o.due LIMIT ?""",
        (channel, now, busy, limit),
    )
    found = [Ready(*row) for row in rows]
    (due,) = db.execute("SELECT min(due) FROM outbox WHERE channel = ? AND state = 'waiting' AND due > ?", (channel, now)).fetchone()
    return found, due


def claim(db: sqlite3.Connection, conversation: str, worker: str, now: int, until: int) -> Outgoing | None:
    """Take the first undelivered message of a conversation, and those that go out as one with it. Erased ones are passed over."""
    while True:
        row = db.execute(
            f"""SELECT o.seq, o.tries, o.parts, o.unknowns, c.address, m.id, m.sender, m.body, m.at, o.channel FROM outbox o
            JOIN conversation c ON c.id = o.conversation JOIN message m ON m.conversation = o.conversation AND m.seq = o.seq
            WHERE o.conversation = ? AND o.state IN ('waiting', 'sending') AND o.state = 'waiting' AND o.due <= ? AND {_FIRST} LIMIT 1""",
            (conversation, now),
        ).fetchone()
        if row is None:
            return None
        seq, tries, parts, unknowns, address, id_, sender, body, at, channel = row
        if body is not None:
            whole = together.body(db, conversation, seq, now) if channel in THRIFTY else body
            db.execute(
                f"UPDATE outbox SET state = 'sending', worker = ?, lease = ? WHERE conversation = ? AND {_ITS} AND state = 'waiting'",
                (worker, until, conversation, seq, seq),
            )
            return Outgoing(conversation, address, seq, id_, sender, whole, at, tries, parts, unknowns)
        db.execute("UPDATE outbox SET state = 'void', settled = ? WHERE conversation = ? AND seq = ?", (now, conversation, seq))


def sent_part(db: sqlite3.Connection, out: Outgoing, worker: str, parts: int, external: str, until: int) -> None:
    """So many parts are out; the claim goes on."""
    db.execute(
        f"UPDATE outbox SET parts = ?, external = ?, lease = ? WHERE conversation = ? AND {_ITS} AND state = 'sending' AND worker = ?",
        (parts, external, until, out.conversation, out.seq, out.seq, worker),
    )


def settle(db: sqlite3.Connection, out: Outgoing, worker: str, settled: Settled, now: int) -> bool:
    """Write down how an attempt ended. False when the claim was lost meanwhile."""
    cursor = db.execute(
        f"""UPDATE outbox SET state = ?, due = CASE WHEN ? = 'waiting' THEN ? ELSE due END, tries = tries + 1, unknowns = unknowns + ?, error = ?,
        external = CASE WHEN ? <> '' THEN ? ELSE external END, worker = NULL, lease = NULL, settled = ?
        WHERE conversation = ? AND {_ITS} AND state = 'sending' AND worker = ?""",
        (
            settled.state, settled.state, settled.due, int(settled.unknown), settled.error or None, settled.external, settled.external,
            None if settled.state == "waiting" else now, out.conversation, out.seq, out.seq, worker,
        ),
    )  # fmt: skip
    if cursor.rowcount and settled.state in ("blocked", "held"):
        _stop(db, out.conversation, settled.state, now)
    return cursor.rowcount > 0


def orphans(db: sqlite3.Connection, channel: str, now: int, alone: bool) -> int:
    """Messages whose claim is over (`alone`: all that are claimed) wait again; how their attempt ended is unknown. How many."""
    over = "" if alone else "AND lease <= ?"
    return db.execute(
        f"""UPDATE outbox SET state = 'waiting', due = ?, tries = tries + 1, unknowns = unknowns + 1, worker = NULL, lease = NULL,
        error = 'interrupted' WHERE channel = ? AND state = 'sending' {over}""",
        (now, channel) if alone else (now, channel, now),
    ).rowcount


def _stop(db: sqlite3.Connection, conversation: str, state: str, at: int) -> None:
    """What waits behind a message that cannot go now cannot go either."""
    db.execute(
        "UPDATE outbox SET state = ?, settled = ? WHERE conversation = ? AND state IN ('waiting', 'sending') AND state = 'waiting'",
        (state, at, conversation),
    )
    if state == "blocked":
        db.execute("UPDATE conversation SET blocked = ? WHERE id = ? AND blocked IS NULL", (at, conversation))


def _go_on(db: sqlite3.Connection, conversation: str, now: int) -> None:
    """The citizen can be written to: what was held goes out, of what was blocked the words of people."""
    db.execute("UPDATE conversation SET blocked = NULL WHERE id = ?", (conversation,))
    db.execute(
        f"""UPDATE outbox SET state = 'waiting', due = ?, tries = 0, settled = NULL WHERE conversation = ? AND {STUCK} AND (state = 'held'
        OR (state = 'blocked' AND seq IN (SELECT seq FROM message WHERE conversation = outbox.conversation AND sender = 'staff')))""",
        (now, conversation),
    )


def written(db: sqlite3.Connection, channel: str, address: str, now: int) -> None:
    """The citizen wrote: whatever kept us from writing to them is over."""
    row = db.execute(
        f"""SELECT id FROM conversation WHERE channel = ? AND address = ? AND (blocked IS NOT NULL
        OR EXISTS (SELECT 1 FROM outbox WHERE conversation = conversation.id AND {STUCK} AND state = 'held'))""",
        (channel, address),
    ).fetchone()
    if row:
        _go_on(db, row[0], now)


def reach(db: sqlite3.Connection, channel: str, address: str, at: int | None, now: int) -> None:
    """A citizen shut us out at `at`, or let us in again (None)."""
    row = db.execute("SELECT id FROM conversation WHERE channel = ? AND address = ?", (channel, address)).fetchone()
    if row and at is None:
        _go_on(db, row[0], now)
    elif row:
        _stop(db, row[0], "blocked", at or now)


def depth(db: sqlite3.Connection, channel: str, now: int) -> Depth:
    """How full a channel's outbox is."""
    waiting, oldest = db.execute(
        """SELECT count(*), min(m.at) FROM outbox o JOIN message m ON m.conversation = o.conversation AND m.seq = o.seq
        WHERE o.channel = ? AND o.state IN ('waiting', 'sending')""",
        (channel,),
    ).fetchone()
    (dead,) = db.execute(f"SELECT count(*) FROM outbox WHERE channel = ? AND {STUCK} AND state = 'dead'", (channel,)).fetchone()
    return Depth(waiting, max(0, now - oldest) if oldest is not None else 0, dead)


def undeliverable(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """What could not be delivered, the newest first: for staff."""
    rows = db.execute(
        f"""SELECT o.conversation, o.seq, o.channel, o.state, o.error, o.tries, o.unknowns, o.settled, c.number, m.sender, m.body
        FROM outbox o JOIN conversation c ON c.id = o.conversation JOIN message m ON m.conversation = o.conversation AND m.seq = o.seq
        WHERE o.{STUCK} ORDER BY o.settled DESC LIMIT 200"""
    )
    names = ("conversation", "seq", "channel", "state", "error", "tries", "unknowns", "settled", "number", "sender", "body")
    return [dict(zip(names, row, strict=True)) for row in rows]


def again(db: sqlite3.Connection, conversation: str, seq: int | None, now: int) -> int:
    """Try what could not be delivered once more, one message or all of a conversation; how many."""
    one = "" if seq is None else "AND seq = ?"
    values = (now, conversation) if seq is None else (now, conversation, seq)
    return db.execute(
        f"UPDATE outbox SET state = 'waiting', due = ?, tries = 0, settled = NULL WHERE conversation = ? AND {STUCK} {one}", values
    ).rowcount
