"""`zhiwen telegram …` and `zhiwen outbox …`, as an operator uses them; and that no secret and no words of citizens are ever logged."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.botapi import TOKEN, BotApi, Fault
from tests.running import Service
from tests.telegram_fixtures import Start

SECRET = "the-webhook_secret"
ASK = "商标续展多少钱"


@pytest.fixture
async def zhiwen(tmp_path: Path, api: BotApi) -> AsyncIterator[Service]:
    """Commands with a bot configured."""
    yield Service(tmp_path, telegram_token=TOKEN, telegram_base_url=api.url, telegram_webhook_secret=SECRET, public_url="https://zhiwen.example.gov.cn")


async def run(service: Service, *words: str) -> "subprocess.CompletedProcess[str]":
    """A command, while the Bot API server of this process goes on."""
    return await asyncio.to_thread(service.zhiwen, *words)


async def test_the_webhook_is_set_shown_and_taken_away(zhiwen: Service, api: BotApi) -> None:
    done = await run(zhiwen, "telegram", "webhook", "set")
    assert done.returncode == 0 and "https://zhiwen.example.gov.cn/telegram/webhook" in done.stdout
    assert api.webhook["secret_token"] == SECRET and "callback_query" in api.webhook["allowed_updates"]
    assert "积压：0 条" in (await run(zhiwen, "telegram", "webhook", "info")).stdout
    assert (await run(zhiwen, "telegram", "webhook", "delete")).returncode == 0
    assert "没有设置" in (await run(zhiwen, "telegram", "webhook", "info")).stdout


async def test_without_a_secret_of_ones_own_the_same_one_is_made_for_setting_and_checking(zhiwen: Service, api: BotApi) -> None:
    del zhiwen.environment["ZHIWEN_TELEGRAM_WEBHOOK_SECRET"]
    secrets = set()
    for _ in range(2):
        await run(zhiwen, "telegram", "webhook", "set")
        secrets.add(api.webhook["secret_token"])
    assert len(secrets) == 1 and len(secrets.pop()) >= 32


async def test_a_link_opens_an_item_and_a_wrong_item_is_refused(zhiwen: Service) -> None:
    assert (await run(zhiwen, "telegram", "link", "trademark.renewal", "fee")).stdout.strip() == "https://t.me/zhiwen_test_bot?start=trademark-renewal--fee"
    assert (await run(zhiwen, "telegram", "link", "商标")).returncode != 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ZHIWEN_PUBLIC_URL": "http://zhiwen.example.gov.cn"}, "ZHIWEN_PUBLIC_URL"), ({"ZHIWEN_TELEGRAM_TOKEN": "1:wrong"}, "令牌"),
        ({"ZHIWEN_TELEGRAM_BASE_URL": "http://127.0.0.1:1"}, "没有答应"), ({"ZHIWEN_TELEGRAM_TOKEN": ""}, "ZHIWEN_TELEGRAM_TOKEN"),
        ({"ZHIWEN_TELEGRAM_WEBHOOK_SECRET": "有汉字"}, "ZHIWEN_TELEGRAM_WEBHOOK_SECRET"), ({"ZHIWEN_TELEGRAM_MODE": "push"}, "ZHIWEN_TELEGRAM_MODE"),
    ],
)  # fmt: skip
async def test_what_cannot_work_is_said_in_a_line(zhiwen: Service, settings: dict[str, str], told: str) -> None:
    zhiwen.environment |= settings
    done = await run(zhiwen, "telegram", "webhook", "set")
    assert done.returncode != 0 and told in done.stderr and "Traceback" not in done.stderr and TOKEN not in done.stderr


async def test_what_could_not_be_delivered_is_listed_and_sent_again(start_telegram: Start, zhiwen: Service, api: BotApi) -> None:
    telegram = await start_telegram()
    api.chats.add(7)
    api.faults["sendMessage", 7].append(Fault(400, "Bad Request: no"))
    await telegram.say(7, ASK)
    await telegram.settled()
    listed = (await run(zhiwen, "outbox", "list")).stdout
    assert "送不出" in listed and "BadRequest: No" in listed and "智能助手" in listed
    name = listed.split()[0]
    assert "没有这样的消息" in (await run(zhiwen, "outbox", "retry", name + "9")).stdout
    assert "1 条" in (await run(zhiwen, "outbox", "retry", name)).stdout
    await telegram.until(lambda: any("450 元" in sent.text for sent in api.to(7)))
    assert "没有送不到" in (await run(zhiwen, "outbox", "list")).stdout


async def test_no_token_and_no_words_are_logged_even_when_everything_is(zhiwen: Service, api: BotApi) -> None:
    zhiwen.environment |= {"ZHIWEN_LOG_LEVEL": "debug", "ZHIWEN_TELEGRAM_TOKEN_FILE": str(zhiwen.store.with_name("token"))}
    zhiwen.environment.pop("ZHIWEN_TELEGRAM_TOKEN")
    zhiwen.store.with_name("token").write_text(TOKEN + "\n", encoding="utf-8")
    await asyncio.to_thread(zhiwen.start)
    process = zhiwen.process
    assert process and process.stderr
    read = asyncio.create_task(asyncio.to_thread(process.stderr.read))
    api.faults["sendMessage", 7] += [Fault(502, "Bad Gateway"), Fault(400, "Bad Request: no"), Fault(200, "broken")]
    api.chats.add(7)
    async with aiohttp.ClientSession() as session:
        for text in ("商标续展多少钱甲乙丙", "转人工"):
            assert await api.push(session, zhiwen.url, api.message(7, int(time.time()), text=text), SECRET) == 200
    deadline = time.monotonic() + 30
    while not any("受理编号" in sent.text for sent in api.to(7)) and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    process.terminate()
    logged = await read
    assert api.to(7), logged
    process.wait(20)
    process.stderr.close()
    assert "telegram" in logged, "it was listened to"
    assert TOKEN not in logged and TOKEN.split(":")[1] not in logged and SECRET not in logged
    assert "甲乙丙" not in logged and "450 元" not in logged and "某人" not in logged
