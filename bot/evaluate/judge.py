"""One question beside what was understood: right, wrong, or something between. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.evaluate.cases import FOREIGN_LABEL, Case
from bot.evaluate.predict import Prediction

SPOKEN = ("answer", "flow")


class Outcome(IntEnum):
    """From worst to best for the one who asked."""

    WRONG = 0
    MISSED = 1
    OFFERED = 2
    FACET = 3
    RIGHT = 4


OUTCOME_NAMES = {
    Outcome.WRONG: "答错", Outcome.MISSED: "没答上", Outcome.OFFERED: "候选里有", Outcome.FACET: "方面不对", Outcome.RIGHT: "正确",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and its prediction."""

    case: Case
    said: Prediction

    @property
    def answered(self) -> bool:
        return self.said.decision in SPOKEN

    @property
    def right(self) -> bool:
        """Whether the item is an accepted one; no item is right where the question may be none of ours."""
        return (self.said.item or FOREIGN_LABEL) in self.case.items

    @property
    def within3(self) -> bool:
        return self.right or any(c.item in self.case.items for c in self.said.candidates[:3])

    @property
    def facet_right(self) -> bool | None:
        """None where there is nothing to judge: another item, or no facet asked of it."""
        if not self.right or not self.case.facets or self.said.item is None or self.said.item.startswith("meta."):
            return None
        return self.said.facet in self.case.facets

    @property
    def failed(self) -> bool:
        """Somebody was told something wrong: another item's answer, or an answer to what is not our business."""
        return self.case.kind in ("ours", "foreign") and self.answered and not self.right

    @property
    def outcome(self) -> Outcome:
        if self.case.kind == "ours":
            return self._ours()
        if self.answered and not self.right:
            return Outcome.WRONG
        return Outcome.RIGHT if self._done() else Outcome.MISSED

    def _ours(self) -> Outcome:
        if self.answered:
            if not self.right:
                return Outcome.WRONG
            return Outcome.FACET if self.facet_right is False else Outcome.RIGHT
        if self.said.decision in self.case.decisions and (self.within3 or self.said.decision != "clarify"):
            return Outcome.RIGHT
        return Outcome.OFFERED if self.within3 and self.said.decision != "reject" else Outcome.MISSED

    def _done(self) -> bool:
        """For what is not of the catalogue: whether the right thing was done."""
        decision = self.said.decision
        if self.case.kind == "smalltalk":
            return self.right and decision not in ("clarify", "reject")
        wanted = "reject" if self.case.kind == "foreign" else "handoff"
        return self.answered or decision == wanted or decision in self.case.decisions


def judged(cases: Sequence[Case], said: Sequence[Prediction]) -> tuple[Judged, ...]:
    """Each case beside its prediction."""
    return tuple(Judged(case, prediction) for case, prediction in zip(cases, said, strict=True))
