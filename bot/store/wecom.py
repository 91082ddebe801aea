"""What the WeCom channel remembers between messages: accounts, sessions, the access token."""

import sqlite3
from collections.abc import Sequence

from bot import wire
from bot.channels.wecom_books import BOT, NAME, NEW, PERSON, POOL, Account, Fact, Row, Standing, Taken
from bot.channels.wecom_token import Token
from bot.model import Owner, Topic
from bot.store import wecom_page, wecom_people
from bot.store.sqlite import SqliteStore

_STANDING = """SELECT c.id, c.address, c.owner, c.via, c.version, s.asked, s.sent, s.state, s.servicer, s.code, s.code_until,
    (SELECT count(*) FROM wecom_bounce b WHERE b.conversation = c.id AND b.seq = ?), s.refused = c.version
    FROM conversation c LEFT JOIN wecom_session s ON s.conversation = c.id"""
_ADRIFT = f"""{_STANDING} WHERE c.channel = '{NAME}' AND s.state IS NOT NULL AND s.refused IS NOT c.version
    AND ((c.owner = 'queue' AND s.state IN ({NEW}, {BOT})) OR (c.owner IN ('bot', 'closed') AND s.state IN ({POOL}, {PERSON})))
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.conversation = c.id AND o.state IN ('waiting', 'sending'))
    AND substr(c.address, 1, instr(c.address, '/') - 1) IN (SELECT value FROM json_each(?)) LIMIT 200"""


class WecomStore:
    """The books on SQLite. `app` tells the tokens of several secrets apart; it is no secret itself."""

    def __init__(self, store: SqliteStore, app: str):
        self._store, self._app = store, app

    async def token(self) -> Token | None:
        row = await self._store.run(lambda db: db.execute("SELECT token, until FROM wecom_token WHERE app = ?", (self._app,)).fetchone())
        return Token(*row) if row else None

    async def keep_token(self, token: Token) -> None:
        await self._store.run(lambda db: db.execute("INSERT OR REPLACE INTO wecom_token VALUES (?, ?, ?)", (self._app, *token)).rowcount)

    async def begin(self, kfids: Sequence[str], now: int) -> None:
        rows = [(kfid, now) for kfid in kfids]
        statement = "INSERT INTO wecom_account (kfid, cursor, token, called, started) VALUES (?, '', '', 0, ?) ON CONFLICT DO NOTHING"
        await self._store.run(lambda db: db.executemany(statement, rows).rowcount)

    async def account(self, kfid: str) -> Account | None:
        query = "SELECT cursor, token, called, started FROM wecom_account WHERE kfid = ?"
        row = await self._store.run(lambda db: db.execute(query, (kfid,)).fetchone())
        return Account(*row) if row else None

    async def called(self, kfid: str, token: str, now: int) -> bool:
        statement = "UPDATE wecom_account SET token = ?, called = ? WHERE kfid = ?"
        return await self._store.run(lambda db: db.execute(statement, (token, now, kfid)).rowcount) == 1

    async def take(self, kfid: str, before: str, after: str, items: Sequence[Row | Fact], now: int) -> Taken | None:
        return await self._store.run(lambda db: wecom_page.take(db, kfid, (before, after), items, now))

    async def standing(self, conversation: str, seq: int = 0) -> Standing:
        return await self._store.run(lambda db: standing(db, conversation, seq))

    async def address(self, address: str) -> Standing | None:
        query = "SELECT id FROM conversation WHERE channel = ? AND address = ?"
        row = await self._store.run(lambda db: db.execute(query, (NAME, address)).fetchone())
        return await self.standing(row[0]) if row else None

    async def sent(self, conversation: str, counted: bool) -> None:
        await self._store.run(lambda db: sent(db, conversation, counted))

    async def moved(self, conversation: str, now: int, state: int, servicer: str = "", code: str = "", until: int = 0) -> None:
        await self._store.run(lambda db: moved(db, conversation, state, servicer, (code, until), now))

    async def refused(self, conversation: str, version: int) -> None:
        statement = "UPDATE wecom_session SET refused = ? WHERE conversation = ?"
        await self._store.run(lambda db: db.execute(statement, (version, conversation)).rowcount)

    async def adrift(self, native: Sequence[str]) -> Sequence[Standing]:
        return await self._store.run(lambda db: [_stands(row) for row in db.execute(_ADRIFT, (0, wire.dumps(list(native))))])

    async def noticed(self, address: str, now: int) -> None:
        await self._store.run(lambda db: wecom_page.known(db, address, now, Topic(noticed=True, at=now)))


def moved(db: sqlite3.Connection, conversation: str, state: int, servicer: str, code: tuple[str, int], now: int) -> None:
    """Write down the session's state; owner and ticket follow where people have it."""
    if state == PERSON:
        wecom_people.adopt(db, conversation, servicer, now)
    elif state == POOL:
        wecom_people.wait(db, conversation)
    wecom_page.session(db, conversation, state, servicer, code)


def standing(db: sqlite3.Connection, conversation: str, seq: int) -> Standing:
    """How things stand with a citizen, and with their message `seq`."""
    return _stands(db.execute(f"{_STANDING} WHERE c.id = ?", (seq, conversation)).fetchone())


def _stands(row: tuple[object, ...]) -> Standing:
    id_, address, owner, via, version, asked, sent_, state, servicer, code, until, bounced, refused = row
    return Standing(
        str(id_), str(address), Owner(str(owner)), str(via) if via else None, _int(version), _int(asked), _int(sent_),
        None if state is None else _int(state), str(servicer or ""), str(code or ""), _int(until), _int(bounced), bool(refused),
    )  # fmt: skip


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def sent(db: sqlite3.Connection, conversation: str, counted: bool) -> None:
    """One message more of the five is used, or the code is."""
    change = "sent = sent + 1" if counted else "code = '', code_until = 0"
    db.execute(f"UPDATE wecom_session SET {change} WHERE conversation = ?", (conversation,))
