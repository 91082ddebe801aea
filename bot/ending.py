"""How a guide ends: in a sheet with what it files, or put aside under a code. Pure."""

from dataclasses import replace

from bot import choices, flows, needs, sheeting
from bot.handoff import NewTicket
from bot.model import Choice, Conversation, Flow, Message, Parked, Reply, Turn
from bot.rules import Rules, local
from bot.sheets import card
from knowledge.catalog import FACET_NAMES
from knowledge.guides import Guide


def put_aside(conversation: Conversation, message: Message, guide: Guide, flow: Flow, rules: Rules, new: NewTicket) -> Turn:
    """The guide ends here and is kept under a code, to be gone on with later."""
    facts = sheeting.shown_facts(rules, guide, local(message.at).date())
    parked = Parked(guide.id, flows.without_contact(guide, flow.values), facts)
    spoken = f"{new.code[:4]}-{new.code[4:]}"
    ended = replace(conversation, topic=replace(conversation.topic, flow=None, offered=()))
    reply = Reply(rules.phrase("flow_parked", code=spoken, days=str(choices.PARKED_DAYS)))
    return Turn(ended, (reply,), decision="flow", item=guide.item, facet="steps", park=(new.code, parked))


def finished(conversation: Conversation, message: Message, guide: Guide, flow: Flow, rules: Rules, new: NewTicket) -> Turn:
    """The guide's last answer: its sheet, and what it files."""
    sheet = sheeting.sheet(rules, guide, flow, message.at)
    answers = rules.library.catalog.items[guide.item].answers
    buttons = tuple(Choice(choices.item_choice(guide.item, f), FACET_NAMES[f]) for f in ("materials", "duration", "effect") if f in answers)
    reply = sheeting.reply(rules, sheet, guide, (*needs.buttons(rules, guide, flow), *buttons, start(guide)))
    topic = replace(conversation.topic, flow=None, offered=reply.choices, item=guide.item, facet="steps")
    ended = replace(conversation, topic=topic)
    turn = Turn(ended, (reply,), decision="answer", item=guide.item, facet="steps", confidence=1.0)
    return needs.filed(card.with_sheet(turn, sheet, rules, new.token, message.at), message, rules, guide, flow, new)


def start(guide: Guide) -> Choice:
    """The button that begins a guide."""
    return Choice(choices.guide_choice(guide.id), guide.button)
