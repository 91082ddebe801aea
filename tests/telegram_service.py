"""The service with Telegram, in this process, against a Bot API server on loopback; started, stopped and started again on the same store."""

import asyncio
import io
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.channel import Pace
from bot.channels.telegram import Telegram, TelegramSettings
from bot.rules import Rules
from bot.settings import Settings
from bot.store.sqlite import SqliteStore
from bot.web.app import application
from tests.botapi import SECRET_HEADER, TOKEN, BotApi, Sent

SECRET = "a-secret_of_the-webhook"
KEY = b"a key of the tests"
PATIENCE = 0.6


class TelegramService:
    """Runs between `start` and `stop`. Updates go to its webhook, or are fetched in polling mode."""

    def __init__(self, folder: Path, rules: Rules, api: BotApi, mode: str = "webhook", **settings: Any):
        self.path = folder / "zhiwen.db"
        self.rules, self.api = rules, api
        chosen: dict[str, Any] = {"rate": 1000.0, "each": Pace(1000.0, 1000), "patience": PATIENCE}
        self.settings = TelegramSettings(TOKEN, mode, SECRET, api.url, **(chosen | settings))
        self.url = ""
        self.store: SqliteStore = None  # type: ignore[assignment] # opened by start
        self.channel: Telegram = None  # type: ignore[assignment] # made by start

    async def start(self) -> "TelegramService":
        """Open the store, run the service."""
        self.store = SqliteStore.open(self.path)

        def channels(desk: Any, documents: Any) -> list[Telegram]:
            self.channel = Telegram(self.settings, lambda: desk.rules.phrases, documents.attached)
            return [self.channel]

        app = application(Settings(), replace(self.rules, public_url=self.settings.public_url), self.store, KEY, channels)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession()
        return self

    async def stop(self) -> None:
        """Stop in good order."""
        await self._session.close()
        await self._runner.cleanup()
        await self.store.close()
        self.url = ""

    async def push(self, update: dict[str, Any], secret: str = SECRET) -> int:
        """Deliver an update to the webhook; the status of the answer."""
        return await self.api.push(self._session, self.url, update, secret)

    async def say(self, chat: int, text: str, ago: float = 0) -> dict[str, Any]:
        """A citizen writes; the update."""
        update = self.api.message(chat, int(time.time() - ago), text=text)
        assert await self.push(update) == 200
        return update

    async def post(self, body: bytes) -> int:
        """Anything at all, posted to the webhook with the right secret."""
        async with self._session.post(f"{self.url}/telegram/webhook", data=io.BytesIO(body), headers={SECRET_HEADER: SECRET}) as response:
            return response.status

    async def get(self, path: str) -> Any:
        """The JSON of one of the service's own pages, or its text."""
        async with self._session.get(self.url + path) as response:
            return await (response.json() if response.content_type == "application/json" else response.text())

    async def rows(self, query: str, *values: Any) -> list[Any]:
        """Rows of the store."""
        return await self.store.run(lambda db: db.execute(query, values).fetchall())

    async def until(self, holds: Callable[[], Any], seconds: float = 10) -> Any:
        """Wait until something holds; its value. Fails when it does not in time."""
        deadline = time.monotonic() + seconds
        while not (value := holds()):
            assert time.monotonic() < deadline, f"it never came: {[(s.chat, s.text[:40]) for s in self.api.sent]}"
            await asyncio.sleep(0.01)
        return value

    async def answers(self, chat: int, count: int) -> list[Sent]:
        """What a citizen has got, once it is that much."""
        await self.until(lambda: len(self.api.to(chat)) >= count)
        return self.api.to(chat)

    async def settled(self) -> None:
        """Wait until nothing waits: inbox and outbox are empty."""
        for _ in range(1000):
            (waiting,) = await self.rows(
                "SELECT (SELECT count(*) FROM inbox WHERE done IS NULL) + (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending'))"
            )
            if not waiting[0]:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("something still waits")
