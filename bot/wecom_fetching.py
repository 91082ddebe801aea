"""Files that a citizen sent through 微信客服, fetched for staff while WeCom still has them (three days)."""

import re
import sqlite3
from pathlib import Path
from typing import NamedTuple

from bot import wecom
from bot.channels.wecom_errors import WecomError
from bot.settings import Settings
from bot.store import tickets
from bot.store.sqlite import SqliteStore

ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "audio/amr": ".amr", "video/mp4": ".mp4"}


class Kept(NamedTuple):
    """A file as the conversation knows it."""

    seq: int
    place: int
    kind: str
    ref: str
    name: str


async def fetched(settings: Settings, number: str, folder: Path) -> list[tuple[bool, str]]:
    """Every file of a ticket's conversation, put into a folder: whether it worked, and its name or why not. Raises TicketRefused, StoreDown."""
    store = SqliteStore.open(settings.sqlite_path)
    client = wecom.client(settings, wecom.books(settings, store))
    results: list[tuple[bool, str]] = []
    try:
        for each in await store.run(lambda db: _kept(db, number)):
            try:
                found = await client.media(each.ref)
            except WecomError as error:
                results.append((False, f"第 {each.seq} 条的文件取不到（{error.code or '太大，或没有回答'}），可能已经过了三天"))
                continue
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / _name(each, found.name, found.kind)
            path.write_bytes(found.content)
            results.append((True, str(path)))
    finally:
        await client.calls.close()
        await store.close()
    return results


def _kept(db: sqlite3.Connection, number: str) -> list[Kept]:
    talk = tickets.shown(db, number)["conversation"]
    rows = db.execute(
        """SELECT a.seq, a.place, a.kind, a.ref, coalesce(a.name, '') FROM attachment a JOIN conversation c ON c.id = a.conversation
        WHERE a.conversation = ? AND c.channel = 'wecom' AND a.ref <> '' ORDER BY a.seq, a.place""",
        (talk,),
    )
    return [Kept(*row) for row in rows]


def _name(kept: Kept, told: str, kind: str) -> str:
    """A name that is one, in this folder and no other; where it came from stands first."""
    plain = re.sub(r"[^\w.\- ]", "_", told or kept.name or f"{kept.kind}{ENDINGS.get(kind, '')}").lstrip(".")
    return f"{kept.seq}-{kept.place}-{plain[-80:]}"
