"""A message as it waits in the inbox: what the bot needs of it and no more, as JSON. Pure."""

from typing import Any

import orjson

from bot import wire
from bot.model import FileNote, Message, Point


def written(message: Message, order: int) -> str:
    """The body of an inbox row. `order` sorts the rows of one address."""
    place = [message.location.lat, message.location.lon] if message.location else None
    value = {
        "order": order, "at": message.at, "text": message.text, "choice": message.choice, "place": place, "attachment": message.attachment,
        "files": [[f.kind, f.ref, f.name, f.size] for f in message.files], "silent": message.silent, "late": message.late,
    }  # fmt: skip
    return wire.dumps({k: v for k, v in value.items() if v})


def content(message: Message) -> str:
    """What makes two messages under one id the same: everything but when it came."""
    return repr((message.text, message.choice, message.location, message.attachment, message.files))


def read(body: str, id: str, digest: str) -> Message:
    """The message of an inbox row."""
    value: dict[str, Any] = orjson.loads(body)
    place = value.get("place")
    return Message(
        id, value["at"], value.get("text"), value.get("choice"), Point(*place) if place else None, value.get("attachment", False), digest,
        tuple(FileNote(*f) for f in value.get("files", ())), value.get("silent", False), value.get("late", False),
    )  # fmt: skip


def order(body: str) -> int:
    """Where a row stands among those of its address."""
    return int(orjson.loads(body).get("order", 0))


def silenced(body: str) -> str:
    """The same row of a message that is kept and not answered by itself."""
    return wire.dumps({**orjson.loads(body), "silent": True})
