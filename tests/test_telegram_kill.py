"""kill -9 while citizens write on Telegram: every message is answered once, every answer arrives, at most one double for each unknown outcome."""

import asyncio
import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable

import aiohttp
import pytest

from tests import books
from tests.botapi import TOKEN, BotApi
from tests.running import Service

SECRET = "the-webhook_secret"
CHATS = range(100, 112)
SAID = ("商标续展多少钱", "那要多久", "专利年费没交怎么办")
ROUNDS = 6 if os.environ.get("ZHIWEN_TORTURE") else 2


def configured(service: Service, api: BotApi, mode: str) -> None:
    service.environment |= {
        "ZHIWEN_TELEGRAM_TOKEN": TOKEN, "ZHIWEN_TELEGRAM_MODE": mode, "ZHIWEN_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "ZHIWEN_TELEGRAM_BASE_URL": api.url, "ZHIWEN_TELEGRAM_RATE": "1000",
    }  # fmt: skip


async def until(holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.02)


async def deliver(api: BotApi, service: Service, chat: int, session: aiohttp.ClientSession) -> None:
    """As Telegram does: in order, each again until it is acknowledged, and now and then once more."""
    for number, text in enumerate(SAID):
        update = api.message(chat, int(time.time()), text=f"{text} {chat}")
        while await api.push(session, service.url, update, SECRET) != 200:
            await asyncio.sleep(0.05)
        if (chat + number) % 3 == 0:
            await api.push(session, service.url, update, SECRET)


def waiting(service: Service) -> int:
    with sqlite3.connect(service.store) as db:
        (count,) = db.execute(
            "SELECT (SELECT count(*) FROM inbox WHERE done IS NULL) + (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending'))"
        ).fetchone()
    return int(count)


def check(service: Service, api: BotApi) -> None:
    """What was said is there once and in order; what was answered arrived in order; doubles are accounted for."""
    db = sqlite3.connect(service.store)
    assert books.problems(db) == []
    for chat in CHATS:
        rows = db.execute("SELECT m.sender, m.body, m.seq FROM message m JOIN conversation c ON c.id = m.conversation WHERE c.address = ? ORDER BY m.seq", (str(chat),)).fetchall()
        assert [json.loads(body)["text"] for sender, body, _ in rows if sender == "citizen"] == [f"{text} {chat}" for text in SAID]
        answers = [json.loads(body)["text"] for sender, body, _ in rows if sender == "bot"]
        ids = [int(e) for (e,) in db.execute("SELECT o.external FROM outbox o JOIN conversation c ON c.id = o.conversation WHERE c.address = ? ORDER BY o.seq", (str(chat),))]
        assert ids == sorted(ids), "delivered in the order of the conversation"
        (unknown,) = db.execute("SELECT total(unknowns) FROM outbox o JOIN conversation c ON c.id = o.conversation WHERE c.address = ?", (str(chat),)).fetchone()
        got = Counter(sent.text for sent in api.to(chat))
        assert len(got) == len(set(answers)), "every answer arrived"
        assert sum(got.values()) - len(answers) <= unknown, "no double without an unknown outcome"
    assert {state for (state,) in db.execute("SELECT DISTINCT state FROM outbox")} == {"sent"}
    db.close()


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_by_webhook_nothing_is_lost_and_nothing_is_done_twice(own_service: Service, turn: int) -> None:
    async with BotApi().running() as api, aiohttp.ClientSession() as session:
        configured(own_service, api, "webhook")
        api.delay = 0.02
        own_service.start()
        writing = [asyncio.create_task(deliver(api, own_service, chat, session)) for chat in CHATS]
        for sent in (5 + 7 * turn, 30 + 9 * turn):
            await until(lambda sent=sent: len(api.sent) >= sent)
            own_service.kill()
            await asyncio.to_thread(own_service.start)
        await asyncio.gather(*writing)
        await until(lambda: waiting(own_service) == 0)
        assert own_service.stop() == 0
        check(own_service, api)


async def test_by_polling_nothing_is_lost_and_nothing_is_done_twice(own_service: Service) -> None:
    async with BotApi().running() as api:
        configured(own_service, api, "polling")
        api.delay = 0.02
        own_service.start()
        for text in SAID:
            api.queue(*(api.message(chat, int(time.time()), text=f"{text} {chat}") for chat in CHATS))
        for sent in (6, 25):
            await until(lambda sent=sent: len(api.sent) >= sent)
            own_service.kill()
            await asyncio.to_thread(own_service.start)
        await until(lambda: not api.updates)
        await until(lambda: waiting(own_service) == 0)
        assert own_service.stop() == 0
        check(own_service, api)
