"""What a sentence means, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Decision = Literal["answer", "clarify", "handoff", "reject", "flow", "smalltalk"]
OVERVIEW = "overview"
FOREIGN = "reject"
FACET_ONLY = "只问了方面"  # the reason of a meaning that has a facet and nothing it is of
HUMAN, GREETING, THANKS = "meta.human", "meta.greeting", "meta.thanks"


class Context(NamedTuple):
    """What was talked about before: the last item and facet, and the item before that."""

    item: str | None = None
    facet: str | None = None
    earlier: str | None = None


class Likely(NamedTuple):
    """One candidate: an item, the facet asked, and the probability that the item is right."""

    item: str
    facet: str
    confidence: float
    example: str = ""


class Goods(NamedTuple):
    """Goods and services a question names, as typed; whether their class is asked; whether nothing but that is said."""

    names: tuple[str, ...] = ()
    asks: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """item + facet + slots + confidence, with the evidence that led there."""

    decision: Decision
    item: str | None
    facet: str | None
    confidence: float
    candidates: tuple[Likely, ...] = ()
    slots: Mapping[str, object] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    choices: tuple[Likely, ...] = ()
    why: tuple[str, ...] = ()
    text: str = ""

    @property
    def foreign(self) -> bool:
        """Whether it is not our business at all (then it opens no ticket and counts as no misunderstanding)."""
        return self.decision == "reject"
