"""Messages that come to us long after they were sent: one apology for all of them, and a person for who asked for one. Pure."""

from dataclasses import replace

from bot import choices, handoff
from bot.handoff import NewTicket
from bot.model import Conversation, Message, Reply, Turn
from bot.rules import Rules, local
from intents.meaning import Context

AGAIN_MS = 10 * 60 * 1000


def apologised(conversation: Conversation, message: Message, text: str | None, rules: Rules, new: NewTicket) -> Turn:
    """An apology instead of an answer that would surprise; those that follow at once stand under the same one."""
    topic = conversation.topic
    before = () if topic.sorry and message.at - topic.sorry < AGAIN_MS else (Reply(rules.phrases["late"]),)
    sorry = replace(conversation, topic=replace(topic, sorry=message.at if before else topic.sorry))
    if _wants_person(message, text, rules):
        return handoff.open_ticket(sorry, rules, message.at, new, "asked", before=before)
    return Turn(sorry, before, decision="late")


def _wants_person(message: Message, text: str | None, rules: Rules) -> bool:
    if message.choice is not None:
        return message.choice in (choices.HUMAN, choices.NOT_THESE)
    return bool(text) and rules.read(text or "", Context(), local(message.at).date()).decision == "handoff"
