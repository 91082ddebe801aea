"""Fixtures of the WeCom tests: the API server, and services against it whose books are checked at the end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.rules import Rules
from tests import books
from tests.wecom_service import Clock, WecomService
from tests.wecomapi import WecomApi

StartWecom = Callable[..., Awaitable[WecomService]]


@pytest.fixture
def wecom_clock() -> Clock:
    return Clock()


@pytest.fixture
async def wecom_api(wecom_clock: Clock) -> AsyncIterator[WecomApi]:
    """The platform, without any citizen yet."""
    async with WecomApi(clock=wecom_clock) as running:
        yield running


@pytest.fixture
async def start_wecom(tmp_path: Path, rules: Rules, wecom_api: WecomApi, wecom_clock: Clock) -> AsyncIterator[StartWecom]:
    """Starts services, with settings of one's own, on one store; at the end the books balance."""
    running: list[WecomService] = []

    async def begin(**settings: Any) -> WecomService:
        running.append(await WecomService(tmp_path, rules, wecom_api, wecom_clock, **settings).start())
        return running[-1]

    yield begin
    for service in running:
        if service.url:
            assert await service.store.run(books.problems) == []
            await service.stop()


@pytest.fixture
async def wecom(start_wecom: StartWecom) -> WecomService:
    """A service in which people answer from our side."""
    return await start_wecom()
