"""One message instead of several, for channels that count them. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from bot import wire
from bot.model import Turn

# What the strictest of these channels takes as one message: bytes of words above the buttons and below them, and buttons.
WORDS, SOURCES, BUTTONS = 1000, 900, 10


def together(turn: Turn) -> Turn:
    """The same turn with all it has to say in one reply. What may be picked by number, the choices of the last one, stands first."""
    if len(turn.replies) < 2:
        return turn
    *before, last = turn.replies
    choices = dict.fromkeys(choice for reply in (last, *before) for choice in reply.choices)
    one = replace(
        last,
        text="\n\n".join(reply.text for reply in turn.replies if reply.text),
        choices=tuple(choices),
        cards=tuple(card for reply in turn.replies for card in reply.cards),
        sources=tuple(dict.fromkeys(source for reply in turn.replies for source in reply.sources)),
        source_line="\n".join(dict.fromkeys(reply.source_line for reply in turn.replies if reply.source_line)),
    )
    return turn.with_replies(one)


def joined(bodies: Sequence[str]) -> str:
    """Stored bodies as one, by the same rule."""
    if len(bodies) == 1:
        return bodies[0]
    values: list[dict[str, Any]] = [orjson.loads(each) for each in bodies]
    *before, last = values
    return wire.dumps(
        {
            "text": "\n\n".join(value["text"] for value in values if value["text"]),
            "choices": _once([choice for value in (last, *before) for choice in value["choices"]]),
            "cards": [card for value in values for card in value["cards"]],
            "sources": _once([source for value in values for source in value["sources"]]),
        }
    )


def fits(bodies: Sequence[str]) -> bool:
    """Whether stored bodies make one message of a counting channel."""
    value = orjson.loads(joined(bodies))
    words = [value["text"], *(line for card in value["cards"] for line in (card["title"], *card["lines"]))]
    actions = [action for card in value["cards"] for action in card["actions"]]
    sources = "；".join(source["title"] + source.get("number", "") for source in value["sources"])
    return _size(words) <= WORDS and _size([sources]) <= SOURCES and len(value["choices"]) + len(actions) <= BUTTONS


def _size(words: Sequence[str]) -> int:
    return sum(len(each.encode()) + 2 for each in words)


def _once(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [value for place, value in enumerate(values) if value not in values[:place]]
