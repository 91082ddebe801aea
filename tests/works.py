"""Turns as work for a store, made by hand: what is committed, without anybody deciding it."""

from dataclasses import replace
from hashlib import blake2b
from typing import Any

from bot import wire
from bot.ids import new_id
from bot.model import Conversation, Message, OpenTicket, Owner, Topic, Turn
from bot.ports import Work, Written

AT = 1_795_000_000_000


def conversation(address: str = "a", channel: str = "web") -> Conversation:
    return Conversation(new_id(AT), channel, address)


def digest(said: str) -> str:
    """A fingerprint of what was said."""
    return blake2b(said.encode(), digest_size=16).hexdigest()


def work(before: Conversation, id: str, said: str = "问", *answers: str, is_new: bool = False, at: int = AT, **turn: Any) -> Work:
    """One citizen's line and the bot's answers; `turn` changes the turn, `owner` and `topic` the conversation after it."""
    after = replace(before, owner=turn.pop("owner", before.owner), topic=turn.pop("topic", Topic(item="trademark.renewal", noticed=True, at=at)))
    ticket = turn.get("ticket")
    if isinstance(ticket, OpenTicket):
        after = replace(after, ticket=ticket.id, number=ticket.number)
    lines = [Written(new_id(at), "citizen", wire.plain_body(said)), *(Written(new_id(at), "bot", wire.plain_body(a)) for a in answers)]
    message = Message(id, at, said, digest=digest(said))
    return Work(before, message, Turn(after, decision="answer", item="trademark.renewal", facet="fee", **turn), tuple(lines), at, is_new)


def waiting(before: Conversation, id: str, number: str = "7KQM4X", **more: Any) -> Work:
    """A turn that opens a ticket."""
    ticket = OpenTicket(new_id(AT), number, "chat", "asked", {"item": "trademark.renewal"})
    return work(before, id, "转人工", "已转给工作人员", owner=Owner.QUEUE, ticket=ticket, why="asked", **more)
