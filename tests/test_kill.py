"""kill -9 in the middle of a burst: what was answered is there exactly once, and sending the rest again loses and doubles nothing."""

import asyncio
import os
from collections import Counter
from typing import Any

import aiohttp
import pytest

from tests.running import Service

VISITORS = 12
EACH = 15
ROUNDS = 8 if os.environ.get("ZHIWEN_TORTURE") else 2
SAID = ["商标续展多少钱", "那要多久", "转人工", "专利年费没交怎么办", "今天天气怎么样", "删除我的记录"]


def body(visitor: int, number: int, turn: int) -> dict[str, str]:
    return {"visitor": f"kill-{turn:02d}-visitor-{visitor:02d}", "id": f"m{number}", "text": SAID[(visitor + number) % len(SAID)] + f" 第{number}句"}


async def send(session: aiohttp.ClientSession, url: str, sent: dict[str, str]) -> dict[str, Any] | None:
    """The answer; None when the service was gone."""
    try:
        async with session.post(f"{url}/api/v1/chat/messages", json=sent) as response:
            assert response.status == 200, await response.text()
            return dict(await response.json())
    except aiohttp.ClientError:
        return None


async def burst(service: Service, turn: int, die_after: int) -> dict[tuple[int, int], dict[str, Any] | None]:
    """Every visitor sends its messages in order; the service is killed after so many answers."""
    answers: dict[tuple[int, int], dict[str, Any] | None] = {}
    got = asyncio.Event()

    async def talk(session: aiohttp.ClientSession, visitor: int) -> None:
        for number in range(EACH):
            answers[visitor, number] = await send(session, service.url, body(visitor, number, turn))
            if sum(a is not None for a in answers.values()) >= die_after:
                got.set()

    async with aiohttp.ClientSession() as session:
        talks = asyncio.gather(*(talk(session, visitor) for visitor in range(VISITORS)))
        await asyncio.wait_for(got.wait(), 30)
        service.kill()
        await talks
    return answers


async def history(session: aiohttp.ClientSession, url: str, visitor: int, turn: int) -> list[dict[str, Any]]:
    headers = {"X-Visitor": body(visitor, 0, turn)["visitor"]}
    async with session.get(f"{url}/api/v1/chat/messages?after=0", headers=headers) as response:
        return list((await response.json())["messages"])


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_what_was_answered_is_kept_and_the_rest_may_be_sent_again(own_service: Service, turn: int) -> None:
    own_service.environment |= {"ZHIWEN_VISITOR_BURST": "1000"}
    own_service.start()
    answers = await burst(own_service, turn, die_after=40 + 12 * turn)
    own_service.start()
    assert any(a is None for a in answers.values()), "the burst was over before the service died"
    async with aiohttp.ClientSession() as session:
        for (visitor, number), before in sorted(answers.items()):
            again = await send(session, own_service.url, body(visitor, number, turn))
            assert again is not None
            assert before is None or again == before, "a message that was answered got another answer"
        for visitor in range(VISITORS):
            lines = await history(session, own_service.url, visitor, turn)
            assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
            said = Counter(line["text"] for line in lines if line["from"] == "citizen")
            assert said == Counter(body(visitor, number, turn)["text"] for number in range(EACH))
