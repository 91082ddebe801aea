"""A value and where it stands, so that one part of a text is read as one thing only."""

from collections.abc import Iterable
from dataclasses import dataclass

_NEAR = 16


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end` the text says `value`."""

    start: int
    end: int
    value: object


def before(text: str, at: int) -> str:
    """What stands just before a place in the text; more of it never decides."""
    return text[max(at - _NEAR, 0) : at]


def without(text: str, spans: Iterable[Span]) -> str:
    """The text with what was read blanked out; lengths stay."""
    for span in spans:
        text = text[: span.start] + "\0" * (span.end - span.start) + text[span.end :]
    return text
