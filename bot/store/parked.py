"""Guides put aside in the store: kept with their turn, found by their code, used once, emptied when their time is over."""

import sqlite3
from hashlib import sha256

from bot import wire
from bot.choices import PARKED_DAYS
from bot.model import Parked

DAY_MS = 86_400_000


def keep(db: sqlite3.Connection, conversation: str, code: str, parked: Parked, at: int) -> None:
    """Keep a guide under the hash of its code."""
    row = (_hash(code), conversation, wire.parked_out(parked), at, at + PARKED_DAYS * DAY_MS)
    db.execute("INSERT INTO parked (code, conversation, body, made, expires) VALUES (?, ?, ?, ?, ?)", row)


def found(db: sqlite3.Connection, code: str, now: int) -> Parked | None:
    """The guide under a code; None when there is none, it was used, or its time is over."""
    row = db.execute("SELECT body FROM parked WHERE code = ? AND expires > ? AND body IS NOT NULL", (_hash(code), now)).fetchone()
    return wire.parked_in(row[0]) if row else None


def used(db: sqlite3.Connection, code: str) -> None:
    """A code holds once."""
    db.execute("UPDATE parked SET body = NULL WHERE code = ?", (_hash(code),))


def expire(db: sqlite3.Connection, now: int) -> int:
    """Empty those whose time is over at a UTC ms; how many."""
    return db.execute("UPDATE parked SET body = NULL WHERE expires <= ? AND body IS NOT NULL", (now,)).rowcount


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
