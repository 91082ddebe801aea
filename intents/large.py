"""Ranks intents from a hundred thousand examples and more: a sparse linear layer and capped posting lists instead of dense weights."""

from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from rapidfuzz import fuzz, process

from intents import postings, rows, signals
from intents.features import Tables, Views
from intents.matcher import Candidate, Ranking
from intents.postings import Postings
from intents.rows import Floats, Ints
from intents.signals import Doubles, Longs, Neighbours

BUDGET = 60_000  # entries read for one sentence
COMPARED = 50  # nearest examples compared letter by letter
CONSIDERED = 10  # intents taken from the layer besides those of the nearest examples
_confidence_of = attrgetter("confidence")


@dataclass(frozen=True, slots=True)
class Library:
    """What is kept of the examples; everything a ranking needs."""

    tables: Tables
    intents: tuple[str, ...]
    texts: tuple[str, ...]
    labels: Ints
    frequency: Ints
    near: Postings
    pairs: Postings
    calibration: Doubles


class LargeMatcher:
    """Ranks intents for a sentence, like `Matcher`, from many examples. Aspects are not learnt."""

    def __init__(self, library: Library, views: Views):
        self.library = library
        self.views = views
        self._idf: Floats = rows.rarity(library.frequency, len(library.texts))

    def rank(self, text: str, top: int = 5) -> Ranking:
        """Candidates for a raw text, best first; `confidence` is the probability that the intent is right."""
        normal = self.views.normalise(text)
        chosen, logits, near, known = self.evidence(normal, max(top, CONSIDERED))
        if not len(chosen):
            return Ranking(normal, (), (), known)
        lines = signals.read(chosen, logits, near, known)
        sure = signals.probabilities(lines, self.library.calibration)
        order = np.argsort(-sure, kind="stable")[:top]
        found = (self._candidate(int(chosen[n]), float(sure[n]), float(logits[chosen[n]]), near) for n in order)
        return Ranking(normal, tuple(sorted(found, key=_confidence_of, reverse=True)), (), known)

    def evidence(self, normal: str, considered: int, without: int = -1) -> tuple[Longs, Doubles, Neighbours, float]:
        """Intents worth a look, the layer's score of every intent, the nearest examples (but one), and the share of features known."""
        listed, lengths = rows.numbered(self.views(normal))
        numbers = np.array(listed, np.int32)
        values = rows.values(numbers, np.array([lengths], np.int64), self._idf)
        seen = self.library.frequency[numbers] > 0
        known = float((values * values)[seen].sum() / ((values * values).sum() or 1.0))
        near = self._nearest(normal, numbers, values, without)
        logits = postings.scores(self.library.pairs, numbers, values, len(self.library.intents))
        highest = np.argsort(-logits, kind="stable")[:considered]
        return np.unique(np.concatenate([highest, near.intents])), logits, near, known

    def _nearest(self, normal: str, numbers: Ints, values: Floats, without: int) -> Neighbours:
        kept = self.library
        some = postings.rarest(kept.near, numbers, kept.frequency, BUDGET) if len(numbers) else np.zeros(0, np.int64)
        found = postings.scores(kept.near, numbers[some], values[some], len(kept.texts))
        if without >= 0:
            found[without] = 0.0
        best = postings.best(found, COMPARED)
        texts = [kept.texts[n] for n in best.tolist()]
        ratios = process.cdist([normal], texts, scorer=fuzz.ratio)[0] / 100 if texts else np.zeros(0)
        return Neighbours(best, kept.labels[best].astype(np.int64), found[best], ratios.astype(np.float64))

    def _candidate(self, intent: int, confidence: float, score: float, near: Neighbours) -> Candidate:
        mine = np.flatnonzero(near.intents == intent)
        if not len(mine):
            return Candidate(self.library.intents[intent], round(confidence, 4), score, 0.0, "")
        best = mine[int(np.argmax(near.ratios[mine]))]
        example = self.library.texts[int(near.examples[best])]
        return Candidate(self.library.intents[intent], round(confidence, 4), score, float(near.ratios[best]), example)
