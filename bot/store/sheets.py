"""Sheets in the store: kept with their turn, found by their token, emptied when their time is over."""

import sqlite3
from datetime import date
from hashlib import sha256

import orjson

from bot.model import NewSheet, Sheet, SheetDay, SheetLine, SheetPart, SourceNote


def keep(db: sqlite3.Connection, conversation: str, new: NewSheet, at: int) -> None:
    """Keep a sheet under the hash of its token: who reads the database cannot make its link."""
    row = (_hash(new.token), conversation, written(new.sheet), at, new.expires)
    db.execute("INSERT INTO sheet (token, conversation, body, made, expires) VALUES (?, ?, ?, ?, ?)", row)


def found(db: sqlite3.Connection, token: str, now: int) -> Sheet | None:
    """The sheet of a token; None when there is none, or its time is over, or it was erased."""
    row = db.execute("SELECT body FROM sheet WHERE token = ? AND expires > ? AND body IS NOT NULL", (_hash(token), now)).fetchone()
    return read(row[0]) if row else None


def of(db: sqlite3.Connection, conversation: str) -> list[Sheet]:
    """All sheets kept of a conversation, oldest first."""
    rows = db.execute("SELECT body FROM sheet WHERE conversation = ? AND body IS NOT NULL ORDER BY made", (conversation,))
    return [read(body) for (body,) in rows]


def expire(db: sqlite3.Connection, now: int) -> int:
    """Empty the sheets whose time is over at a UTC ms; how many."""
    return db.execute("UPDATE sheet SET body = NULL WHERE expires <= ? AND body IS NOT NULL", (now,)).rowcount


def written(sheet: Sheet) -> str:
    """A sheet as JSON; days as YYYY-MM-DD."""
    return orjson.dumps(sheet).decode()


def read(text: str) -> Sheet:
    """A sheet from its JSON."""
    value = orjson.loads(text)
    return Sheet(
        **value | {
            "case": tuple((name, said) for name, said in value["case"]),
            "parts": tuple(SheetPart(p["title"], tuple(SheetLine(**each) for each in p["lines"])) for p in value["parts"]),
            "days": tuple(SheetDay(d["name"], date.fromisoformat(d["day"]), tuple(d["remind"]), d["note"]) for d in value["days"]),
            "sources": tuple(SourceNote(**s) for s in value["sources"]),
            "links": tuple((label, url) for label, url in value["links"]),
            "made": date.fromisoformat(value["made"]),
            "remarks": tuple(value["remarks"]),
        }
    )  # fmt: skip


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
