"""Any history of citizens, staff, repeats and restarts leaves books that balance."""

import asyncio
import os
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from bot.desk import Desk, Receipt, Reused
from bot.model import Message
from bot.rules import Rules
from bot.store import tickets
from bot.store.sqlite import SqliteStore
from tests import books
from tests.works import AT, digest

TORTURE = bool(os.environ.get("ZHIWEN_TORTURE"))
TEXTS = ("转人工", "商标续展多少钱", "那要什么材料", "啊这个那个", "今天天气怎么样", "😀", "1", "我不想活了", "电话13812345678")
citizens = st.sampled_from(["甲", "乙", "丙"])
T = TypeVar("T")


class Histories(RuleBasedStateMachine):
    """Citizens and staff do as they like; what was answered is remembered here and compared with the store."""

    rules_of_the_house: Rules

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.now = AT
        self.sent: list[tuple[str, Message, Receipt]] = []
        self.erased: set[str] = set()
        self._start()

    def _start(self) -> None:
        path = Path(self.folder.name) / "zhiwen.db"
        self.store, self.beside = SqliteStore.open(path), SqliteStore.open(path)
        self.desk = Desk(self.store, self.rules_of_the_house, self._clock)

    def _clock(self) -> int:
        self.now += 10
        return self.now

    def run(self, job: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(job)

    def _message(self, **what: Any) -> Message:
        id = f"m{len(self.sent)}-{self.now}"
        return Message(id, self._clock(), digest=digest(str(what)), **what)

    def _send(self, citizen: str, message: Message) -> Receipt:
        receipt = self.run(self.desk.receive("web", citizen, message))
        self.sent.append((citizen, message, receipt))
        return receipt

    @rule(citizen=citizens, text=st.sampled_from(TEXTS))
    def says(self, citizen: str, text: str) -> None:
        receipt = self._send(citizen, self._message(text=text))
        assert receipt.owner != "staff" or not receipt.replies

    @rule(citizen=citizens, choice=st.sampled_from(["h:human", "h:cancel", "h:none", "i:trademark.renewal:fee", "zzz"]))
    def chooses(self, citizen: str, choice: str) -> None:
        receipt = self._send(citizen, self._message(choice=choice))
        assert receipt.owner != "staff" or not receipt.replies

    @rule(data=st.data())
    @precondition(lambda self: self.sent)
    def repeats(self, data: st.DataObject) -> None:
        citizen, message, before = data.draw(st.sampled_from(self.sent))
        again = self.run(self.desk.receive("web", citizen, message))
        assert (again.conversation, again.owner, again.seq) == (before.conversation, before.owner, before.seq)
        assert [r[:2] for r in again.replies] == [r[:2] for r in before.replies]
        assert again.replies == before.replies or message.id in self.erased

    @rule(data=st.data())
    @precondition(lambda self: self.sent)
    def reuses_an_id(self, data: st.DataObject) -> None:
        citizen, message, _ = data.draw(st.sampled_from(self.sent))
        with pytest.raises(Reused):
            self.run(self.desk.receive("web", citizen, Message(message.id, self._clock(), "另一句", digest=digest("另一句"))))

    @rule(citizen=citizens, texts=st.lists(st.sampled_from(TEXTS), min_size=2, max_size=5))
    def says_many_at_once_and_each_twice(self, citizen: str, texts: list[str]) -> None:
        messages = [self._message(text=f"{text}") for text in texts]
        messages = [Message(f"{m.id}-{n}", m.at, m.text, digest=m.digest) for n, m in enumerate(messages)]

        async def together() -> list[Receipt]:
            return await asyncio.gather(*(self.desk.receive("web", citizen, m) for m in [*messages, *messages]))

        receipts = self.run(together())
        assert receipts[: len(messages)] == receipts[len(messages) :]
        assert [r.seq for r in receipts[: len(messages)]] == sorted(r.seq for r in receipts[: len(messages)])
        self.sent += [(citizen, m, r) for m, r in zip(messages, receipts, strict=False)]

    @rule(citizen=citizens)
    def has_everything_erased(self, citizen: str) -> None:
        self._send(citizen, self._message(choice="p:erase"))
        self.erased |= {message.id for who, message, _ in self.sent if who == citizen}

    @rule(citizen=citizens)
    def gets_a_person(self, citizen: str) -> None:
        self._send(citizen, self._message(choice="h:human"))
        for row in self.run(self.store.run(lambda db: tickets.listed(db, "open"))):
            self._works("accept", row["number"], "王", self.store)

    @rule(what=st.sampled_from(["accept", "say", "say", "close"]), outside=st.booleans(), who=st.sampled_from(["王", "王", "王", "李"]))
    def staff_work(self, what: str, outside: bool, who: str) -> None:
        store = self.beside if outside else self.store
        for row in self.run(store.run(lambda db: tickets.listed(db, None))) or self.run(store.run(lambda db: tickets.listed(db, "closed"))):
            self._works(what, row["number"], who, store)

    def _works(self, what: str, number: str, who: str, store: SqliteStore) -> None:
        at = self._clock()
        works = {
            "accept": lambda db: tickets.accept(db, number, who, at),
            "say": lambda db: tickets.say(db, number, who, "您好", at),
            "close": lambda db: tickets.close(db, number, who, "answered", at),
        }
        try:
            self.run(store.run(works[what]))
        except tickets.TicketRefused:
            return

    @rule()
    def sees_what_others_changed(self) -> None:
        if self.run(self.store.foreign()):
            self.desk.forget()

    @rule()
    def restarts(self) -> None:
        self._stop()
        self._start()

    @rule(hours=st.integers(1, 400))
    def time_passes(self, hours: int) -> None:
        self.now += hours * 3_600_000

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "store"):
            assert self.run(self.store.run(books.problems)) == []

    @invariant()
    def every_message_is_there_once(self) -> None:
        if hasattr(self, "store"):
            (done,) = self.run(self.store.run(lambda db: db.execute("SELECT count(*) FROM inbox WHERE done IS NOT NULL").fetchone()))
            assert done == len(self.sent)

    def _stop(self) -> None:
        for store in (self.store, self.beside):
            self.run(store.close())

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self._stop()
            self.run(self.loop.shutdown_default_executor())
            self.loop.close()
            self.folder.cleanup()


def test_any_history_leaves_books_that_balance(rules: Rules) -> None:
    Histories.rules_of_the_house = rules
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=400 if TORTURE else 20, stateful_step_count=100 if TORTURE else 30, deadline=None, derandomize=not TORTURE,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )  # fmt: skip
