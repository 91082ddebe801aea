"""The servers that are compared: a bare aiohttp echo, the service as it is, and the service with understanding replaced by a constant."""

import asyncio
import sys
from datetime import date
from pathlib import Path

from aiohttp import web

from bot import serve, snapshot
from bot.settings import Settings
from bot.store.sqlite import SqliteStore
from bot.web.app import application
from intents.meaning import Context, Likely, Meaning


def constant(text: str, context: Context, today: date) -> Meaning:
    """Understands nothing and always answers the same."""
    likely = (Likely("trademark.renewal", "fee", 1.0),)
    return Meaning("answer", "trademark.renewal", "fee", 1.0, likely, facets=("fee",))


def echo() -> web.Application:
    """What aiohttp costs alone: read a JSON body, send it back."""

    async def answer(request: web.Request) -> web.Response:
        await request.json()
        return web.Response(body=await request.read(), content_type="application/json")

    app = web.Application()
    app.router.add_post("/echo", answer)
    return app


def main(kind: str, folder: str) -> None:
    """Serve one of `echo`, `real`, `constant` on a free port; the port is printed first."""
    settings = Settings(
        store=f"sqlite:{folder}/{kind}.db", port=0, visitor_rate=1e6, visitor_burst=10**6, address_rate=1e6, address_burst=10**6
    )  # fmt: skip
    if kind == "echo":
        asyncio.run(_run(echo(), None))
        return
    rules = snapshot.load(settings, read=constant if kind == "constant" else None)
    store = SqliteStore.open(Path(folder) / f"{kind}.db")
    asyncio.run(_run(application(settings, rules, store, serve.secret(settings)), store))


async def _run(app: web.Application, store: SqliteStore | None) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()
    if store:
        await store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
