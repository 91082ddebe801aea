"""Where the time of one turn goes, stage by stage, in one thread."""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.desk import Desk, today, utc_ms
from bot.dialogue import decide
from bot.handoff import NewTicket
from bot.model import Conversation, Message
from bot.rules import Rules
from bot.store.sqlite import SqliteStore
from bot.web.bodies import posted
from bot.web.chat import answer
from intents.meaning import Context


def measure(rules: Rules, sentences: list[str]) -> list[tuple[str, float]]:
    """(stage, microseconds a message)."""
    matcher = rules.read.__self__.matcher  # type: ignore[attr-defined]  # the bound method's reader
    day, at = today(), utc_ms()
    bodies = [json.dumps({"visitor": "bench-visitor-0000", "id": "m", "text": s}).encode() for s in sentences]
    normal = [matcher.views.normalise(s) for s in sentences]
    new = NewTicket("t", "000000")
    conversation = Conversation("c", "web", "a")
    return [
        ("读取请求正文", _each(posted, bodies)),
        ("归一化", _each(matcher.views.normalise, sentences)),
        ("分词（rjieba）", _each(matcher.views.cut, normal)),
        ("全部特征", _each(matcher.views, normal)),
        ("排序（特征＋线性层＋近例）", _each(matcher.rank, sentences)),
        ("理解（排序＋方面＋要素＋决定）", _each(lambda s: rules.read(s, Context(), day), sentences)),
        ("决定整轮（理解＋取答案）", _each(lambda s: decide(conversation, Message("m", at, s), rules, new), sentences)),
        ("整轮落盘（一个对话逐条，每条一次 fsync）", asyncio.run(_durable(rules, sentences[:400]))),
    ]


def _each(work: Callable[..., object], values: list[object] | list[str] | list[bytes]) -> float:
    started = time.perf_counter()
    for value in values:
        work(value)
    return (time.perf_counter() - started) / len(values) * 1e6


async def _durable(rules: Rules, sentences: list[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore.open(Path(folder) / "bench.db")
        desk = Desk(store, rules)
        started = time.perf_counter()
        for number, sentence in enumerate(sentences):
            answer(await desk.receive("web", "a", Message(f"m{number}", utc_ms(), sentence, digest=str(number))))
        took = time.perf_counter() - started
        await store.close()
    return took / len(sentences) * 1e6
