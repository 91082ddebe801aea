"""A linear layer that keeps only feature–intent pairs seen together: weights from their counts, sharpened by stochastic gradient. Deterministic."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intents import postings
from intents.postings import Postings
from intents.rows import Floats, Ints, Rows

CAP = 256  # intents kept for one feature: a word that more intents share says little about any
_SCALE = 20.0  # of the first weights: makes a softmax over cosines decided enough to learn from
_STEP, _EPOCHS, _AT_ONCE = 0.3, 2, 64
_SMALL = 0.01  # errors in probability below this are not worth an update
_CALM = 1e-2  # keeps the first steps small
_EVEN = 5.0  # how much more a sentence of a rare intent may count: a common intent must not win whenever in doubt


class Sentences(NamedTuple):
    """What a layer learns from: rows, the number of each row's intent, how much each row counts, and which rows to use."""

    rows: Rows
    labels: Ints
    weights: Floats
    used: NDArray[np.int64]


def train(said: Sentences, frequency: Ints, intents: int) -> Postings:
    """Pairs of features and intents with their trained weights."""
    owners = np.full(len(said.labels), -1, np.int32)
    owners[said.used] = said.labels[said.used]
    pairs = postings.build(said.rows, owners, frequency, CAP)
    _weigh(pairs, intents)
    said = said._replace(weights=said.weights * _even(said.labels[said.used], intents)[said.labels])
    past = np.full(len(pairs.weights), _CALM, np.float32)
    chance = np.random.default_rng(0)
    for epoch in range(_EPOCHS):
        order = chance.permutation(said.used)
        for first in range(0, len(order), _AT_ONCE):
            _learn(pairs, past, said, order[first : first + _AT_ONCE], intents, _STEP / (1 + epoch))
    return pairs


def _even(labels: Ints, intents: int) -> Floats:
    sizes = np.bincount(labels, minlength=intents)
    usual = len(labels) / max(1, int(np.count_nonzero(sizes)))
    return np.minimum(_EVEN, usual / np.maximum(sizes, 1)).astype(np.float32)


def _weigh(pairs: Postings, intents: int) -> None:
    """First weights, in place: what an intent's sentences say of a feature, damped, times how few intents have it; each intent a unit vector."""
    lengths, weights = np.diff(pairs.starts), pairs.weights
    np.sqrt(weights, out=weights)
    weights *= np.repeat(np.log1p(intents / np.maximum(lengths, 1)).astype(np.float32), lengths)
    sizes = np.sqrt(np.bincount(pairs.owners, weights * weights, intents))
    weights *= (_SCALE / np.maximum(sizes, 1e-9)).astype(np.float32)[pairs.owners]


def _learn(pairs: Postings, past: Floats, said: Sentences, batch: NDArray[np.int64], intents: int, step: float) -> None:
    """One update from a few sentences towards what is true; weights that moved often move less (AdaGrad)."""
    at, cell, values = _products(pairs, said.rows, batch, intents)
    logits = np.bincount(cell, pairs.weights[at] * values, len(batch) * intents).reshape(len(batch), intents)
    wrong = np.exp((logits - logits.max(1, keepdims=True)).astype(np.float32))
    wrong /= wrong.sum(1, keepdims=True)
    wrong[np.arange(len(batch)), said.labels[batch]] -= 1
    wrong[np.abs(wrong) < _SMALL] = 0
    wrong *= said.weights[batch][:, None]
    slope = wrong.ravel()[cell] * values
    moved = np.flatnonzero(slope)
    _move(pairs.weights, past, at[moved], slope[moved], step)


def _move(weights: Floats, past: Floats, at: NDArray[np.int64], slope: Floats, step: float) -> None:
    places, which = np.unique(at, return_inverse=True)
    total = np.bincount(which, slope, len(places)).astype(np.float32)
    past[places] += total * total
    weights[places] -= step * total / np.sqrt(past[places])


def _products(pairs: Postings, rows: Rows, batch: NDArray[np.int64], intents: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """For every product of a sentence's feature with an intent: the pair's place, the (sentence, intent) cell, the feature's value."""
    starts, lengths = rows.starts[batch], rows.starts[batch + 1] - rows.starts[batch]
    before = np.cumsum(lengths) - lengths
    mine = np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))
    at, entries = postings.entries(pairs, rows.numbers[mine])
    sentence = np.repeat(np.repeat(np.arange(len(batch)) * intents, lengths), entries)
    return at, sentence + pairs.owners[at], np.repeat(rows.values[mine], entries)
