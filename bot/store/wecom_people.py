"""Owner and ticket of a chat that people answer in WeCom itself: they follow what WeCom says."""

import sqlite3

from bot.channels.wecom_books import NATIVE
from bot.ids import new_id, ticket_number
from bot.store import turns

_REASON = "native"


def adopt(db: sqlite3.Connection, conversation: str, servicer: str, at: int) -> None:
    """A person has the session in WeCom: the chat is theirs, with its ticket, or with a new one when nobody had asked for a person."""
    owner, via, ticket = db.execute("SELECT owner, via, ticket FROM conversation WHERE id = ?", (conversation,)).fetchone()
    who = servicer or "wecom"
    if owner not in ("queue", "staff"):
        ticket = _opened(db, conversation, at)
    if (owner, via) != ("staff", NATIVE):
        db.execute("UPDATE conversation SET owner = 'staff', via = ?, version = version + 1, touched = ? WHERE id = ?", (NATIVE, at, conversation))
    if owner != "staff":
        turns.change_owner(db, conversation, "staff", at, who, "accepted")
    cursor = db.execute(
        """UPDATE ticket SET state = 'accepted', accepted = coalesce(accepted, ?), accepted_by = ? WHERE id = ? AND state <> 'closed'
        AND (state <> 'accepted' OR accepted_by IS NOT ?)""",
        (at, who, ticket, who),
    )
    if cursor.rowcount:
        turns.record(db, ticket, at, who, "accepted")


def wait(db: sqlite3.Connection, conversation: str) -> None:
    """The session waits in WeCom's pool: only there it can be taken up."""
    statement = "UPDATE conversation SET via = ?, version = version + 1 WHERE id = ? AND owner = 'queue' AND via IS NOT ?"
    db.execute(statement, (NATIVE, conversation, NATIVE))


def end(db: sqlite3.Connection, conversation: str, servicer: str, at: int) -> None:
    """The session is over: so are the chat with people and its ticket."""
    owner, ticket = db.execute("SELECT owner, ticket FROM conversation WHERE id = ?", (conversation,)).fetchone()
    if owner not in ("queue", "staff"):
        return
    who = servicer or "wecom"
    db.execute("UPDATE conversation SET owner = 'closed', via = NULL, version = version + 1, touched = ? WHERE id = ?", (at, conversation))
    turns.change_owner(db, conversation, "closed", at, who, "answered")
    db.execute("UPDATE ticket SET state = 'closed', closed = ?, result = 'answered' WHERE id = ? AND state <> 'closed'", (at, ticket))
    turns.record(db, ticket, at, who, "closed: answered")


def _opened(db: sqlite3.Connection, conversation: str, at: int) -> str:
    id_, number = new_id(at), _free_number(db)
    db.execute(
        "INSERT INTO ticket (id, number, conversation, kind, reason, state, fields, opened) VALUES (?, ?, ?, 'chat', ?, 'open', '{}', ?)",
        (id_, number, conversation, _REASON, at),
    )
    db.execute("UPDATE conversation SET ticket = ?, number = ? WHERE id = ?", (id_, number, conversation))
    turns.record(db, id_, at, "wecom", "opened")
    return id_


def _free_number(db: sqlite3.Connection) -> str:
    while True:
        number = ticket_number()
        if db.execute("SELECT 1 FROM ticket WHERE number = ?", (number,)).fetchone() is None:
            return number
