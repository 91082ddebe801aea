"""Whether the books balance: what must hold in a store after any history."""

import sqlite3
from collections.abc import Iterator
from itertools import pairwise

HANDLED = {"queue": "open", "staff": "accepted"}


def problems(db: sqlite3.Connection) -> list[str]:
    """Everything that does not balance; empty when all does."""
    return [p for (conversation,) in db.execute("SELECT id FROM conversation") for p in (*_lines(db, conversation), *_people(db, conversation))]


def _lines(db: sqlite3.Connection, conversation: str) -> Iterator[str]:
    """Sequence numbers without gap; every citizen's line with its answer in exactly one message's span."""
    (last,) = db.execute("SELECT seq FROM conversation WHERE id = ?", (conversation,)).fetchone()
    senders = dict(db.execute("SELECT seq, sender FROM message WHERE conversation = ? ORDER BY seq", (conversation,)).fetchall())
    if list(senders) != list(range(1, last + 1)):
        yield f"{conversation}: lines {list(senders)}, last {last}"
    covered: list[int] = []
    spans = db.execute("SELECT first_seq, last_seq, external FROM inbox WHERE conversation = ? AND done IS NOT NULL ORDER BY first_seq", (conversation,))
    for first, end, external in spans.fetchall():
        said = [senders.get(seq) for seq in range(first, end + 1)]
        if said[:1] != ["citizen"] or set(said[1:]) - {"bot"}:
            yield f"{conversation}: message {external} has the lines {said}"
        covered += range(first, end + 1)
    spoken = [seq for seq, sender in senders.items() if sender != "staff"]
    if covered != spoken:
        yield f"{conversation}: spans cover {covered}, said were {spoken}"


def _people(db: sqlite3.Connection, conversation: str) -> Iterator[str]:
    """One open chat ticket at most, as the owner says (other work of people takes no conversation over); stretches follow on each other; the bot is silent while a person speaks."""
    owner, number = db.execute("SELECT owner, number FROM conversation WHERE id = ?", (conversation,)).fetchone()
    tickets = db.execute("SELECT state, number FROM ticket WHERE conversation = ? AND state <> 'closed' AND kind = 'chat'", (conversation,)).fetchall()
    expected = [(HANDLED[owner], number)] if owner in HANDLED else []
    if tickets != expected:
        yield f"{conversation}: owner {owner} with the tickets {tickets}"
    query = "SELECT owner, started, ended FROM stretch WHERE conversation = ? ORDER BY started, rowid"
    stretches = db.execute(query, (conversation,)).fetchall()
    for (_, _, ended), (_, started, _) in pairwise(stretches):
        if ended != started:
            yield f"{conversation}: one stretch ends at {ended}, the next starts at {started}"
    if stretches and (stretches[-1][0] != owner or stretches[-1][2] is not None):
        yield f"{conversation}: owner {owner}, but the last stretch is {stretches[-1]}"
    for started, ended in ((s, e) for o, s, e in stretches if o == "staff"):
        span = (conversation, started, ended or 2**62)
        (count,) = db.execute("SELECT count(*) FROM message WHERE conversation = ? AND sender = 'bot' AND at > ? AND at < ?", span).fetchone()
        if count:
            yield f"{conversation}: the bot spoke {count} times while a person had the talk"
