"""Buttons of the services: whose an id is, and what pressing it causes. Pure."""

from collections.abc import Callable
from datetime import date

from bot import choices, flagging, handoff, lending, loan_need, locating, progress, rating
from bot.computing import Computed
from bot.handoff import NewTicket
from bot.model import Choice, Conversation, Message, Reply, Turn
from bot.rules import Rules

Pressed = Callable[[Conversation, Message, str, Rules, NewTicket], Turn | None]

TURNS: tuple[Pressed, ...] = (loan_need.chosen, flagging.chosen, rating.chosen)
# Only these need to know which tickets the citizen has.
_OF_TICKETS = (progress.ASK, loan_need.YES, flagging.PREFIX)


def wants_tickets(choice: str) -> bool:
    """Whether the desk must look the conversation's tickets up before a button can be answered."""
    return choice.startswith(_OF_TICKETS)


def turn(conversation: Conversation, message: Message, choice: str, rules: Rules, new: NewTicket) -> Turn | None:
    """The turn of a button that is not about an item of the catalogue; None when no service knows it."""
    if choice == progress.ASK:
        return progress.told(conversation, message, None, rules)
    if choice == choices.POSITION:
        return handoff.offered(conversation, _position(conversation, rules), conversation.topic.item)
    return next((done for pressed in TURNS if (done := pressed(conversation, message, choice, rules, new))), None)


def _position(conversation: Conversation, rules: Rules) -> Reply:
    """How to send a position: in the words of the channel, with its own button where it has one."""
    own = rules.phrases.get(f"{conversation.channel}_position_how")
    return Reply(own, (Choice(choices.POSITION, rules.phrases["position"]),)) if own else Reply(rules.phrases["position_how"])


def computed(rules: Rules, choice: str, today: date) -> Computed | None:
    """What a button computes; None for any other."""
    return lending.pressed(rules, choice, today) or locating.pressed(rules, choice, today)
