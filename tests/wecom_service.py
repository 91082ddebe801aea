"""The real parts of the service around the WeCom channel, over HTTP on loopback, with a clock of one's own."""

import asyncio
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot import greeting, rating
from bot.channels.wecom_callback import PATH
from bot.channels.wecom_calls import Calls
from bot.channels.wecom_client import WecomClient
from bot.channels.wecom_kf import NAME, Sayings, WecomKf, WecomSettings
from bot.desk import Desk
from bot.documents import Documents
from bot.pushed import Pushed
from bot.rules import Rules
from bot.store import outbox, tickets
from bot.store.sqlite import SqliteStore
from bot.store.wecom import WecomStore
from tests.running import Service
from tests.wecom_wire import AES_KEY, CORP, KF, SECRET, TOKEN, Sent
from tests.wecomapi import WecomApi

START = 1_795_000_000_000
PATIENCE = 20.0  # seconds of waiting before a test gives up


class Clock:
    """Runs on from a fixed moment, and can be set forward."""

    def __init__(self) -> None:
        self._ahead = START - time.time_ns() // 1_000_000

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self._ahead

    def forward(self, ms: int) -> None:
        """Let time pass."""
        self._ahead += ms


class WecomService:
    """Desk, inbox, outbox and channel on one store; started, stopped, started again."""

    def __init__(self, folder: Path, rules: Rules, api: WecomApi, clock: Clock, **settings: Any):
        self._path, self._rules, self.api, self.clock = folder / "zhiwen.db", rules, api, clock
        self._settings = {"modes": {KF: "relay"}, "public_url": "https://ip.example.gov.cn", "poll": 3600.0, "look": 0.05, **settings}
        self.url = ""
        self.told: list[str] = []

    async def start(self) -> "WecomService":
        """Open the store, serve, connect."""
        self.store = SqliteStore.open(self._path)
        self.desk = Desk(self.store, self._rules, self.clock)
        self.books = WecomStore(self.store, "app")
        client = WecomClient(Calls(self.api.url, CORP, SECRET, self.books, self.clock))
        rules = self._rules
        sayings = Sayings(lambda: rules.phrases, lambda: greeting.welcome(rules, NAME), lambda: rating.asked(rules))
        own = WecomSettings(CORP, TOKEN, AES_KEY, **self._settings)
        self.kf = WecomKf(own, client, self.books, self.clock, sayings, Documents(self.desk).attached, self._told)
        pushed = Pushed(self.desk, b"key", [self.kf])
        app = web.Application(client_max_size=64 * 1024)
        app.router.add_routes(pushed.routes())

        async def running(_: web.Application) -> Any:
            async with pushed.running():
                yield

        app.cleanup_ctx.append(running)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    def _told(self, what: str) -> None:
        self.desk.hub.publish(what)
        self.told += [] if what.startswith("outbox:") else [what]

    async def stop(self) -> None:
        """End everything in order."""
        await self._runner.cleanup()
        await self.store.close()
        self.url = ""

    async def called(self, kfid: str = KF) -> int:
        """A callback; the status of its answer."""
        return await self.api.calls_back(self.url + PATH, kfid)

    async def hears(self, user: str, text: str, **more: Any) -> list[Sent]:
        """A citizen's words, and what they see of us in return."""
        seen = len(self.api.shown_to(user))
        self.api.says(user, text, **more)
        await self.called()
        await self.settled()
        return self.api.shown_to(user)[seen:]

    async def settled(self) -> None:
        """Wait until nothing is under way: all pulled, all answered, nothing due in the outbox."""
        await self.until(self._quiet)

    async def _quiet(self) -> bool:
        cursors = await self.rows("SELECT kfid, cursor FROM wecom_account")
        behind = [kfid for kfid, cursor in cursors if cursor != f"at-{len(self.api.logs[kfid])}" and self.api.logs[kfid]]
        inbox = await self.rows("SELECT 1 FROM inbox WHERE done IS NULL")
        waiting = await self.rows(f"SELECT 1 FROM outbox WHERE state = 'sending' OR (state = 'waiting' AND due <= {self.clock()})")
        return not behind and not inbox and not waiting

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait until something holds."""
        end = time.monotonic() + PATIENCE
        while not (found := holds()) or (asyncio.iscoroutine(found) and not await found):
            assert time.monotonic() < end, "it did not come to pass"
            await asyncio.sleep(0.01)

    async def rows(self, query: str) -> list[Any]:
        """Rows of the store."""
        return await self.store.run(lambda db: db.execute(query).fetchall())

    async def states(self) -> list[str]:
        """States of the outbox in order."""
        return [state for (state,) in await self.rows("SELECT state FROM outbox ORDER BY conversation, seq")]

    async def staff_says(self, number: str, text: str, who: str = "王") -> None:
        """Words from the console."""
        await self.store.run(lambda db: tickets.say(db, number, who, text, self.clock()))
        self.desk.forget()
        self.desk.hub.publish("outbox:wecom")

    async def accepts(self, who: str = "王") -> str:
        """Take the only open ticket up in the console; its number."""
        (ticket,) = await self.store.run(lambda db: tickets.listed(db, "open"))
        await self.store.run(lambda db: tickets.accept(db, ticket["number"], who, self.clock()))
        self.desk.forget()
        return str(ticket["number"])

    async def closes(self, number: str, who: str = "王") -> None:
        """End a chat in the console."""
        await self.store.run(lambda db: tickets.close(db, number, who, "answered", self.clock()))
        self.desk.forget()

    async def again(self) -> None:
        """Staff have what was held or dead tried again."""
        for (conversation,) in await self.rows("SELECT DISTINCT conversation FROM outbox"):
            await self.store.run(lambda db, c=conversation: outbox.again(db, c, None, self.clock()))
        self.desk.hub.publish("outbox:wecom")

    async def owner(self, user: str, kfid: str = KF) -> tuple[str, str | None]:
        """Owner and `via` of a citizen's conversation."""
        ((owner, via),) = await self.rows(f"SELECT owner, via FROM conversation WHERE address = '{kfid}/{user}'")
        return owner, via


class WecomProcess:
    """The real service as a child process against the API of this process."""

    def __init__(self, folder: Path, api: WecomApi, **settings: str):
        own = {"corp_id": CORP, "secret": SECRET, "token": TOKEN, "aes_key": AES_KEY, "accounts": KF, "base_url": api.url, "poll": "0.3", **settings}
        self.service, self.api = Service(folder, **{f"wecom_{name}": value for name, value in own.items()}), api

    async def start(self) -> None:
        """Run until it says that it is ready."""
        await asyncio.to_thread(self.service.start)

    async def kill(self) -> None:
        """SIGKILL."""
        await asyncio.to_thread(self.service.kill)

    async def stop(self) -> int:
        """SIGTERM, and its exit code."""
        return await asyncio.to_thread(self.service.stop)

    async def zhiwen(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """A command beside it, with settings of its own."""
        self.service.environment |= {f"ZHIWEN_{name.upper()}": value for name, value in settings.items()}
        return await asyncio.to_thread(self.service.zhiwen, *words)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of its store."""
        with sqlite3.connect(self.service.store) as db:
            return db.execute(query).fetchall()
