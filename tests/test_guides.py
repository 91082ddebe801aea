"""Transcripts of guided services, played through `decide` with the shipped data: what is said or tapped, what is told, what the sheet holds."""

from datetime import datetime
from typing import Any

import pytest

from bot.dialogue import decide
from bot.handoff import NewTicket
from bot.model import Conversation, Message, OpenTicket, Sheet, Turn
from bot.rules import ZONE, Rules
from bot.telling import plain
from tests import casebook

# say: words; tap: label of a button on offer. expect, never: parts of what is told. sheet, not_sheet: parts of lines of the sheet.
# ticks: parts of lines with a box. days: all days of the calendar. total: the sum in yuan, null for no fee.
# ticket: some fields of the ticket that is opened with `kind`, `region` and `consent`; null for none.
STEPS = {"say", "tap", "minutes", "expect", "never", "decision", "item", "buttons", "sheet", "not_sheet", "ticks", "not_ticks", "days", "total", "ticket"}
SHEET = {"sheet", "not_sheet", "ticks", "not_ticks", "days", "total"}


def message(conversation: Conversation, step: dict[str, Any], at: int) -> Message:
    if "tap" not in step:
        return Message(f"m{at}", at, str(step["say"]))
    offered = {choice.label: choice.id for choice in conversation.topic.offered}
    assert step["tap"] in offered, f"{step['tap']} is not among {list(offered)}"
    return Message(f"m{at}", at, choice=offered[step["tap"]])


def told(turn: Turn) -> str:
    """Everything a citizen reads of a turn."""
    parts = [plain(reply) for reply in turn.replies]
    return "\n".join([*parts, *(line for reply in turn.replies for card in reply.cards for line in (card.title, *card.lines))])


def written(sheet: Sheet) -> str:
    lines = [f"{line.text} {line.amount}" for part in sheet.parts for line in part.lines]
    return "\n".join([*(part.title for part in sheet.parts), *lines, *sheet.remarks, *(f"{name}：{value}" for name, value in sheet.case)])


def fails(step: dict[str, Any], turn: Turn) -> list[str]:
    """What of a step's expectations did not happen."""
    said = told(turn)
    happened = {"decision": turn.decision, "item": turn.item, "buttons": [c.label for c in turn.replies[-1].choices] if turn.replies else []}
    wrong = [f"{name}: {happened[name]!r}, not {step[name]!r}" for name in happened.keys() & step.keys() if happened[name] != step[name]]
    wrong += [f"does not say {part!r}" for part in _list(step.get("expect")) if part not in said]
    wrong += [f"says {part!r}" for part in _list(step.get("never")) if part in said]
    if "ticket" in step:
        wrong += _ticket_fails(step["ticket"], turn)
    if SHEET & step.keys():
        wrong += _sheet_fails(step, turn.sheet.sheet) if turn.sheet else ["no sheet"]
    return [f"{problem} — told: {said}" for problem in wrong]


def _ticket_fails(wanted: dict[str, str] | None, turn: Turn) -> list[str]:
    opened = turn.ticket if isinstance(turn.ticket, OpenTicket) else None
    if wanted is None or opened is None:
        return [] if wanted is None and opened is None else [f"ticket: {opened}, not {wanted}"]
    found = {**opened.fields, "kind": opened.kind, "region": opened.region, "consent": turn.consent}
    return [f"ticket: {name}: {found.get(name)!r}, not {value!r}" for name, value in wanted.items() if found.get(name) != value]


def _sheet_fails(step: dict[str, Any], sheet: Sheet) -> list[str]:
    text = written(sheet)
    ticked = "\n".join(line.text for part in sheet.parts for line in part.lines if line.tick)
    wrong = [f"the sheet lacks {part!r}" for part in _list(step.get("sheet")) if part not in text]
    wrong += [f"the sheet has {part!r}" for part in _list(step.get("not_sheet")) if part in text]
    wrong += [f"no box before {part!r}" for part in _list(step.get("ticks")) if part not in ticked]
    wrong += [f"a box before {part!r}" for part in _list(step.get("not_ticks")) if part in ticked]
    days = {day.name: day.day for day in sheet.days}
    if "days" in step and days != step["days"]:
        wrong.append(f"days: {days}, not {step['days']}")
    amounts = [line.amount for part in sheet.parts for line in part.lines if line.amount]
    total = int(amounts[-1].split()[0]) if amounts else None
    if "total" in step and total != step["total"]:
        wrong.append(f"total: {total}, not {step['total']}")
    return wrong


def _list(value: Any) -> list[str]:
    return [] if value is None else [str(part) for part in (value if isinstance(value, list) else [value])]


@pytest.mark.parametrize(("file", "case"), casebook.folder("guides"), ids=lambda value: value["claim"].replace(" ", "-") if isinstance(value, dict) else value)
def test_a_guide_goes_as_written(rules: Rules, file: str, case: dict[str, Any]) -> None:
    at = int(datetime.fromisoformat(case.get("at", "2026-11-24 10:00")).replace(tzinfo=ZONE).timestamp() * 1000)
    conversation = Conversation("c", "web", "a")
    for number, step in enumerate(case["lines"]):
        where = f"{file}: {case['claim']}: line {number + 1}: {step}"
        assert step.keys() <= STEPS, where
        at += 1000 + step.get("minutes", 0) * 60_000
        turn = decide(conversation, message(conversation, step, at), rules, NewTicket(f"t{number}", f"7KQM4{number}", "t" * 32))
        conversation = turn.conversation
        assert fails(step, turn) == [], where
