"""Between citizen and staff: open a ticket, keep words while a person owns the chat, close it. Pure."""

from dataclasses import dataclass, replace

from bot import choices
from bot.model import Card, Choice, CloseTicket, Conversation, Message, OpenTicket, Owner, Reply, TicketKind, Topic, Turn
from bot.rules import Rules, local


@dataclass(frozen=True, slots=True)
class NewTicket:
    """Id and number, a sheet's secret token, and a code to put a guide aside under, kept ready by the desk, so that `decide` stays pure."""

    id: str
    number: str
    token: str = ""  # empty where nothing is stored: no sheet is kept
    code: str = "AAAA2222"


def open_ticket(
    conversation: Conversation, rules: Rules, at: int, new: NewTicket, reason: str, kind: TicketKind = "chat", before: tuple[Reply, ...] = ()
) -> Turn:  # fmt: skip
    """Hand the conversation over. Asked again while waiting it says so, and opens nothing new."""
    if conversation.owner is not Owner.BOT and conversation.number:
        text = rules.phrase("handoff_again", ticket=conversation.number)
        return Turn(conversation, (*before, Reply(text, _cancel(rules))), decision="handoff")
    text = _handed_over(rules, at, new.number)
    moved = replace(
        conversation, owner=Owner.QUEUE, ticket=new.id, number=new.number, topic=replace(conversation.topic, offered=_cancel(rules), misses=0)
    )  # fmt: skip
    card = Card("ticket", f"受理编号 {new.number}", (rules.hours_line(),))
    fields = {k: v for k, v in (("item", conversation.topic.item), ("facet", conversation.topic.facet)) if v}
    ticket = OpenTicket(new.id, new.number, kind, reason, fields)
    return Turn(moved, (*before, Reply(text, _cancel(rules), (card,))), ticket, reason, decision="handoff")


def file_ticket(
    conversation: Conversation, new: NewTicket, reason: str, kind: TicketKind, fields: dict[str, str], reply: Reply,
    consent: str | None = None, region: str | None = None,
) -> Turn:  # fmt: skip
    """Work for people that does not take the conversation over: the bot stays its owner, and a chat may still be handed over beside it."""
    offered = replace(conversation.topic, offered=reply.choices, misses=0)
    ticket = OpenTicket(new.id, new.number, kind, reason, fields, consent, region)
    return Turn(replace(conversation, topic=offered), (reply,), ticket, reason, decision="answer")


def offered(conversation: Conversation, reply: Reply, item: str | None) -> Turn:
    """Words of a service with its buttons, which may be picked by number."""
    topic = replace(conversation.topic, item=item, offered=reply.choices)
    return Turn(replace(conversation, topic=topic), (reply,), decision="answer", item=item)


def agreed(turn: Turn, consent: str, item: str) -> Turn:
    """The turn with the consent that it stands on, to be recorded with it."""
    return replace(turn, consent=consent, item=item)


def _handed_over(rules: Rules, at: int, number: str) -> str:
    now = local(at)
    desk = rules.library.desk
    values = {"ticket": number, "hours": rules.hours_line(), "phone": rules.phone(now.date())}
    if desk.opening_hours().is_open(now, rules.library.workdays):
        return rules.phrase("handoff_open", **values)
    opening = desk.opening_hours().next_opening(now, rules.library.workdays)
    return rules.phrase("handoff_closed", opening=f"{opening.month}月{opening.day}日{opening:%-H:%M}", **values)


def _cancel(rules: Rules) -> tuple[Choice, ...]:
    return (Choice(choices.CANCEL_HUMAN, rules.phrases["cancel_human"]),)


def cancel(conversation: Conversation, rules: Rules) -> Turn:
    """The citizen takes the request back while nobody has taken it up."""
    number = conversation.number or ""
    back = replace(conversation, owner=Owner.BOT, via=None, ticket=None, number=None, topic=Topic(noticed=True, at=conversation.topic.at))
    close = CloseTicket(conversation.ticket, "cancelled") if conversation.ticket else None
    return Turn(back, (Reply(rules.phrase("handoff_cancelled", ticket=number)),), close, "cancelled", decision="handoff")


def with_bot(conversation: Conversation) -> Conversation:
    """The conversation back with the bot, without what was before."""
    return replace(conversation, owner=Owner.BOT, via=None, ticket=None, number=None, topic=Topic(noticed=True))


def undecided(conversation: Conversation, message: Message, rules: Rules, new: NewTicket) -> Turn:
    """A message that we failed to decide: a person gets it; where one has the talk already, nothing changes."""
    if conversation.owner in (Owner.QUEUE, Owner.STAFF):
        return forward(conversation)
    return open_ticket(with_bot(conversation), rules, message.at, new, "failed")


def forward(conversation: Conversation) -> Turn:
    """While a person owns the chat the bot is silent: the words are kept for the person."""
    return Turn(conversation, decision="forward")
