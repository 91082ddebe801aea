"""Build a large matcher: read the examples once, train the layer, list the examples, fit confidence on held-out ones. Deterministic."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from intents import layer, postings, rows, signals
from intents.features import Tables, Views
from intents.large import CONSIDERED, LargeMatcher, Library
from intents.layer import Sentences
from intents.model import Example
from intents.signals import USUAL, Doubles, Longs

CAP = 2000  # examples in one feature's list
HELD = 2000  # sentences on which confidence is fitted, and never more than a third
ENOUGH = 60  # held-out sentences below which the usual weights are more trustworthy
SMALL = 20_000  # up to so many examples the layer is trained again with the held-out ones, and features seen once are listed


def build(examples: Sequence[Example], views: Views, tables: Tables) -> LargeMatcher:
    """Train on labelled sentences, one at least."""
    unique = list(dict.fromkeys((views.normalise(e.text), e.intent, e.weight) for e in examples))
    texts, intents = tuple(text for text, _, _ in unique), tuple(sorted({intent for _, intent, _ in unique}))
    place = {name: number for number, name in enumerate(intents)}
    labels = np.array([place[intent] for _, intent, _ in unique], np.int32)
    read, frequency = rows.read(views(text) for text in texts)
    said = Sentences(read, labels, np.array([weight for _, _, weight in unique], np.float32), np.arange(len(labels)))
    held, few = _held(said), len(labels) <= SMALL
    pairs = layer.train(said._replace(used=np.setdiff1d(said.used, held)), frequency, len(intents))
    near = postings.build(read, np.arange(len(labels), dtype=np.int32), frequency, CAP, least=1 if few else 2)
    library = Library(tables, intents, texts, labels, frequency, near, pairs, USUAL)
    library = replace(library, calibration=_calibrated(LargeMatcher(library, views), held))
    if few and len(held):
        library = replace(library, pairs=layer.train(said, frequency, len(intents)))
    return LargeMatcher(library, views)


def _held(said: Sentences) -> Longs:
    """Sentences left out of the layer, evenly over the intents; the first two of an intent always stay."""
    order = np.random.default_rng(1).permutation(len(said.labels))
    order = order[said.weights[order] >= 1]
    grouped = order[np.argsort(said.labels[order], kind="stable")]
    _, sizes = np.unique(said.labels[grouped], return_counts=True)
    turn = np.arange(len(grouped)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    free = order[np.isin(order, grouped[turn >= 2])]
    return np.sort(free[: min(HELD, len(order) // 3)])


def _calibrated(matcher: LargeMatcher, held: Longs) -> Doubles:
    """Weights of the signals, from sentences that neither the layer nor the nearest examples have seen."""
    if len(held) < ENOUGH or len(matcher.library.intents) < 2:
        return USUAL
    lines, truth = [], []
    for number in held.tolist():
        chosen, logits, near, known = matcher.evidence(matcher.library.texts[number], CONSIDERED, without=number)
        lines.append(signals.read(chosen, logits, near, known))
        truth.append(chosen == matcher.library.labels[number])
    return signals.fit(np.concatenate(lines), np.concatenate(truth))
