"""What goes wrong between WeCom and us: nothing is lost, nothing is said twice, nothing is tried for ever."""

import asyncio
import os
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from bot.channels.wecom_callback import PATH
from bot.rules import Rules
from tests import books
from tests.wecom_fixtures import StartWecom
from tests.wecom_service import Clock, WecomProcess, WecomService
from tests.wecom_wire import HOUR, SECRET
from tests.wecomapi import WecomApi

FEE = "商标续展多少钱"


def told(api: WecomApi) -> Counter[str]:
    """How many times each citizen was told the fee; several answers may have come in one message."""
    return Counter({user: sum(s.text.count("每类 450 元") for s in api.shown_to(user)) for user in {s.user for s in api.seen}})


ROUNDS = 8 if os.environ.get("ZHIWEN_TORTURE") else 2


@pytest.mark.parametrize("how", [-1, 45033, 40014, 42001, 500, "drop", "lost"])
async def test_an_answer_arrives_once_whatever_happens_on_the_way(wecom: WecomService, how: int | str) -> None:
    await wecom.hears("wm1", FEE)
    wecom.api.fail("kf/send_msg", how)
    wecom.api.says("wm1", "那要什么材料")
    await wecom.called()
    await wecom.until(lambda: len(wecom.api.shown_to("wm1")) == 2)

    async def sent() -> bool:
        return await wecom.states() == ["sent", "sent"]

    await wecom.until(sent)
    assert len(wecom.api.shown_to("wm1")) == 2


async def test_a_token_that_ended_early_is_replaced_without_a_word(wecom: WecomService) -> None:
    await wecom.hears("wm1", FEE)
    wecom.api.expire_tokens()
    assert len(await wecom.hears("wm1", "那要什么材料")) == 1 and wecom.api.gettokens == 2


