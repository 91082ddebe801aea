"""Technical needs in the store, and what staff said of the patents that may answer them: lines of the ticket's history. Run inside a transaction."""

import sqlite3

from bot import wire
from bot.ports import Mark, Need
from bot.store import turns
from bot.store.tickets import TicketRefused

KIND = "tech_need"
_FITS, _DOES_NOT = "match confirmed: ", "match dismissed: "


def needs(db: sqlite3.Connection) -> tuple[Need, ...]:
    """All that are not closed, the longest-waiting first."""
    rows = db.execute(
        "SELECT id, number, opened, state, fields FROM ticket WHERE kind = ? AND state <> 'closed' AND fields IS NOT NULL ORDER BY opened, id",
        (KIND,),
    ).fetchall()
    return tuple(Need(number, opened, state, wire.fields_in(fields), _marks(db, id_)) for id_, number, opened, state, fields in rows)


def _marks(db: sqlite3.Connection, ticket: str) -> dict[str, Mark]:
    """The last word of staff about each patent."""
    found: dict[str, Mark] = {}
    for who, what in db.execute("SELECT who, what FROM ticket_event WHERE ticket = ? ORDER BY at, rowid", (ticket,)):
        for prefix, fits in ((_FITS, True), (_DOES_NOT, False)):
            if what.startswith(prefix):
                found[what.removeprefix(prefix)] = Mark(who, fits)
    return found


def mark(db: sqlite3.Connection, need: str, patent: str, who: str, fits: bool, at: int) -> None:
    """Keep what a staff member found. Raises TicketRefused when the need is closed or unknown."""
    row = db.execute("SELECT id FROM ticket WHERE number = ? AND kind = ? AND state <> 'closed'", (need, KIND)).fetchone()
    if row is None:
        raise TicketRefused(f"没有未关闭的技术需求：{need}")
    turns.record(db, row[0], at, who, (_FITS if fits else _DOES_NOT) + patent)
