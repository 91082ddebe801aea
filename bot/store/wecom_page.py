"""A page of `sync_msg` in one transaction: messages into the inbox, events into effect, the cursor behind them."""

import sqlite3
from collections.abc import Sequence

from bot import received, wire
from bot.channels.wecom_books import ENDED, NAME, NATIVE, NEW, PERSON, WINDOW_MS, Fact, Row, Taken
from bot.channels.wecom_client import own_id
from bot.channels.wecom_items import Answered, Bounced, Moved, Recalled
from bot.ids import new_id
from bot.model import Conversation, Topic
from bot.store import outbox, turns, wecom_people

HISTORY_MS = 10 * 60 * 1000  # before the first start: older than this is history, and is not answered
SEEN_MS = 8 * 24 * 3600 * 1000  # events are remembered for longer than WeCom gives them out (3 days)
CODE_MS = 20_000  # how long one may be sent after the end
TRIES = 2  # of a message that bounces


def take(db: sqlite3.Connection, kfid: str, cursor: tuple[str, str], items: Sequence[Row | Fact], now: int) -> Taken | None:
    """A page: messages into the inbox, events into effect, in their order; the cursor behind them; nothing when another pull was faster."""
    before, after = cursor
    moved_on = db.execute("UPDATE wecom_account SET cursor = ?, pulled = ? WHERE kfid = ? AND cursor = ?", (after, now, kfid, before))
    if moved_on.rowcount != 1:
        return None
    (started,) = db.execute("SELECT started FROM wecom_account WHERE kfid = ?", (kfid,)).fetchone()
    new: set[str] = set()
    silent: set[str] = set()
    facts: list[Fact] = []
    changed: dict[str | None, bool] = {}
    for each in items:
        if each.sent and each.sent < started - HISTORY_MS:
            continue
        if isinstance(each, Row):
            to_person = _with_person(db, each.address)
            if _received(db, each, to_person):
                new.add(each.external)
                silent.update([each.external] if to_person else ())
        elif _first_time(db, each, now):
            facts.append(each)
            changed[_effect(db, each, now)] = True
    db.execute("DELETE FROM wecom_seen WHERE at < ?", (now - SEEN_MS,))
    return Taken(frozenset(new), frozenset(silent), tuple(facts), tuple(c for c in changed if c))


def _with_person(db: sqlite3.Connection, address: str) -> bool:
    """Whether a person has this chat in WeCom at this place of the page."""
    row = db.execute("SELECT owner, via FROM conversation WHERE channel = ? AND address = ?", (NAME, address)).fetchone()
    return row is not None and tuple(row) == ("staff", NATIVE)


def _received(db: sqlite3.Connection, row: Row, to_person: bool) -> bool:
    """Keep a citizen's message: window and budget begin anew, an ended session begins again."""
    stub = Conversation(new_id(row.at), NAME, row.address)
    body = received.silenced(row.body) if to_person else row.body
    if not turns.receive(db, stub, row.external, row.digest, body, row.at):
        return False
    id_ = known(db, row.address, row.at)
    db.execute(
        f"""INSERT INTO wecom_session (conversation, asked, sent, state) VALUES (?, ?, 0, {NEW}) ON CONFLICT (conversation) DO UPDATE SET
        state = CASE WHEN state IS NULL OR state = {ENDED} OR asked + {WINDOW_MS} < excluded.asked THEN {NEW} ELSE state END,
        sent = 0, asked = max(asked, excluded.asked)""",
        (id_, row.sent or row.at),
    )
    return True


