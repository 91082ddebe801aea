"""What a turn means in rows: the statements, run inside a transaction that the store opened."""

import sqlite3
from dataclasses import replace

from bot import wire
from bot.ids import new_id
from bot.model import CloseTicket, Conversation, Filed, OpenTicket, Owner
from bot.ports import PULLED, Changed, Conflict, Done, Duplicate, Outcome, Stored, Waiting, Work
from bot.store import outbox, parked, sheets

_LOAD = "SELECT id, owner, via, version, seq, ticket, number, topic FROM conversation WHERE channel = ? AND address = ?"
_SEEN = "SELECT digest, done, first_seq, last_seq, owner FROM inbox WHERE conversation = ? AND external = ?"
_CREATE = """INSERT INTO conversation (id, channel, address, owner, via, version, seq, ticket, number, topic, created, touched)
    VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""
_UPDATE = """UPDATE conversation SET owner = ?, via = ?, version = version + 1, seq = ?, ticket = ?, number = ?, topic = ?, touched = ?
    WHERE id = ? AND version = ? AND owner = ?"""
_DONE = """INSERT INTO inbox (conversation, external, digest, received, done, first_seq, last_seq, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (conversation, external) DO UPDATE
    SET body = NULL, done = excluded.done, first_seq = excluded.first_seq, last_seq = excluded.last_seq, owner = excluded.owner"""
_SAY = """INSERT INTO message (conversation, seq, id, sender, at, body, decision, item, facet, confidence, revision)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_PUSH = "INSERT INTO outbox (conversation, seq, channel, state, tries, due) VALUES (?, ?, ?, 'waiting', 0, ?)"


def load(db: sqlite3.Connection, channel: str, address: str) -> Conversation | None:
    """The conversation of an address."""
    row = db.execute(_LOAD, (channel, address)).fetchone()
    if row is None:
        return None
    id_, owner, via, version, seq, ticket, number, topic = row
    return Conversation(id_, channel, address, Owner(owner), via, version, seq, ticket, number, wire.topic_in(topic))


def commit(db: sqlite3.Connection, work: Work) -> Outcome:
    """Inbox mark, state, messages, outbox, ticket, sheet, guide put aside; nothing when it was done before or the conversation moved on."""
    seen = db.execute(_SEEN, (work.before.id, work.message.id)).fetchone()
    if seen is not None and seen[1] is not None:
        return _duplicate(db, work, seen)
    if work.turn.took_up and parked.found(db, work.turn.took_up, work.at) is None:  # somebody else used it meanwhile
        return Conflict()
    seq = work.before.seq + len(work.lines)
    after = replace(work.turn.conversation, version=work.before.version + 1, seq=seq)
    if not _keep(db, work, after):
        return Conflict()
    if work.turn.erase:
        erase(db, after.id, work.at)
    first = work.before.seq + 1
    db.execute(_DONE, (after.id, work.message.id, work.message.digest, work.at, work.at, first, seq, after.owner.value))
    replies = _say(db, work, after)
    _attach(db, work, after)
    _ticket(db, work, after)
    if work.turn.sheet:
        sheets.keep(db, after.id, work.turn.sheet, work.at)
    if work.turn.park:
        parked.keep(db, after.id, *work.turn.park, work.at)
    if work.turn.took_up:
        parked.used(db, work.turn.took_up)
    if after.owner is not work.before.owner:
        change_owner(db, after.id, after.owner.value, work.at, "citizen", work.turn.why)
    if work.turn.consent:
        db.execute("INSERT INTO consent VALUES (?, ?, ?, ?)", (after.id, work.turn.consent, work.notice, work.at))
    return Done(after, replies)


def _duplicate(db: sqlite3.Connection, work: Work, seen: tuple[str, int, int, int, str]) -> Duplicate:
    digest, _, first, last, owner = seen
    rows = db.execute(
        "SELECT id, seq, body FROM message WHERE conversation = ? AND seq BETWEEN ? AND ? AND sender = 'bot' ORDER BY seq",
        (work.before.id, first, last),
    )
    return Duplicate(work.before.id, owner, last, digest, tuple(Stored(i, s, b or wire.EMPTY) for i, s, b in rows))


def _keep(db: sqlite3.Connection, work: Work, after: Conversation) -> bool:
    """Whether the conversation was still as it was; the row's version and owner decide, not memory."""
    topic = wire.topic_out(after.topic)
    state = (after.owner.value, after.via, after.seq, after.ticket, after.number, topic)
    if work.is_new:
        cursor = db.execute(_CREATE, (after.id, after.channel, after.address, *state, work.at, work.at))
    else:
        cursor = db.execute(_UPDATE, (*state, work.at, after.id, work.before.version, work.before.owner.value))
    return cursor.rowcount == 1


def _say(db: sqlite3.Connection, work: Work, after: Conversation) -> tuple[Stored, ...]:
    turn, replies, rows, pushed = work.turn, [], [], []
    for seq, line in enumerate(work.lines, work.before.seq + 1):
        meant = (turn.decision, turn.item, turn.facet, turn.confidence, turn.revision)
        rows.append((after.id, seq, line.id, line.sender, work.at, line.body, *meant))
        if line.sender == "bot":
            replies.append(Stored(line.id, seq, line.body))
            pushed.append((after.id, seq, after.channel, work.at))
    db.executemany(_SAY, rows)
    if work.pushes:
        db.executemany(_PUSH, pushed)
    return tuple(replies)


def _attach(db: sqlite3.Connection, work: Work, after: Conversation) -> None:
    for place, file in enumerate(work.message.files):
        row = (after.id, work.before.seq + 1, place, file.kind, file.ref, file.name, file.size)
        db.execute("INSERT INTO attachment (conversation, seq, place, kind, ref, name, size) VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _ticket(db: sqlite3.Connection, work: Work, after: Conversation) -> None:
    ticket = work.turn.ticket
    if isinstance(ticket, OpenTicket):
        db.execute(
            """INSERT INTO ticket (id, number, conversation, kind, reason, state, fields, opened, consent, region)
            VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)""",
            (ticket.id, ticket.number, after.id, ticket.kind, ticket.reason, wire.dumps(ticket.fields), work.at, ticket.consent, ticket.region),
        )
        record(db, ticket.id, work.at, "citizen", "opened")
    elif isinstance(ticket, CloseTicket):
        db.execute("UPDATE ticket SET state = 'closed', closed = ?, result = ? WHERE id = ?", (work.at, ticket.result, ticket.id))
        record(db, ticket.id, work.at, "citizen", ticket.result)


def filed(db: sqlite3.Connection, conversation: str) -> tuple[Filed, ...]:
    """A conversation's tickets, newest first; what was erased of them is empty."""
    rows = db.execute(
        "SELECT number, kind, state, opened, closed, result, fields FROM ticket WHERE conversation = ? ORDER BY opened DESC, id DESC LIMIT 20",
        (conversation,),
    )
    return tuple(Filed(n, kind, state, opened, closed, result, wire.fields_in(f)) for n, kind, state, opened, closed, result, f in rows)


def record(db: sqlite3.Connection, ticket: str, at: int, who: str, what: str) -> None:
    """One line of a ticket's history."""
    db.execute("INSERT INTO ticket_event VALUES (?, ?, ?, ?)", (ticket, at, who, what))


def change_owner(db: sqlite3.Connection, conversation: str, owner: str, at: int, who: str, why: str) -> None:
    """End the stretch that runs, begin the next."""
    db.execute("UPDATE stretch SET ended = ? WHERE conversation = ? AND ended IS NULL", (at, conversation))
    db.execute("INSERT INTO stretch VALUES (?, ?, ?, NULL, ?, ?)", (conversation, owner, at, who, why))


def erase(db: sqlite3.Connection, conversation: str, at: int) -> None:
    """Empty everything a citizen said and was told; ids, times and counts stay. Open tickets are closed."""
    db.execute("UPDATE message SET body = NULL WHERE conversation = ?", (conversation,))
    db.execute("UPDATE attachment SET ref = NULL, name = NULL WHERE conversation = ?", (conversation,))
    db.execute("UPDATE inbox SET body = NULL WHERE conversation = ? AND done IS NOT NULL", (conversation,))
    db.execute("UPDATE sheet SET body = NULL WHERE conversation = ?", (conversation,))
    db.execute("UPDATE parked SET body = NULL WHERE conversation = ?", (conversation,))
    opened = "SELECT id FROM ticket WHERE conversation = ? AND state <> 'closed'"
    for (ticket,) in db.execute(opened, (conversation,)).fetchall():
        record(db, ticket, at, "citizen", "erased")
    db.execute("UPDATE ticket SET state = 'closed', closed = ?, result = 'erased' WHERE conversation = ? AND state <> 'closed'", (at, conversation))
    db.execute("UPDATE ticket SET fields = NULL, consent = NULL WHERE conversation = ?", (conversation,))


def receive(db: sqlite3.Connection, conversation: Conversation, external: str, digest: str, body: str, at: int) -> bool:
    """First stage of a pushed message: durable before the platform is told so."""
    db.execute(
        """INSERT INTO conversation (id, channel, address, owner, version, seq, topic, created, touched)
        VALUES (?, ?, ?, 'bot', 0, 0, ?, ?, ?) ON CONFLICT DO NOTHING""",
        (conversation.id, conversation.channel, conversation.address, wire.topic_out(conversation.topic), at, at),
    )
    cursor = db.execute(
        """INSERT INTO inbox (conversation, external, digest, body, received)
        SELECT id, ?, ?, ?, ? FROM conversation WHERE channel = ? AND address = ? ON CONFLICT DO NOTHING""",
        (external, digest, body, at, conversation.channel, conversation.address),
    )
    if cursor.rowcount == 1:
        outbox.written(db, conversation.channel, conversation.address, at)
    return cursor.rowcount == 1


def amend(db: sqlite3.Connection, channel: str, address: str, external: str, body: str) -> bool:
    """Put an edited text in the place of what was said. False when there is no such message, or it was erased."""
    cursor = db.execute(
        """UPDATE message SET body = ? WHERE sender = 'citizen' AND body IS NOT NULL AND (conversation, seq) IN (SELECT i.conversation, i.first_seq
        FROM inbox i JOIN conversation c ON c.id = i.conversation WHERE c.channel = ? AND c.address = ? AND i.external = ?)""",
        (body, channel, address, external),
    )
    return cursor.rowcount == 1


def waiting(db: sqlite3.Connection, before: int) -> list[Waiting]:
    """Received and not done, oldest first."""
    rows = db.execute(
        """SELECT c.channel, c.address, i.external, i.body, i.digest, i.received FROM inbox i JOIN conversation c ON c.id = i.conversation
        WHERE i.done IS NULL AND i.received <= ? ORDER BY i.received LIMIT 1000""",
        (before,),
    )
    return [Waiting(*row) for row in rows]


def changed(db: sqlite3.Connection, conversation: str, after: int, limit: int) -> Changed | None:
    """Lines after a sequence number, oldest first, and the owner now."""
    head = db.execute("SELECT owner, seq FROM conversation WHERE id = ?", (conversation,)).fetchone()
    if head is None:
        return None
    rows = db.execute(
        "SELECT seq, id, sender, at, body FROM message WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?",
        (conversation, after, limit),
    )
    return Changed(head[0], head[1], tuple(wire.line(*row) for row in rows))


def staff_line(db: sqlite3.Connection, conversation: str, text: str, at: int, revision: str, push: bool = True) -> int:
    """A staff member's words in a conversation, to be delivered where the channel pushes, unless they have arrived; its sequence number."""
    seq, channel = db.execute("SELECT seq + 1, channel FROM conversation WHERE id = ?", (conversation,)).fetchone()
    db.execute(_SAY, (conversation, seq, new_id(at), "staff", at, wire.plain_body(text), "staff", None, None, None, revision))
    db.execute("UPDATE conversation SET seq = ?, version = version + 1, touched = ? WHERE id = ?", (seq, at, conversation))
    if push and channel not in PULLED:
        db.execute(_PUSH, (conversation, seq, channel, at))
    return int(seq)
