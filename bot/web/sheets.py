"""Sheets of finished guides under their secret addresses, as PDF, page and calendar."""

import math
import time
from urllib.parse import quote

from aiohttp import web

from bot.desk import Desk
from bot.documents import Documents
from bot.model import Sheet
from bot.sheets import page, wording
from bot.web.limits import Buckets
from bot.web.problems import Problem
from bot.web.security import Guard

FORMS = {"pdf": "application/pdf", "html": "text/html", "ics": "text/calendar"}
TOKEN = "^[A-Za-z0-9_-]{16,64}$"  # noqa: S105 - the form of a token, not one
PATH = f"/api/v1/sheets/{{token:{TOKEN[1:-1]}}}.{{form:{'|'.join(FORMS)}}}"
PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


class Sheets:
    """The handler, with what it needs."""

    def __init__(self, desk: Desk, documents: Documents, guard: Guard, addresses: Buckets, each: Buckets):
        self.desk = desk
        self._documents, self._guard, self._addresses, self._each = documents, guard, addresses, each

    async def get(self, request: web.Request) -> web.Response:
        """GET /api/v1/sheets/TOKEN.FORM. Whether a link is unknown, over or erased is not told."""
        token, form = request.match_info["token"], request.match_info["form"]
        self._limit(request, token)
        found = await self._documents.sheet(token, form)
        if found is None:
            text = page.gone(self.desk.rules.phrases, self.desk.rules.sheet_days)
            return web.Response(text=text, status=404, content_type="text/html", charset="utf-8", headers=PRIVATE)
        sheet, body = found
        headers = {**PRIVATE, "Content-Disposition": self._named(sheet, form)}
        return web.Response(body=body, content_type=FORMS[form], charset=None if form == "pdf" else "utf-8", headers=headers)

    def _limit(self, request: web.Request, token: str) -> None:
        now = time.monotonic()
        wait = self._addresses.take(self._guard.address(request), now) or self._each.take(token, now)
        if wait:
            seconds = str(max(1, math.ceil(wait)))
            raise Problem(429, f"打开得太快了，请等 {seconds} 秒再试", {"Retry-After": seconds})

    def _named(self, sheet: Sheet, form: str) -> str:
        """A plain name for old programs, the real one in RFC 5987's form. A calendar is saved, the others are shown."""
        how = "attachment" if form == "ics" else "inline"
        name = quote(wording.file_name(sheet, form, self.desk.rules.phrases), safe="")
        return f"{how}; filename=\"sheet.{form}\"; filename*=UTF-8''{name}"
