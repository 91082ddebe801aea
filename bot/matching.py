"""Which patents of the list may answer a technical need, best first, by the project's own ranker. Pure.

A score says how far a patent stands out from what a text that fits nothing gets; what to do with a match is for staff.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.rules import Rules
from knowledge.patents import Patent

TEXTS = ("product", "need", "target")  # fields of a need that say what is looked for
FAINT = 0.03  # the ranker's confidence for texts that fit no patent at all; measured on tests/cases/tech_needs.yaml
SAME_FIELD = 1.3  # how much a patent of the need's own field gains
MOST, _LOOKED_AT = 5, 20


class Match(NamedTuple):
    """A patent and how far it stands out, 0–1."""

    patent: Patent
    score: float


def patents_for(rules: Rules, need: Mapping[str, str]) -> tuple[Match, ...]:
    """The patents worth a look by staff, for the fields of a need."""
    known = {patent.number: patent for patent in rules.library.patents}
    text = "，".join(need[name] for name in TEXTS if need.get(name))
    if not known or not text:
        return ()
    found = [Match(known[number], _score(rules, known[number], need, sure)) for number, sure in rules.patents_like(text, _LOOKED_AT)]
    return tuple(sorted((m for m in found if m.score > 0), key=lambda m: (-m.score, m.patent.number))[:MOST])


def _score(rules: Rules, patent: Patent, need: Mapping[str, str], sure: float) -> float:
    same = rules.library.patent_rules.fields[patent.field].name == need.get("field")
    return round(1 - FAINT / max(sure * (SAME_FIELD if same else 1), FAINT), 2)


def needs_for(rules: Rules, numbers: Sequence[str], needs: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[Match, ...]]:
    """For each open need, by its ticket's number, the matches among these patents; needs without any are left out."""
    wanted = set(numbers)
    found = {name: tuple(m for m in patents_for(rules, need) if m.patent.number in wanted) for name, need in needs.items()}
    return {name: matches for name, matches in found.items() if matches}
