"""Transcripts, played through `decide` with the shipped data: what is said, and what happens with it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.dialogue import decide
from bot.handoff import NewTicket
from bot.model import CloseTicket, Conversation, Message, OpenTicket, Owner, Point, Turn
from bot.rules import ZONE, Rules
from bot.telling import plain
from tests import casebook

STAFF = {"accepts": Owner.STAFF, "closes": Owner.CLOSED}
SPOKEN = {"user", "choice", "location", "attachment"}
STEPS = SPOKEN | {"staff", "minutes", "times", "says", "never", "silent", "decision", "item", "facet", "owner", "choices", "ticket", "card"}


def message(step: dict[str, Any], at: int) -> Message:
    point = Point(*step["location"]) if "location" in step else None
    text = step["user"] * step.get("times", 1) if "user" in step else None
    return Message(f"m{at}", at, text, step.get("choice"), point, bool(step.get("attachment")))


def fails(step: dict[str, Any], turn: Turn) -> list[str]:
    """What of a step's expectations did not happen."""
    said = "\n".join(plain(reply) for reply in turn.replies)
    ticket = "opened" if isinstance(turn.ticket, OpenTicket) else "closed" if isinstance(turn.ticket, CloseTicket) else "none"
    happened = {
        "decision": turn.decision, "item": turn.item, "facet": turn.facet, "owner": turn.conversation.owner.value, "ticket": ticket,
        "choices": [c.label for c in turn.replies[-1].choices] if turn.replies else [],
        "card": turn.replies[-1].cards[0].kind if turn.replies and turn.replies[-1].cards else None, "silent": not turn.replies,
    }  # fmt: skip
    wrong = [f"{name}: {happened[name]!r}, not {step[name]!r}" for name in happened.keys() & step.keys() if happened[name] != step[name]]
    wrong += [f"does not say {part!r}" for part in _list(step.get("says")) if part not in said]
    wrong += [f"says {part!r}" for part in _list(step.get("never")) if part in said]
    return [f"{problem} — said: {said}" for problem in wrong]


def _list(value: Any) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [value]


@pytest.mark.parametrize(("file", "case"), casebook.folder("dialogues"), ids=lambda value: value["claim"].replace(" ", "-") if isinstance(value, dict) else value)
def test_a_transcript_goes_as_written(rules: Rules, file: str, case: dict[str, Any]) -> None:
    at = int(datetime.fromisoformat(case.get("at", "2026-11-24 10:00")).replace(tzinfo=ZONE).timestamp() * 1000)
    conversation = Conversation("c", case.get("channel", "web"), "a")
    for number, step in enumerate(case["lines"]):
        assert step.keys() <= STEPS, f"{file}: {case['claim']}: line {number + 1}"
        at += 1000 + step.get("minutes", 0) * 60_000
        if "staff" in step:
            conversation = replace(conversation, owner=STAFF[step["staff"]])
        if SPOKEN & step.keys():
            before = conversation.owner
            turn = decide(conversation, message(step, at), rules, NewTicket(f"t{number}", f"7KQM4{number}"))
            conversation = turn.conversation
            assert fails(step, turn) == [], f"{file}: {case['claim']}: line {number + 1}: {step}"
            assert (conversation.owner is Owner.QUEUE) == (conversation.ticket is not None and conversation.owner is not Owner.STAFF), before
