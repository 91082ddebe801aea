"""Fixtures of the Telegram tests: the Bot API server, and services against it whose books are checked at the end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.rules import Rules
from tests import books
from tests.botapi import BotApi
from tests.telegram_service import TelegramService

Start = Callable[..., Awaitable[TelegramService]]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A Bot API server without any citizen yet."""
    async with BotApi().running() as running:
        yield running


@pytest.fixture
async def start_telegram(tmp_path: Path, rules: Rules, api: BotApi) -> AsyncIterator[Start]:
    """Starts services, with settings of one's own, on one store."""
    running: list[TelegramService] = []

    async def begin(**settings: Any) -> TelegramService:
        running.append(await TelegramService(tmp_path, rules, api, **settings).start())
        return running[-1]

    yield begin
    for service in running:
        if service.url:
            await service.stop()


@pytest.fixture
async def telegram(start_telegram: Start) -> AsyncIterator[TelegramService]:
    """A service by webhook. At its end nothing waits and the books balance."""
    running = await start_telegram()
    yield running
    await running.settled()
    assert await running.store.run(books.problems) == []
