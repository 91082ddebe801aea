"""What is said to somebody who opens a chat before they have written: who we are, the notice of first contact, and where to begin. Pure."""

from bot import choices, telling
from bot.model import Choice, Reply
from bot.rules import Rules

EACH = 2  # of the most-asked items of every group
MOST = 9


def welcome(rules: Rules, channel: str) -> Reply:
    """The greeting with the most-asked items and a way to a person."""
    asked = [(item, "overview") for group in rules.library.start.groups for item in group.items[:EACH]]
    buttons = telling.item_buttons(rules, asked)[:MOST]
    text = f"{rules.phrases['welcome']}\n{rules.notice(channel)}"
    return Reply(text, (*buttons, Choice(choices.HUMAN, rules.phrases["human"])))