def _first_time(db: sqlite3.Connection, fact: Fact, now: int) -> bool:
    cursor = db.execute("INSERT INTO wecom_seen (msgid, address, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (fact.msgid, fact.address, now))
    return cursor.rowcount == 1


def _effect(db: sqlite3.Connection, fact: Fact, now: int) -> str | None:
    """What an event changes; the conversation, if something did."""
    item = fact.item
    if isinstance(item, Answered):
        id_ = known(db, fact.address, now)
        wecom_people.adopt(db, id_, item.servicer, now)
        seq = turns.staff_line(db, id_, item.text or f"〔{item.kind}〕", now, "", push=False)
        db.execute("UPDATE wecom_seen SET seq = ? WHERE msgid = ?", (seq, fact.msgid))
        session(db, id_, PERSON, item.servicer)
        return id_
    if isinstance(item, Moved):
        return _session_changed(db, fact.address, item, now)
    talk = turns.load(db, NAME, fact.address)
    if talk is None:
        return None
    if isinstance(item, Bounced):
        return talk.id if _bounced(db, talk.id, fact.address, item, now) else None
    return talk.id if isinstance(item, Recalled) and _recalled(db, talk.id, item) else None


def _session_changed(db: sqlite3.Connection, address: str, item: Moved, now: int) -> str | None:
    id_ = known(db, address, now)
    until = item.sent + (CODE_MS if item.change == 3 else WINDOW_MS)
    if item.change == 3:
        wecom_people.end(db, id_, item.servicer, now)
        session(db, id_, ENDED, "", (item.code, until))
    else:
        wecom_people.adopt(db, id_, item.servicer, now)
        session(db, id_, PERSON, item.servicer, (item.code, until))
    return id_


# A new message of the citizen's can end these, or they themselves.
_BOUNCED = {4: "held", 5: "held", 6: "held", 1: "blocked", 10: "blocked"}


def _bounced(db: sqlite3.Connection, talk: str, address: str, item: Bounced, now: int) -> bool:
    """Find the message by its id, which can be made again from its place, and take its delivery back. One that bounces again and again is left."""
    for seq, parts in db.execute("SELECT seq, parts FROM outbox WHERE conversation = ? ORDER BY seq DESC LIMIT 50", (talk,)).fetchall():
        (times,) = db.execute("SELECT count(*) FROM wecom_bounce WHERE conversation = ? AND seq = ?", (talk, seq)).fetchone()
        part = next((n for n in range(parts + 1) if own_id(talk, seq, n, times) == item.msgid), None)
        if part is None:
            continue
        db.execute("INSERT INTO wecom_bounce (conversation, seq, part, why, at) VALUES (?, ?, ?, ?, ?)", (talk, seq, part, item.why, now))
        state = _BOUNCED.get(item.why, "dead") if times < TRIES else "dead"
        db.execute(
            "UPDATE outbox SET state = ?, parts = ?, error = ?, settled = ? WHERE conversation = ? AND (seq = ? OR lead = ?) "
            "AND state IN ('sent', 'sending')",
            (state, part, f"msg_send_fail {item.why}", now, talk, seq, seq),
        )
        if state == "blocked":
            outbox.reach(db, NAME, address, now, now)
        return True
    return False


def _recalled(db: sqlite3.Connection, talk: str, item: Recalled) -> bool:
    """Empty what was taken back."""
    mine = "SELECT first_seq FROM inbox WHERE conversation = ? AND external = ? AND done IS NOT NULL"
    theirs = "SELECT seq FROM wecom_seen WHERE ? IS NOT NULL AND msgid = ? AND seq IS NOT NULL"
    row = db.execute(mine if item.by_citizen else theirs, (talk, item.msgid)).fetchone()
    if row is None:
        return False
    return db.execute("UPDATE message SET body = NULL WHERE conversation = ? AND seq = ?", (talk, row[0])).rowcount == 1


def known(db: sqlite3.Connection, address: str, now: int, topic: Topic | None = None) -> str:
    """The conversation of an address, made when there is none."""
    db.execute(
        """INSERT INTO conversation (id, channel, address, owner, version, seq, topic, created, touched) VALUES (?, ?, ?, 'bot', 0, 0, ?, ?, ?)
        ON CONFLICT DO NOTHING""",
        (new_id(now), NAME, address, wire.topic_out(topic or Topic()), now, now),
    )
    return str(db.execute("SELECT id FROM conversation WHERE channel = ? AND address = ?", (NAME, address)).fetchone()[0])


def session(db: sqlite3.Connection, conversation: str, state: int, servicer: str, code: tuple[str, int] = ("", 0)) -> None:
    """Write down WeCom's session. A code holds as long as the state does, or until another one comes."""
    db.execute(
        """INSERT INTO wecom_session (conversation, asked, sent, state, servicer, code, code_until) VALUES (?, 0, 0, ?, ?, ?, ?)
        ON CONFLICT (conversation) DO UPDATE SET servicer = excluded.servicer, state = excluded.state,
        refused = CASE WHEN excluded.state = wecom_session.state THEN refused END,
        code = CASE WHEN excluded.code = '' AND excluded.state = wecom_session.state THEN wecom_session.code ELSE excluded.code END,
        code_until = CASE WHEN excluded.code = '' AND excluded.state = wecom_session.state THEN code_until ELSE excluded.code_until END""",
        (conversation, state, servicer, *code),
    )
