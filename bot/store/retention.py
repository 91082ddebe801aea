"""What was said is emptied when its time is over; ids, times and counts stay."""

import sqlite3

SLICE = 500


def empty(db: sqlite3.Connection, before: int) -> int:
    """Empty up to a slice of message bodies older than a UTC ms; how many."""
    cursor = db.execute(
        """UPDATE message SET body = NULL WHERE (conversation, seq) IN
        (SELECT conversation, seq FROM message WHERE body IS NOT NULL AND at < ? ORDER BY at LIMIT ?)""",
        (before, SLICE),
    )
    if cursor.rowcount < SLICE:
        db.execute(
            """UPDATE attachment SET ref = NULL, name = NULL WHERE (ref IS NOT NULL OR name IS NOT NULL) AND (conversation, seq) IN
            (SELECT conversation, seq FROM message WHERE body IS NULL)"""
        )
        db.execute("UPDATE sheet SET body = NULL WHERE made < ? AND body IS NOT NULL", (before,))
        db.execute("UPDATE parked SET body = NULL WHERE made < ? AND body IS NOT NULL", (before,))
        db.execute("UPDATE conversation SET topic = NULL WHERE touched < ? AND topic IS NOT NULL", (before,))
        db.execute("UPDATE ticket SET fields = NULL WHERE state = 'closed' AND closed < ? AND fields IS NOT NULL", (before,))
    return cursor.rowcount
