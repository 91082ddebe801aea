"""A counted day for the citizen's calendar: the answer's own card gets a link to an .ics file with alarms. Pure."""

from dataclasses import replace
from datetime import date

from bot.model import Action, NewSheet, Sheet, SheetDay, SheetLine, SheetPart, Turn
from bot.rules import Rules, local
from bot.sheets.card import ADDRESS, DAY_MS

_DAYS = (("window_from", "sheet_from"), ("due_date", ""), ("grace_until", "sheet_grace"))  # key of the result, phrase behind the name


def with_calendar(turn: Turn, rules: Rules, token: str, at: int) -> Turn:
    """The turn whose last card tells a counted day, with that day kept for a calendar. Days gone by and turns without a token stay as they are."""
    result, last = turn.result or {}, turn.replies[-1] if turn.replies else None
    card = next((c for c in last.cards if c.kind == "deadline"), None) if last else None
    if not token or result.get("kind") != "deadline" or last is None or card is None or turn.sheet:
        return turn
    today, name = local(at).date(), card.title.partition("：")[0]
    found = [(name + (rules.phrases[phrase] if phrase else ""), date.fromisoformat(str(result[key]))) for key, phrase in _DAYS if key in result]
    days = tuple(SheetDay(title, day) for title, day in found if day >= today)
    if not days:
        return turn
    link = Action(rules.phrases["sheet_ics"], url=f"{ADDRESS}{token}.ics")
    cards = tuple(replace(c, actions=(*c.actions, link)) if c is card else c for c in last.cards)
    lines = tuple(SheetLine(line) for line in card.lines) or (SheetLine(card.title),)
    sheet = Sheet(name, (), (SheetPart(card.title, lines),), days, last.sources, (), today)
    kept = NewSheet(token, sheet, at + rules.sheet_days * DAY_MS)
    return replace(turn, replies=(*turn.replies[:-1], replace(last, cards=cards)), sheet=kept)
