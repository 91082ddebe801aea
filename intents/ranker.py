"""The right matcher for so many examples: dense and trained for few, posting lists for many. Both rank alike."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from intents import tables
from intents.features import Tables, Views
from intents.lexicon import Lexicon
from intents.matcher import Matcher, Ranking
from intents.model import Example

EXAMPLES = 12_000  # above it, or above WORK, dense training takes minutes and its folds hundreds of megabytes
WORK = 1_200_000  # examples × intents
LEAST = 3  # intents, and examples of each, that dense training needs for its folds


class Ranker(Protocol):
    """What both matchers are: candidates for a raw text, best first, with calibrated confidence."""

    views: Views

    def rank(self, text: str, top: int = 5) -> Ranking: ...


def build(examples: Sequence[Example], lexicon: Lexicon | None = None, known: Tables | None = None) -> Ranker:
    """Train on labelled sentences of any field. Raises ValueError when there are none. `known`: character tables, if they are made already."""
    if not examples:
        raise ValueError("no examples")
    if is_dense(examples):
        return Matcher.build(examples, lexicon, tables=known)
    from intents import large_training

    made = known or tables.build()
    return large_training.build(examples, Views(made, lexicon or Lexicon(), {}), made)


def is_dense(examples: Sequence[Example]) -> bool:
    """Whether dense training is affordable and possible."""
    sizes = Counter(example.intent for example in examples)
    affordable = len(examples) <= EXAMPLES and len(examples) * len(sizes) <= WORK
    return affordable and len(sizes) >= LEAST and min(sizes.values()) >= LEAST
