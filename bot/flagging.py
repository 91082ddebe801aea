"""A contact that does not answer: flagged for staff to look at, while the bot goes on with the citizen. Pure."""

import re
from dataclasses import replace

from bot import choices, handoff
from bot.handoff import NewTicket
from bot.model import Choice, Conversation, Message, Reply, TicketKind, Turn
from bot.rules import Rules, local
from knowledge import loans

PREFIX = choices.CONTACT
KIND: TicketKind = "contact_flag"
DEAD = re.compile("打不通|打不进|空号|停机|没人接|无人接听|不是这个号|号码(?:不对|错了?|有误)")


def chosen(conversation: Conversation, message: Message, choice: str, rules: Rules, new: NewTicket) -> Turn | None:
    """The turn of 打不通 beside a contact; None for any other id, and for a contact that is not known any more."""
    if not choice.startswith(PREFIX):
        return None
    id_ = choice.removeprefix(PREFIX)
    name = _name(rules, id_, message)
    if name is None:
        return None
    phone = rules.phone(local(message.at).date())
    item = conversation.topic.item or rules.library.loans.item
    if any(f.kind == KIND and f.state != "closed" and f.fields.get("contact") == id_ for f in message.filed):
        return handoff.offered(conversation, Reply(rules.phrase("contact_flag_again", name=name, phone=phone)), item)
    fields = {"contact": id_, "name": name, "item": item}
    reply = Reply(rules.phrase("contact_flagged", name=name, ticket=new.number, phone=phone), _again(rules))
    return replace(handoff.file_ticket(conversation, new, "dead", KIND, fields, reply), item=item)


def _name(rules: Rules, id_: str, message: Message) -> str | None:
    """The name of a contact of ours, of a station, or of a telephone number of the catalogue."""
    found = loans.reached(rules.library.loans, rules.library.catalog, id_, local(message.at).date())
    if found:
        return found.name
    station = next((s for s in rules.library.stations if s.id == id_), None)
    if station:
        return station.name
    fact = rules.library.catalog.facts.get(id_)
    return fact.label if fact and id_.startswith("tel.") else None


def _again(rules: Rules) -> tuple[Choice, ...]:
    return (Choice(choices.HUMAN, rules.phrases["human"]),)


def said(rules: Rules, text: str) -> str | None:
    """The choice that a sentence such as 工行的电话打不通 stands for; None when it names no contact."""
    if not DEAD.search(text):
        return None
    names = [(name, id_) for id_, contact in rules.library.loans.contacts.items() for name in (contact.name, *contact.aliases)]
    found = [(name, id_) for name, id_ in names if name in text]
    return PREFIX + max(found, key=lambda pair: len(pair[0]))[1] if found else None
