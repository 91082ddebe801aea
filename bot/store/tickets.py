"""Tickets in the store: list, show, accept, answer, close. Each checks again, inside its transaction, whose conversation it is."""

import json
import sqlite3
from typing import Any

import sqlite_utils

from bot.store import turns

NATIVE = {"wecom_native": "企业微信"}  # `via` of chats that are answered on the platform itself
CHAT = "chat"  # the kind of ticket that takes the conversation over


class TicketRefused(Exception):
    """The ticket is not in a state in which this can be done; the message says which, in Chinese."""


def listed(db: sqlite3.Connection, state: str | None) -> list[dict[str, Any]]:
    """Tickets, the longest-waiting first; without `state` all that are not closed."""
    where, values = ("state = ?", (state,)) if state else ("state <> 'closed'", ())
    table = sqlite_utils.Database(db).table("ticket")
    return list(table.rows_where(where, values, order_by="opened"))


def shown(db: sqlite3.Connection, number: str) -> dict[str, Any]:
    """A ticket with its history and the whole conversation."""
    ticket = _ticket(db, number)
    tables = sqlite_utils.Database(db)
    ticket["fields"] = json.loads(ticket["fields"] or "{}")
    ticket["events"] = list(tables.query("SELECT at, who, what FROM ticket_event WHERE ticket = ? ORDER BY at", (ticket["id"],)))
    talk = turns.changed(db, ticket["conversation"], 0, 1000)
    ticket["owner"] = talk.owner if talk else None
    ticket["lines"] = talk.lines if talk else ()
    return ticket


def accept(db: sqlite3.Connection, number: str, who: str, at: int) -> dict[str, Any]:
    """A person takes the work up; with a chat the conversation too, and the bot is silent from here."""
    ticket = _ticket(db, number)
    _must(ticket, "open")
    _must_be_ours(db, ticket)
    if ticket["kind"] == CHAT:
        _own(db, ticket, "queue", "staff", at, who, "accepted", "console")
    db.execute("UPDATE ticket SET state = 'accepted', accepted = ?, accepted_by = ? WHERE id = ?", (at, who, ticket["id"]))
    turns.record(db, ticket["id"], at, who, "accepted")
    return _ticket(db, number)


def say(db: sqlite3.Connection, number: str, who: str, text: str, at: int) -> int:
    """A staff member's words to the citizen, only by who accepted the ticket. A chat is theirs; beside other work the bot goes on."""
    ticket = _ticket(db, number)
    _must(ticket, "accepted")
    _must_be_ours(db, ticket)
    if ticket["accepted_by"] != who:
        raise TicketRefused(f"编号 {number} 由 {ticket['accepted_by']} 受理，{who} 不能回复")
    return turns.staff_line(db, ticket["conversation"], text, at, "")


def close(db: sqlite3.Connection, number: str, who: str, result: str, at: int) -> dict[str, Any]:
    """The work is over; the citizen's next message goes to the bot again."""
    ticket = _ticket(db, number)
    if ticket["state"] == "closed":
        raise TicketRefused(f"编号 {number} 已经关闭")
    if ticket["kind"] == CHAT:
        _own(db, ticket, "staff" if ticket["state"] == "accepted" else "queue", "closed", at, who, result, None)
    db.execute("UPDATE ticket SET state = 'closed', closed = ?, result = ? WHERE id = ?", (at, result, ticket["id"]))
    turns.record(db, ticket["id"], at, who, f"closed: {result}")
    return _ticket(db, number)


def _ticket(db: sqlite3.Connection, number: str) -> dict[str, Any]:
    rows = list(sqlite_utils.Database(db).query("SELECT * FROM ticket WHERE number = ?", (number.upper().lstrip("#"),)))
    if not rows:
        raise TicketRefused(f"没有编号 {number}")
    return dict(rows[0])


def _must(ticket: dict[str, Any], state: str) -> None:
    if ticket["state"] != state:
        names = {"open": "等待受理", "accepted": "已受理", "closed": "已关闭"}
        raise TicketRefused(f"编号 {ticket['number']} 现在是“{names[ticket['state']]}”，不能这样做")


def _must_be_ours(db: sqlite3.Connection, ticket: dict[str, Any]) -> None:
    """A chat that people answer on the platform itself takes nothing from here but its end."""
    (via,) = db.execute("SELECT via FROM conversation WHERE id = ?", (ticket["conversation"],)).fetchone()
    if ticket["kind"] == CHAT and via in NATIVE:
        raise TicketRefused(f"编号 {ticket['number']} 在{NATIVE[via]}里接待，请到那里回复；要收回给智能助手，就关闭它")


def _own(db: sqlite3.Connection, ticket: dict[str, Any], was: str, now: str, at: int, who: str, why: str, via: str | None) -> None:
    cursor = db.execute(
        "UPDATE conversation SET owner = ?, via = ?, version = version + 1, touched = ? WHERE id = ? AND owner = ?",
        (now, via, at, ticket["conversation"], was),
    )
    if cursor.rowcount != 1:
        raise TicketRefused(f"编号 {ticket['number']} 的对话状态已经改变，请重新查看")
    turns.change_owner(db, ticket["conversation"], now, at, who, why)
