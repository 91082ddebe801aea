"""What training leaves behind and ranking reads: vocabulary, weights, calibration, examples; and how a sentence becomes numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from intents.features import VIEWS, Tables

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
COMPARED = 200  # examples of one intent compared at the most
_COUNTED = frozenset("cwp")  # views in which features never seen count against a sentence
NEAR = 2  # candidates whose examples are compared letter by letter


class Example(NamedTuple):
    """A labelled sentence; the aspect may be left open. One that counts less than 1 is prose about the intent, not a question."""

    text: str
    intent: str
    aspect: str | None = None
    weight: float = 1.0


class Layer(NamedTuple):
    """A linear layer in a byte a weight: row = feature, column = class. `scale`: what one step of a row is worth."""

    steps: NDArray[np.int8]
    scale: Floats
    constant: Floats

    @classmethod
    def of(cls, weights: Floats) -> "Layer":
        """From full weights, the constant as the last row. The loss is at most 1/254 of a row's largest weight."""
        rows = weights[:-1]
        scale = np.maximum(np.abs(rows).max(axis=1), 1e-9).astype(np.float32) / 127
        return cls(np.round(rows / scale[:, None]).astype(np.int8), scale, weights[-1].astype(np.float32))

    def scores(self, columns: Ints, values: Floats) -> Floats:
        """One score a class for a sparse sentence."""
        found: Floats = (values * self.scale[columns]) @ self.steps[columns].astype(np.float32) + self.constant
        return found


@dataclass(frozen=True, slots=True)
class Model:
    """What training leaves behind; enough to rank without any of the training libraries."""

    tables: Tables
    vocabulary: Mapping[str, int]
    idf: Floats
    layer: Layer
    intents: tuple[str, ...]
    aspects: tuple[str, ...]
    calibration: Floats
    examples: Mapping[str, tuple[str, ...]]


def nearest(text: str, examples: Sequence[str]) -> tuple[str, float]:
    """The example that a text resembles most letter by letter (rapidfuzz ratio), and how much: 0, or 0.5–1."""
    found = process.extractOne(text, examples[:COMPARED], scorer=fuzz.ratio, score_cutoff=50)
    return (found[0], found[1] / 100) if found else ("", 0.0)


def signs(score: float, gap: float, near: float, known: float) -> list[float]:
    """What the probability of a candidate is read from: its score, its lead over the next, its nearest example, the share of known features."""
    return [score, gap, near, known, near * near]


def weigh(
    views: Mapping[str, list[str]], vocabulary: Mapping[str, int], idf: Floats, unknown: float
) -> tuple[Ints, Floats, float]:
    """Feature numbers and values; each view a unit vector in which unseen features count too. Also the share seen."""
    columns: list[int] = []
    ends: list[int] = []
    missing: list[float] = []
    for view, names in views.items():
        columns += [i for i in map(vocabulary.get, names) if i is not None]
        ends.append(len(columns))
        found = ends[-1] - (ends[-2] if len(ends) > 1 else 0)
        missing.append((len(names) - found) * unknown * unknown if view in _COUNTED else 0.0)
    numbers = np.array(columns, np.int32)
    values = idf[numbers]
    seen = total = 0.0
    start = 0
    for view, end, lost in zip(views, ends, missing, strict=True):
        part = values[start:end]
        mine = float(part @ part)
        if mine:
            part *= VIEWS[view] / math.sqrt(mine + lost)
        seen, total, start = seen + mine, total + mine + lost, end
    return numbers, values, seen / total if total else 0.0
