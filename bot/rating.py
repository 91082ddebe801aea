"""How it was with a person: three buttons after the end of a chat, counted by the turn that presses one. Pure."""

from collections.abc import Mapping

from bot.handoff import NewTicket
from bot.model import Choice, Conversation, Message, Reply, Turn
from bot.rules import Rules

DECISION = "rating"
# Button → the phrase on it; the last part of the id is what is counted.
LABELS: Mapping[str, str] = {"r:good": "rating_good", "r:fair": "rating_fair", "r:poor": "rating_poor"}


def asked(rules: Rules) -> Reply:
    """The question."""
    return Reply(rules.phrases["rating_ask"], tuple(Choice(id_, rules.phrases[name]) for id_, name in LABELS.items()))


def chosen(conversation: Conversation, message: Message, choice: str, rules: Rules, new: NewTicket) -> Turn | None:
    """The thanks; None for any other button. It is the row of this turn that counts, however late the press comes."""
    if choice not in LABELS:
        return None
    return Turn(conversation, (Reply(rules.phrases["rating_thanks"]),), decision=DECISION, facet=choice.removeprefix("r:"))
