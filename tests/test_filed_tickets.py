"""Work for people that leaves the talk with the bot: what is stored, who may do what with it, and what the citizen hears of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.desk import Desk, Receipt
from bot.model import Message, OpenTicket
from bot.ports import Done
from bot.rules import Rules
from bot.store import tickets
from bot.store.sqlite import SqliteStore
from tests import books
from tests.running import Service
from tests.visitor import Visitor
from tests.works import AT, conversation, digest, work

NUMBER = re.compile(r"(?:受理)?编号 ([0-9A-Z]{6})")
CASE = "我有3个发明专利，想贷200万，在陇西，找谁"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore.open(tmp_path / "zhiwen.db")
    yield opened
    assert await opened.run(books.problems) == []
    await opened.close()


@pytest.fixture
def desk(store: SqliteStore, rules: Rules) -> Desk:
    return Desk(store, rules, lambda: AT)


class Citizen:
    """One citizen of a desk, message after message."""

    def __init__(self, desk: Desk, address: str = "a"):
        self.desk, self.address, self.count = desk, address, 0

    async def says(self, text: str | None = None, choice: str | None = None) -> tuple[Receipt, str]:
        """(the receipt, all that is answered)."""
        self.count += 1
        said = text if text is not None else choice or ""
        receipt = await self.desk.receive("web", self.address, Message(f"m{self.count}", AT + self.count, text, choice, digest=digest(said)))
        return receipt, "\n".join(json.loads(reply.body)["text"] for reply in receipt.replies)

    async def registers(self) -> tuple[Receipt, str]:
        """Register a need for a loan; the receipt and the number."""
        await self.says(CASE)
        await self.says("登记融资需求")
        receipt, said = await self.says("同意并登记")
        return receipt, number(said)


def number(said: str) -> str:
    found = NUMBER.search(said)
    assert found, said
    return found.group(1)


async def rows(store: SqliteStore, query: str) -> list[Any]:
    return await store.run(lambda db: db.execute(query).fetchall())


async def test_nothing_is_stored_of_a_need_before_the_consent(desk: Desk, store: SqliteStore) -> None:
    citizen = Citizen(desk)
    await citizen.says(CASE)
    await citizen.says("登记融资需求")
    await citizen.says("不登记")
    assert await rows(store, "SELECT * FROM ticket") == [] and await rows(store, "SELECT * FROM consent") == []


async def test_the_consent_and_the_ticket_are_stored_with_the_version_of_the_text(desk: Desk, store: SqliteStore, rules: Rules) -> None:
    receipt, ticket = await Citizen(desk).registers()
    version = rules.phrases["loan_need_consent_version"]
    assert await rows(store, "SELECT conversation, kind, version, at FROM consent") == [(receipt.conversation, "loan_need", version, AT)]
    ((kind, state, consent, region, fields, reason),) = await rows(store, "SELECT kind, state, consent, region, fields, reason FROM ticket")
    assert (kind, state, consent, region, reason) == ("loan_need", "open", version, "621122", "need")
    assert json.loads(fields) == {
        "item": "finance.pledge_loan", "rights": "3 件发明专利", "amount": "200 万元", "amount_cny": "2000000", "place": "定西市陇西县",
        "place_code": "621122", "verdict": "还不能判断",
    }  # fmt: skip
    assert await rows(store, "SELECT owner, ticket, number FROM conversation") == [("bot", None, None)]
    assert len(ticket) == 6


async def test_a_chat_is_handed_over_beside_a_registered_need(desk: Desk, store: SqliteStore) -> None:
    citizen = Citizen(desk)
    _, need = await citizen.registers()
    receipt, said = await citizen.says("转人工")
    assert receipt.owner == "queue" and number(said) != need
    await store.run(lambda db: tickets.accept(db, number(said), "王", AT))
    await store.run(lambda db: tickets.close(db, number(said), "王", "answered", AT))
    states = dict(await rows(store, "SELECT number, state FROM ticket"))
    assert states == {need: "open", number(said): "closed"}


async def test_staff_take_up_and_close_a_need_while_the_bot_keeps_the_talk(desk: Desk, store: SqliteStore) -> None:
    citizen = Citizen(desk)
    _, need = await citizen.registers()
    assert "等待受理" in (await citizen.says("我的需求办到哪了"))[1]
    await store.run(lambda db: tickets.accept(db, need, "王", AT))
    assert await rows(store, "SELECT owner FROM conversation") == [("bot",)]
    assert "已受理" in (await citizen.says(f"受理编号 {need} 办到哪了"))[1]
    with pytest.raises(tickets.TicketRefused):
        await store.run(lambda db: tickets.say(db, need, "李", "我来", AT))
    await store.run(lambda db: tickets.say(db, need, "王", "已联系支行，下周回复您", AT))
    desk.forget()
    receipt, said = await citizen.says("商标续展要多少钱")
    assert receipt.owner == "bot" and "450 元" in said
    await store.run(lambda db: tickets.close(db, need, "王", "answered", AT))
    desk.forget()
    assert "已办结" in (await citizen.says(f"编号{need.lower()}查一下进度"))[1]


async def test_the_number_of_somebody_else_tells_nothing(desk: Desk) -> None:
    _, need = await Citizen(desk, "a").registers()
    said = (await Citizen(desk, "b").says(f"受理编号 {need} 办到哪了"))[1]
    assert f"没有受理编号 {need}" in said and "等待受理" not in said


async def test_the_button_of_the_progress_asks_the_store_too(desk: Desk) -> None:
    citizen = Citizen(desk)
    _, need = await citizen.registers()
    assert f"受理编号 {need}：等待受理" in (await citizen.says(choice="t:state"))[1]


async def test_the_same_need_is_registered_once(desk: Desk, store: SqliteStore) -> None:
    citizen = Citizen(desk)
    _, need = await citizen.registers()
    await citizen.says(CASE)
    await citizen.says("登记融资需求")
    _, said = await citizen.says("同意并登记")
    assert f"已经登记过，受理编号 {need}" in said
    assert len(await rows(store, "SELECT * FROM ticket")) == 1


async def test_a_repeated_message_opens_one_ticket(desk: Desk, store: SqliteStore) -> None:
    message = Message("m1", AT, None, "x:contact:icbc", digest=digest("x"))
    first = await desk.receive("web", "a", message)
    assert await desk.receive("web", "a", message) == first
    assert len(await rows(store, "SELECT * FROM ticket")) == 1


async def test_a_dead_contact_is_flagged_once_and_the_owner_stays_the_bot(desk: Desk, store: SqliteStore) -> None:
    citizen = Citizen(desk)
    receipt, said = await citizen.says(choice="x:contact:icbc")
    assert receipt.owner == "bot" and "已记下“中国工商银行”打不通" in said
    assert "在核对" in (await citizen.says("工行的电话打不通"))[1]
    assert "中国农业银行" in (await citizen.says(choice="x:contact:abc"))[1]
    found = await rows(store, "SELECT kind, reason, consent, fields FROM ticket ORDER BY opened, id")
    assert [(k, r, c, json.loads(f)["contact"]) for k, r, c, f in found] == [("contact_flag", "dead", None, "icbc"), ("contact_flag", "dead", None, "abc")]
    assert await rows(store, "SELECT * FROM consent") == []


async def test_erasing_empties_a_need_and_closes_it(desk: Desk, store: SqliteStore) -> None:
    citizen = Citizen(desk)
    await citizen.registers()
    await citizen.says(choice="p:erase")
    assert await rows(store, "SELECT state, result, fields, consent FROM ticket") == [("closed", "erased", None, None)]
    assert "已办结" in (await citizen.says("我的需求办到哪了"))[1]


async def test_in_a_crowd_filed_tickets_are_stored_as_alone(store: SqliteStore) -> None:
    ticket = [OpenTicket(f"t{n}", f"N{n:05d}", "contact_flag", "dead", {"contact": "icbc"}) for n in range(20)]
    works = [work(conversation(f"a{n}"), "m1", "打不通", "已记下", is_new=True, ticket=ticket[n]) for n in range(20)]
    plain = [work(conversation(f"b{n}"), "m1", "一", "答", is_new=True) for n in range(20)]
    free = [_free(each) for each in works]
    outcomes = await asyncio.gather(*(store.commit(each) for pair in zip(free, plain, strict=True) for each in pair))
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert len(await rows(store, "SELECT * FROM ticket WHERE state = 'open'")) == 20
    assert await rows(store, "SELECT DISTINCT owner, ticket FROM conversation") == [("bot", None)]
    assert [f.fields for f in await store.filed(free[3].before.id)] == [{"contact": "icbc"}]


def _free(each: Any) -> Any:
    """The work of a ticket that does not become the conversation's own."""
    return replace(each, turn=replace(each.turn, conversation=replace(each.turn.conversation, ticket=None, number=None)))


def test_the_commands_list_show_and_close_what_was_filed(service: Service) -> None:
    visitor = Visitor(service.url)
    visitor.says(CASE)
    visitor.says("登记融资需求")
    need = number(visitor.says("同意并登记")["replies"][0]["text"])
    flag = number(visitor.send(choice="x:contact:icbc").json["replies"][0]["text"])
    listed = service.zhiwen("tickets", "list").stdout
    assert re.search(rf"{need}  等待受理 .*融资需求  本人登记", listed) and re.search(rf"{flag}  等待受理 .*联系方式有误  打不通", listed)
    shown = service.zhiwen("tickets", "show", need).stdout
    assert "rights: 3 件发明专利" in shown and "place: 定西市陇西县" in shown and "amount: 200 万元" in shown
    for ticket in (need, flag):
        assert service.zhiwen("tickets", "accept", ticket, "--by", "王").returncode == 0
    assert visitor.history()["owner"] == "bot"
    assert service.zhiwen("tickets", "close", flag, "--by", "王").returncode == 0
    assert flag not in service.zhiwen("tickets", "list").stdout
    assert "已受理" in visitor.says("我的需求办到哪了")["replies"][0]["text"]
