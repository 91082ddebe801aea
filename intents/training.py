"""Train a matcher's model from labelled sentences. Imported only while an artefact is built."""

from collections.abc import Mapping, Sequence

import numpy as np

from intents import linear
from intents.features import Tables, Views
from intents.linear import Learnt, Rows
from intents.model import NEAR, Example, Floats, Layer, Model, nearest, signs, weigh

# Sentences above which rare pairs and triples are dropped: half the memory, nothing lost on held-out questions.
MANY = 10_000


def train(examples: Sequence[Example], views: Views, tables: Tables) -> Model:
    """Vocabulary, linear layer over intents and aspects, and calibration. Deterministic."""
    normal = [views.normalise(e.text) for e in examples]
    features = [views(text) for text in normal]
    vocabulary, idf = _vocabulary(features)
    unknown = float(idf.max())
    weighed = [weigh(f, vocabulary, idf, unknown) for f in features]
    rows = Rows([c for c, _, _ in weighed], [v for _, v, _ in weighed])
    intents = tuple(sorted({e.intent for e in examples}))
    held = _held(normal, examples, intents)
    aspects, aspect_layer = _aspect_layer(rows, len(vocabulary), examples)
    judged = [e.weight >= 1 for e in examples]
    numbers = [intents.index(e.intent) for e in examples]
    learnt = linear.train_and_judge(rows, len(vocabulary), numbers, [e.weight for e in examples], judged)
    calibration = _calibrate(normal, numbers, intents, learnt, [k for _, _, k in weighed], held)
    return Model(tables, vocabulary, idf, Layer.of(np.hstack([learnt.weights, aspect_layer])), intents, aspects, calibration, held)


def _aspect_layer(rows: Rows, width: int, examples: Sequence[Example]) -> tuple[tuple[str, ...], Floats]:
    """Aspects are learnt from the sentences that name one, over all intents together."""
    chosen = [n for n, e in enumerate(examples) if e.aspect]
    aspects = tuple(sorted({examples[n].aspect or "" for n in chosen}))
    if len(aspects) < 2:
        return aspects, np.zeros((width + 1, len(aspects)), np.float32)
    some = Rows([rows.columns[n] for n in chosen], [rows.values[n] for n in chosen])
    return aspects, linear.train(some, width, [aspects.index(examples[n].aspect or "") for n in chosen], [examples[n].weight for n in chosen])


def _held(normal: Sequence[str], examples: Sequence[Example], intents: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Each intent's own sentences, for comparing letter by letter; prose about it (no aspect, little weight) is not what people type."""
    listed: dict[str, list[str]] = {name: [] for name in intents}
    for text, example in zip(normal, examples, strict=True):
        if example.weight >= 1 or example.aspect:
            listed[example.intent].append(text)
    return {name: tuple(dict.fromkeys(texts)) for name, texts in listed.items()}


def _vocabulary(features: Sequence[Mapping[str, list[str]]]) -> tuple[dict[str, int], Floats]:
    frequency: dict[str, int] = {}
    for views in features:
        for names in views.values():
            for name in names:
                frequency[name] = frequency.get(name, 0) + 1
    many = len(features) > MANY
    kept = [name for name, count in frequency.items() if count >= _needed(name, many)]
    idf = np.array([np.log((1 + len(features)) / (1 + frequency[n])) + 1 for n in kept], np.float32)
    return {name: i for i, name in enumerate(kept)}, idf


def _needed(name: str, many: bool) -> int:
    """How often a feature must be seen to be kept: words and characters once, pairs and triples more often, the more so among many sentences."""
    if name[0] in "tf" or (name[0] == "c" and len(name) == 2) or (name[0] == "w" and "_" not in name):
        return 1
    triple = (name[0] == "c" and len(name) > 3) or (name[0] == "p" and name.count("'") > 1)
    return (8 if triple else 4) if many else (3 if triple else 2)


def _calibrate(
    normal: Sequence[str], numbers: Sequence[int], intents: Sequence[str], learnt: Learnt,
    known: Sequence[float], held: Mapping[str, Sequence[str]],
) -> Floats:  # fmt: skip
    """Fit confidence on what a layer says of sentences it was trained without."""
    rows: list[list[float]] = []
    truth: list[bool] = []
    for row, scores in zip(learnt.left, learnt.scores, strict=True):
        best = np.argsort(-scores, kind="stable")[: min(NEAR, len(intents))].tolist()
        for place, index in enumerate(best):
            rival = float(scores[best[1 if place == 0 and len(best) > 1 else 0]])
            near = nearest(normal[row], [t for t in held[intents[index]] if t != normal[row]])[1]
            score = float(scores[index])
            rows.append(signs(score, score - rival, near, known[row]))
            truth.append(bool(index == numbers[row]))
    return linear.logistic(np.array(rows, np.float32), truth)
