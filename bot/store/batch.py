"""Many plain turns as a handful of statements.

Python's sqlite3 gives the interpreter lock away at every step of every statement, and a busy event loop is slow to give it back;
so a batch goes into SQLite as JSON and each table is written by one statement. A turn is plain when it touches only inbox,
conversation, messages and outbox; all others, repeats and conflicts take the ordinary way, one by one.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from bot import wire
from bot.ports import Done, Outcome, Stored, Work
from bot.store import turns

# One row out: for each turn, in order, [version, owner, seen] as stored now.
_NOW = """SELECT json_group_array(json_array(k, version, owner, seen)) FROM (
    SELECT j.key AS k, c.version AS version, c.owner AS owner, i.done IS NOT NULL AS seen FROM json_each(?) j
    LEFT JOIN conversation c ON c.id = json_extract(j.value, '$[0]')
    LEFT JOIN inbox i ON i.conversation = json_extract(j.value, '$[0]') AND i.external = json_extract(j.value, '$[1]'))"""


def _insert(table: str, columns: str, conflict: str = "") -> str:
    count = len(columns.split(","))
    values = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(count))
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM json_each(?) WHERE true {conflict}"


_CONVERSATIONS = _insert(
    "conversation",
    "id, channel, address, owner, via, version, seq, ticket, number, topic, created, touched",
    """ON CONFLICT (id) DO UPDATE SET version = excluded.version, seq = excluded.seq, topic = excluded.topic, touched = excluded.touched""",
)
# What was received before keeps its fingerprint and loses its body.
_INBOX = _insert(
    "inbox",
    "conversation, external, digest, received, done, first_seq, last_seq, owner",
    """ON CONFLICT (conversation, external) DO UPDATE SET body = NULL, done = excluded.done, first_seq = excluded.first_seq,
    last_seq = excluded.last_seq, owner = excluded.owner""",
)
_OUTBOX = _insert("outbox", "conversation, seq, channel, state, tries, due")
_MESSAGES = _insert("message", "conversation, seq, id, sender, at, body, decision, item, facet, confidence, revision")


def is_plain(work: Work) -> bool:
    """Whether a turn writes nothing but inbox, conversation, messages and outbox, and leaves the owner as it was."""
    turn = work.turn
    beside = turn.ticket or turn.erase or turn.consent or turn.sheet or turn.park or turn.took_up or work.message.files
    return not beside and turn.conversation.owner is work.before.owner


def commit(db: sqlite3.Connection, works: Sequence[Work]) -> list[Outcome]:
    """Commit many turns of different conversations; outcomes in their order. The rules are those of `turns.commit`."""
    now = _now(db, works)
    plain = [n for n, work in enumerate(works) if is_plain(work) and _unchanged(work, *now[n])]
    chosen = set(plain)
    written = _write(db, [works[n] for n in plain]) if plain else []
    outcomes: dict[int, Outcome] = dict(zip(plain, written, strict=True))
    for n, work in enumerate(works):
        if n not in chosen:
            outcomes[n] = turns.commit(db, work)
    return [outcomes[n] for n in range(len(works))]


def _now(db: sqlite3.Connection, works: Sequence[Work]) -> dict[int, tuple[int | None, str | None, int]]:
    asked = wire.dumps([(w.before.id, w.message.id) for w in works])
    (found,) = db.execute(_NOW, (asked,)).fetchone()
    return {k: (version, owner, seen) for k, version, owner, seen in json.loads(found)}


def _unchanged(work: Work, version: int | None, owner: str | None, seen: int) -> bool:
    if seen:
        return False
    if work.is_new:
        return version is None
    return version == work.before.version and owner == work.before.owner.value


def _write(db: sqlite3.Connection, works: Sequence[Work]) -> list[Outcome]:
    conversations, inbox, messages, outbox = [], [], [], []
    outcomes: list[Outcome] = []
    for work in works:
        turn, before, at = work.turn, work.before, work.at
        seq = before.seq + len(work.lines)
        after = replace(turn.conversation, version=before.version + 1, seq=seq)
        id_, owner = after.id, after.owner.value
        topic = wire.topic_out(after.topic)
        conversations.append((id_, after.channel, after.address, owner, after.via, after.version, seq, after.ticket, after.number, topic, at, at))
        inbox.append((id_, work.message.id, work.message.digest, at, at, before.seq + 1, seq, owner))
        replies = []
        for number, line in enumerate(work.lines, before.seq + 1):
            messages.append(
                (id_, number, line.id, line.sender, at, line.body, turn.decision, turn.item, turn.facet, turn.confidence, turn.revision)
            )
            if line.sender == "bot":
                replies.append(Stored(line.id, number, line.body))
                if work.pushes:
                    outbox.append((id_, number, after.channel, "waiting", 0, at))
        outcomes.append(Done(after, tuple(replies)))
    db.execute(_CONVERSATIONS, (wire.dumps(conversations),))
    db.execute(_INBOX, (wire.dumps(inbox),))
    db.execute(_MESSAGES, (wire.dumps(messages),))
    if outbox:
        db.execute(_OUTBOX, (wire.dumps(outbox),))
    return outcomes
