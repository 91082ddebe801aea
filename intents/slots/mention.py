"""Where a text names a place."""

from dataclasses import dataclass

from intents.slots.gazetteer import Place


@dataclass(frozen=True, slots=True)
class Mention:
    """From `start` to `end` the text names the place."""

    start: int
    end: int
    place: Place
