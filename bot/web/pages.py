"""The pages themselves and what the first screen shows."""

from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web

from bot import wire
from bot.choices import item_choice
from bot.desk import today
from bot.rules import Rules
from bot.web.problems import Problem

STATIC = Path(__file__).parent / "static"


def start(rules: Rules, on: date) -> dict[str, Any]:
    """The body of GET /api/v1/start."""
    library = rules.library
    facts = library.catalog.facts
    hotlines = [{"label": facts[f].label, "number": rules.fact(f, on)} for f in library.desk.hotlines]
    items = library.catalog.items
    groups = [
        {"name": g.name, "items": [{"label": items[i].button, "choice": item_choice(i)} for i in g.items if i in items]} for g in library.start.groups
    ]
    return {
        "service": "知问",
        "province": library.catalog.catalog.province,
        "office": library.node.name if library.node else library.desk.office,
        "notice": {"version": library.desk.notice.version, "text": rules.notice()},
        "hours": rules.hours_line(),
        "hotlines": hotlines,
        "questions": list(library.start.questions),
        "groups": [g for g in groups if g["items"]],
        "staff_url": "/staff",
    }


class Pages:
    """Static files and the start screen's data."""

    def __init__(self, rules: Rules):
        self.rules = rules

    async def start(self, request: web.Request) -> web.Response:
        """GET /api/v1/start."""
        value = start(self.rules, today())
        return web.Response(body=wire.dumps(value).encode(), content_type="application/json", charset="utf-8", headers={"Cache-Control": "no-cache"})

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """GET /static/…: a file of the page, never one outside its folder."""
        name = request.match_info["path"]
        path = (STATIC / name.replace("\0", "?")).resolve()
        if not path.is_relative_to(STATIC.resolve()) or not path.is_file():
            raise Problem(404, "没有这个文件")
        return web.FileResponse(path)

    def file(self, name: str) -> Any:
        """A handler for one page."""

        async def page(request: web.Request) -> web.StreamResponse:
            return web.FileResponse(STATIC / name, headers={"Cache-Control": "no-cache"})

        return page


def add(app: web.Application, pages: Pages) -> None:
    """Put the pages' routes into an application."""
    app.router.add_get("/", pages.file("index.html"))
    app.router.add_get("/staff", pages.file("staff.html"))
    app.router.add_get("/widget.js", pages.file("widget.js"))
    app.router.add_get("/favicon.ico", pages.file("favicon.svg"))
    app.router.add_get("/api/v1/start", pages.start)
    app.router.add_get("/static/{path:.+}", pages.asset)
