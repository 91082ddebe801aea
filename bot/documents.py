"""Files of ours: sheets in their forms, and all that is kept of one citizen. Made anew whenever they are asked for."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot import wire
from bot.channel import Document
from bot.desk import Desk
from bot.model import Line, Sheet
from bot.ports import Outgoing, Store
from bot.sheets import ics, page, wording
from bot.sheets.card import ADDRESS as SHEETS

EXPORT = "/api/v1/chat/export"
EXPORT_NAME = "zhiwen-export.json"
PAGE = 200


class Documents:
    """Makes files; one PDF at a time, for drawing is all computing."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._drawing = asyncio.Lock()

    async def sheet(self, token: str, form: str) -> tuple[Sheet, bytes] | None:
        """The sheet under a token in one of its forms; None when there is none, or its time is over, or it was erased."""
        now = self._desk.clock()
        sheet = await self._desk.store.sheet(token, now)
        return (sheet, await self._body(sheet, form, token, now)) if sheet else None

    async def _body(self, sheet: Sheet, form: str, token: str, now: int) -> bytes:
        words = self._desk.rules.phrases
        if form == "html":
            return page.page(sheet, words, token).encode()
        if form == "ics":
            return ics.calendar_file(sheet, datetime.fromtimestamp(now / 1000, UTC))
        async with self._drawing:
            return await asyncio.to_thread(_drawn, sheet, words)

    async def attached(self, out: Outgoing, path: str) -> Document | None:
        """The file that a message to a citizen speaks of, by its address; None when its time is over."""
        if path == EXPORT:
            return Document(EXPORT_NAME, wire.dumps(await exported(self._desk.store, out.conversation)).encode())
        token, _, form = path.removeprefix(SHEETS).partition(".")
        found = await self.sheet(token, form)
        return Document(wording.file_name(found[0], form, self._desk.rules.phrases), found[1]) if found else None


async def exported(store: Store, conversation: str | None) -> dict[str, Any]:
    """Everything kept of one citizen."""
    lines: list[dict[str, Any]] = []
    while conversation is not None:
        changed = await store.changed(conversation, lines[-1]["seq"] if lines else 0, PAGE)
        if changed is None or not changed.lines:
            break
        lines += [shown(line) for line in changed.lines]
    sheets = await store.sheets(conversation) if conversation else ()
    return {"conversation": conversation, "messages": lines, "sheets": list(sheets)}


def shown(line: Line) -> dict[str, Any]:
    """A line of history as told to its citizen."""
    value = asdict(line)
    value["from"] = value.pop("sender")
    value["cards"] = [{**c, "actions": [{k: v for k, v in a.items() if v is not None} for a in c["actions"]]} for c in value["cards"]]
    value["sources"] = [{k: v for k, v in s.items() if v is not None} for s in value["sources"]]
    return value


def _drawn(sheet: Sheet, words: wording.Words) -> bytes:
    from bot.sheets.pdf import pdf  # 25 MB with its typeface: a service that draws nothing does without

    return pdf(sheet, words)
