"""Published changes of data in the store: kept for ever, one of a kind in force. Run inside a transaction that the store opened."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bot.ports import Moved, Revision, StoreDown

_COLUMNS = "kind, number, at, who, note, body, active"


def publish(db: sqlite3.Connection, new: Revision, after: int) -> Revision:
    """Keep and put in force with the next number. Raises Moved when another one is in force than was looked at."""
    _still(db, new.kind, after)
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM revision WHERE kind = ?", (new.kind,)).fetchone()
    made = new._replace(number=last + 1, active=True)
    db.execute("UPDATE revision SET active = 0 WHERE kind = ?", (made.kind,))
    db.execute(f"INSERT INTO revision ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", made)
    return made


def revisions(db: sqlite3.Connection, kind: str) -> list[Revision]:
    """All of a kind, the newest first."""
    return _made(db.execute(f"SELECT {_COLUMNS} FROM revision WHERE kind = ? ORDER BY number DESC", (kind,)).fetchall())


def active(db: sqlite3.Connection, kind: str) -> Revision | None:
    """The one in force."""
    found = _made(db.execute(f"SELECT {_COLUMNS} FROM revision WHERE kind = ? AND active = 1", (kind,)).fetchall())
    return found[0] if found else None


def activate(db: sqlite3.Connection, kind: str, number: int, after: int) -> None:
    """Put an older one in force; 0 for none. Raises Moved, and KeyError when there is no such number."""
    _still(db, kind, after)
    db.execute("UPDATE revision SET active = 0 WHERE kind = ?", (kind,))
    if number and db.execute("UPDATE revision SET active = 1 WHERE kind = ? AND number = ?", (kind, number)).rowcount != 1:
        raise KeyError(number)


def peek(path: Path, kinds: Sequence[str]) -> dict[str, Revision]:
    """What is in force in a file, read without changing it; nothing when there is no file, or an older one. Raises StoreDown."""
    if not path.is_file():
        return {}
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'revision'").fetchone():
                return {}
            found = {kind: active(db, kind) for kind in kinds}
    except sqlite3.Error as error:
        raise StoreDown(str(error)) from error
    return {kind: revision for kind, revision in found.items() if revision}


def _still(db: sqlite3.Connection, kind: str, after: int) -> None:
    now = active(db, kind)
    if (now.number if now else 0) != after:
        raise Moved(kind)


def _made(rows: Sequence[tuple[str, int, int, str, str, str, int]]) -> list[Revision]:
    return [Revision(*row[:-1], active=bool(row[-1])) for row in rows]
