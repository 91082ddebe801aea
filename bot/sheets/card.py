"""The card under the answer that ends a guide: where the sheet lies, in three forms. Pure."""

from dataclasses import replace

from bot.model import Action, Card, NewSheet, Sheet, Turn
from bot.privacy import masked
from bot.rules import Rules
from bot.sheets.wording import plain
from intents.normalise import visible

ADDRESS = "/api/v1/sheets/"
DAY_MS = 86_400_000


def with_sheet(turn: Turn, sheet: Sheet, rules: Rules, token: str, at: int) -> Turn:
    """The turn with the sheet to be kept from `at` (UTC ms) on, and its card under the last reply. Without a token nothing is kept."""
    if not token or not turn.replies:
        return turn
    *before, last = turn.replies
    said = replace(last, cards=(*last.cards, sheet_card(sheet, rules, token)))
    new = NewSheet(token, _discreet(sheet, rules), at + rules.sheet_days * DAY_MS)
    return replace(turn, replies=(*before, said), sheet=new)


def sheet_card(sheet: Sheet, rules: Rules, token: str) -> Card:
    """PDF, page and, if there are days, calendar."""
    forms = {"pdf": "sheet_pdf", "html": "sheet_html", "ics": "sheet_ics"}
    offered = [form for form in forms if form != "ics" or sheet.days]
    actions = tuple(Action(rules.phrases[forms[form]], url=f"{ADDRESS}{token}.{form}") for form in offered)
    return Card("file", rules.phrases["sheet"], (plain(sheet.title), rules.phrase("sheet_keep", days=str(rules.sheet_days))), actions)


def _discreet(sheet: Sheet, rules: Rules) -> Sheet:
    """As it may be stored, with the office's name: what the citizen said without numbers that identify a person and invisible characters."""
    library = rules.library
    office = sheet.office or (library.node.name if library.node else library.desk.office)
    return replace(sheet, case=tuple((name, masked(visible(said))) for name, said in sheet.case), office=office)
