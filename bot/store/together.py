"""Messages that go out as one, where the platform counts them: which ones is written down at the first attempt, so that a second one is the same."""

import sqlite3

from bot import thrift

_WAITING = """SELECT o.seq, m.body, m.sender, o.tries + o.parts + o.unknowns, o.lead FROM outbox o
    JOIN message m ON m.conversation = o.conversation AND m.seq = o.seq
    WHERE o.conversation = ? AND o.seq >= ? AND o.state IN ('waiting', 'sending') AND o.state = 'waiting' AND o.due <= ? ORDER BY o.seq LIMIT 50"""


def body(db: sqlite3.Connection, conversation: str, seq: int, now: int) -> str:
    """The words of a message with those of the same speaker that wait behind it, as far as they make one message."""
    first, *behind = db.execute(_WAITING, (conversation, seq, now)).fetchall()
    if first[4] is not None:
        return thrift.joined([first[1], *(b for _, b, _, _, lead in behind if lead == seq and b is not None)])
    bodies = [first[1]]
    for _, words, sender, attempts, lead in behind if not first[3] else ():
        if sender != first[2] or attempts or lead is not None or words is None or not thrift.fits([*bodies, words]):
            break
        bodies.append(words)
    if len(bodies) > 1:
        last = behind[len(bodies) - 2][0]
        db.execute("UPDATE outbox SET lead = ? WHERE conversation = ? AND seq BETWEEN ? AND ?", (seq, conversation, seq, last))
    return thrift.joined(bodies)
