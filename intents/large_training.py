"""Build a large matcher: read the examples once, train the layer, list the examples, fit confidence on held-out ones. Deterministic."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from intents import layer, postings, rows, signals
from intents.features import Tables, Views
from intents.large import CONSIDERED, LargeMatcher, Library
from intents.layer import Sentences
from intents.model import Example
from intents.rows import Ints
from intents.signals import USUAL, Doubles, Longs

CAP = 2000  # examples in one feature's list
HELD = 2000  # sentences on which confidence is fitted, and never more than a third
ENOUGH = 60  # held-out sentences below which the usual weights are more trustworthy
FOREIGN = 0.03  # how much a sentence counts a second time, as if its intent were none of ours: nobody's examples say what is foreign
SMALL = 20_000  # up to so many examples the layer is trained again with the held-out ones, and features seen once are listed


def build(examples: Sequence[Example], views: Views, tables: Tables) -> LargeMatcher:
    """Train on labelled sentences, one at least."""
    listed = list(dict.fromkeys((views.normalise(e.text), e.intent, e.weight) for e in examples))
    texts, few = tuple(text for text, _, _ in listed), len(listed) <= SMALL
    intents, labels = _labels([intent for _, intent, _ in listed])
    read, frequency = rows.read((views(text) for text in texts), least=1 if few else 2)
    said = Sentences(read, labels, np.array([w for _, _, w in listed], np.float32), np.arange(len(labels)))
    held = _held(said)
    pairs = layer.train(said._replace(used=np.setdiff1d(said.used, held)), frequency, len(intents))
    near = postings.build(read, np.arange(len(labels), dtype=np.int32), frequency, CAP)
    library = Library(tables, intents, texts, labels, frequency, near, pairs, USUAL)
    calibration = _calibrated(LargeMatcher(library, views), held)
    whole = layer.train(said, frequency, len(intents)) if few and len(held) else pairs
    return LargeMatcher(replace(library, pairs=whole, calibration=calibration), views)


def _labels(named: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    intents = tuple(sorted(set(named)))
    place = {name: number for number, name in enumerate(intents)}
    return intents, np.array([place[name] for name in named], np.int32)


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
    lines, truth, counted = [], [], []
    for number in held.tolist():
        label = int(matcher.library.labels[number])
        chosen, logits, near, known = matcher.evidence(matcher.library.texts[number], CONSIDERED, without=number)
        others = chosen[chosen != label]
        lines += [signals.read(chosen, logits, near, known), signals.read(others, *signals.foreign(logits, near, label), known)]
        truth += [chosen == label, np.zeros(len(others), bool)]
        counted += [np.ones(len(chosen)), np.full(len(others), FOREIGN)]
    return signals.fit(np.concatenate(lines), np.concatenate(truth), np.concatenate(counted))
