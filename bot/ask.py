"""Questions from the command line, through the same core; nothing is stored."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from bot import telling
from bot.dialogue import decide
from bot.handoff import NewTicket
from bot.model import Conversation, Message, Owner, Turn
from bot.rules import ZONE, Rules
from intents.meaning import HUMAN, Context, Meaning

NO_TICKET = NewTicket("ask", "000000")


class BadQuestion(Exception):
    """A line that is not a question; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Question:
    """One line of `ask --jsonl`."""

    id: object
    text: str
    history: tuple[str, ...] = ()
    day: date | None = None

    @classmethod
    def of(cls, line: str) -> "Question":
        """Raises BadQuestion with what is wrong."""
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadQuestion(f"不是合法的 JSON：{error.msg}") from error
        except RecursionError as error:
            raise BadQuestion("JSON 嵌套太深") from error
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            raise BadQuestion("需要 {\"id\": …, \"text\": \"…\"}")
        history = value.get("history") or []
        if not isinstance(history, list) or not all(isinstance(h, str) for h in history):
            raise BadQuestion("history 应为文字的列表")
        try:
            day = date.fromisoformat(value["date"]) if value.get("date") else None
        except (TypeError, ValueError) as error:
            raise BadQuestion("date 应为 YYYY-MM-DD") from error
        return cls(value.get("id"), value["text"], tuple(history), day)


def decoded(line: bytes) -> str:
    """A line of input as text. Raises BadQuestion when it is not UTF-8."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadQuestion("不是 UTF-8 文字") from error


def encoded(value: dict[str, Any]) -> bytes:
    """An answer as a line of UTF-8; an id with half a character in it is escaped."""
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value).encode("ascii")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's turn, and what was understood."""

    turn: Turn
    meaning: Meaning


def ask(rules: Rules, question: Question, today: date) -> Asked:
    """Play the history, then the question, through `decide`; a person who took over in the history is given back."""
    day = question.day or today
    noon = int(datetime.combine(day, time(12), ZONE).timestamp() * 1000)
    conversation = Conversation("ask", "ask", "ask")
    for number, text in enumerate(question.history):
        turn = decide(conversation, Message(f"h{number}", noon, text), rules, NO_TICKET)
        conversation = _back_to_bot(turn.conversation)
    topic = conversation.topic
    meaning = rules.read(question.text, Context(topic.item, topic.facet, topic.earlier), day)
    return Asked(decide(conversation, Message("q", noon, question.text), rules, NO_TICKET), meaning)


def _back_to_bot(conversation: Conversation) -> Conversation:
    return replace(conversation, owner=Owner.BOT, ticket=None, number=None)


def as_json(rules: Rules, question: Question, asked: Asked) -> dict[str, Any]:
    """The line that `ask --jsonl` writes."""
    turn, meaning = asked.turn, asked.meaning
    once = {c.item: c for c in reversed(meaning.candidates)}
    best_first = sorted(once.values(), key=lambda c: -c.confidence)[:5]
    listed: list[dict[str, Any]] = [{"item": c.item, "facet": c.facet, "confidence": c.confidence} for c in best_first]
    rejected = turn.decision == "reject"
    item = None if rejected else turn.item or _otherwise(turn, meaning)
    confidence = turn.confidence if turn.item or turn.decision != "handoff" else 1.0
    if item and all(c["item"] != item for c in listed):
        first = {"item": item, "facet": turn.facet or "overview", "confidence": max([confidence, *(c["confidence"] for c in listed)])}
        listed = [first, *listed][:5]
    return {
        "id": question.id,
        "decision": turn.decision,
        "item": item,
        "facet": None if item is None else turn.facet or "overview",
        "confidence": round(confidence, 4),
        "candidates": listed,
        "slots": dict(meaning.slots),
        **({"result": dict(turn.result)} if turn.result else {}),
        "owner": turn.conversation.owner.value,
        "reply": "\n\n".join(telling.plain(r) for r in turn.replies),
    }


def _otherwise(turn: Turn, meaning: Meaning) -> str | None:
    """The item of a turn that was decided by a rule: a person was called, or the best guess at what was meant."""
    if turn.decision == "handoff":
        return HUMAN
    return meaning.item or next((c.item for c in meaning.candidates), None)


def explained(rules: Rules, question: Question, asked: Asked) -> Iterator[str]:
    """Why it was understood so, line by line."""
    meaning = asked.meaning
    facets = "、".join(meaning.facets) or "—"
    yield f"决定：{asked.turn.decision}    事项：{asked.turn.item or '—'}    方面：{facets}    把握：{meaning.confidence:.2f}"
    for candidate in meaning.candidates:
        example = f"    最像的例句：{candidate.example}" if candidate.example else ""
        yield f"  {candidate.confidence:.2f}  {candidate.item}{example}"
    yield f"读作：{meaning.text}"
    yield from rules.why(question.text)
    yield f"依据：{'；'.join(meaning.why)}"
    if meaning.slots:
        yield f"要素：{json.dumps(dict(meaning.slots), ensure_ascii=False)}"
    yield f"数据版本：{rules.revision}"