async def test_while_our_address_is_not_allowed_answers_wait_and_the_operator_is_told(
    wecom: WecomService, wecom_clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await wecom.hears("wm1", FEE)
    wecom.api.fail("kf/send_msg", 60020)
    wecom.api.says("wm1", "那要什么材料")
    wecom.api.says("wm2", FEE)
    await wecom.called()
    await wecom.until(lambda: wecom.kf.client.calls.alarms)
    assert "60020" in caplog.text and SECRET not in caplog.text
    await asyncio.sleep(0.3)
    assert wecom.api.counts("kf/send_msg") <= 3, "no storm"
    wecom_clock.forward(301_000)
    await wecom.until(lambda: len(wecom.api.shown_to("wm1")) == 2 and wecom.api.shown_to("wm2"))


async def test_a_used_budget_that_we_did_not_know_of_holds_the_message(wecom: WecomService) -> None:
    await wecom.hears("wm1", FEE)
    wecom.api.fail("kf/send_msg", 95001)
    assert await wecom.hears("wm1", "那要什么材料") == []
    assert await wecom.states() == ["sent", "held"]
    shown = "\n".join(sent.text for sent in await wecom.hears("wm1", FEE))
    assert 0 <= shown.find("营业执照") < shown.find("每类 450 元")


@pytest.mark.parametrize(("why", "state"), [(0, "dead"), (4, "held"), (5, "held"), (6, "held"), (10, "blocked"), (12, "dead")])
async def test_a_message_that_did_not_arrive_is_known_not_to_have_arrived(wecom: WecomService, why: int, state: str) -> None:
    (answer,) = await wecom.hears("wm1", FEE)
    wecom.api.bounces(answer.msgid, why, "wm1")
    await wecom.called()
    await wecom.settled()
    assert await wecom.states() == [state]
    assert await wecom.rows("SELECT error FROM outbox") == [(f"msg_send_fail {why}",)]
    shown = await wecom.hears("wm1", "那要什么材料")
    assert [("每类 450 元" in each.text) for each in shown] == ([True, False] if state == "held" else [False])
    assert len({each.msgid for each in wecom.api.shown_to("wm1")}) == len(wecom.api.shown_to("wm1"))


async def test_a_message_that_bounces_again_and_again_is_shown_to_staff(wecom: WecomService) -> None:
    await wecom.hears("wm1", FEE)
    for _ in range(3):
        wecom.api.bounces(wecom.api.shown_to("wm1")[-1].msgid, 6, "wm1")
        wecom.api.sends("wm1", "voice", {"media_id": "m"})
        await wecom.called()
        await wecom.settled()
        if "dead" in await wecom.states():
            break
        wecom.api.seen.sort(key=lambda sent: "每类 450 元" in sent.text)
    assert (await wecom.states())[0] == "dead"


async def test_what_is_refused_for_good_does_not_stop_what_follows(wecom: WecomService) -> None:
    await wecom.hears("wm1", FEE)
    wecom.api.fail("kf/send_msg", 40201)
    assert await wecom.hears("wm1", "那要什么材料") == []
    assert len(await wecom.hears("wm1", FEE)) == 1
    assert await wecom.states() == ["sent", "dead", "sent"]


async def test_the_platform_away_for_an_hour_costs_nothing_but_time(start_wecom: StartWecom, wecom_api: WecomApi, wecom_clock: Clock) -> None:
    service = await start_wecom()
    await service.hears("wm1", FEE)
    wecom_api.fail("kf/send_msg", *["drop"] * 3)
    wecom_api.fail("kf/account/list", *["drop"] * 2)
    wecom_api.says("wm1", "那要什么材料")
    await service.called()
    await service.until(lambda: not wecom_api.failures["kf/account/list"])
    wecom_clock.forward(HOUR)
    await service.until(lambda: len(wecom_api.shown_to("wm1")) == 2)
    assert "抱歉" not in wecom_api.shown_to("wm1")[-1].text, "a reply that waited is sent late, not replaced"


async def test_when_the_store_cannot_write_wecom_is_told_so_and_sends_it_again(wecom: WecomService) -> None:
    await wecom.hears("wm1", FEE)
    pages = await wecom.store.run(lambda db: int(db.execute("PRAGMA page_count").fetchone()[0]))
    await wecom.store.run(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    for n in range(40):
        wecom.api.says(f"wm{n}", FEE * 50 + str(n))
    await wecom.called()
    await asyncio.sleep(0.3)
    await wecom.store.run(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone())
    assert await wecom.called() == 200
    await wecom.settled()
    assert len(wecom.api.seen) == 41


async def test_one_item_that_breaks_us_does_not_keep_back_its_page(wecom: WecomService, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.store import wecom_page

    real = wecom_page._received

    def breaking(db: sqlite3.Connection, row: wecom_page.Row, to_person: bool) -> bool:
        if row.address.endswith("wm5"):
            raise RuntimeError
        return real(db, row, to_person)

    monkeypatch.setattr(wecom_page, "_received", breaking)
    for n in range(10):
        wecom.api.says(f"wm{n}", FEE)
    await wecom.called()
    await wecom.settled()
    assert len(wecom.api.seen) == 9


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_killed_in_the_middle_of_pages_and_answers_every_message_is_answered_once(rules: Rules, tmp_path: Path, turn: int) -> None:
    async with WecomApi(page=7) as api:
        running = WecomProcess(tmp_path, api)
        await running.start()
        for user in range(20):
            for n in range(4):
                api.says(f"wm{user}", f"{FEE}{'？' * n}")
        assert await api.calls_back(running.service.url + PATH) == 200
        for stop in (6 + 3 * turn, 30 + 5 * turn):
            while told(api).total() < stop:
                await asyncio.sleep(0.002)
            await running.kill()
            await running.start()
        async with asyncio.timeout(60):
            while told(api).total() < 80 or running.rows("SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending')"):
                await asyncio.sleep(0.05)
        await asyncio.to_thread(running.service.stop)
        assert told(api) == {f"wm{user}": 4 for user in range(20)}
        assert running.rows("SELECT cursor FROM wecom_account") == [("at-80",)]
        assert running.rows("SELECT count(*), count(DISTINCT external) FROM inbox WHERE done IS NOT NULL") == [(80, 80)]
        with sqlite3.connect(running.service.store) as db:
            assert books.problems(db) == []
