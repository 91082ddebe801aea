"""What speaks for each intent, and the probability read from it: logistic regression in numpy, fitted on held-out sentences. Pure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]
# Until there are enough held-out sentences: in the order of `read`, the constant first.
USUAL: Doubles = np.array([-4.0, 2.0, 0.2, 0.2, 1.0, 1.0, 0.0, 2.0, 0.5, 1.0])
_HOLD = 1.0  # how strongly few sentences are held to small weights
_FAR = 8.0
_FAINT = 0.1  # votes that do not count: neighbours that are hardly near must not share a whole vote among them


class Neighbours(NamedTuple):
    """The nearest examples: their numbers, their intents, and how near they are by features and letter by letter."""

    examples: Longs
    intents: Longs
    cosines: Doubles
    ratios: Doubles


def read(chosen: Longs, logits: Doubles, near: Neighbours, known: float) -> Doubles:
    """One line for each chosen intent: what the layer says, what the nearest examples say, how much was ever seen."""
    votes, cosines, ratios = _votes(near, len(logits))
    high = float(logits.max())
    likely = np.exp(logits - high)
    likely /= likely.sum()
    leads = [_lead(values, chosen) for values in (logits, votes, ratios)]
    columns = [
        likely[chosen], np.clip(leads[0], -_FAR, _FAR), np.maximum(logits[chosen] - high, -_FAR), votes[chosen], leads[1],
        cosines[chosen], ratios[chosen], leads[2], np.full(len(chosen), known),
    ]  # fmt: skip
    return np.stack(columns, axis=1)


def foreign(logits: Doubles, near: Neighbours, intent: int) -> tuple[Doubles, Neighbours]:
    """What would be seen of a sentence if its intent were none of ours."""
    others = near.intents != intent
    without = logits.copy()
    without[intent] = logits.min()
    return without, Neighbours(*(part[others] for part in near))


def probabilities(lines: Doubles, weights: Doubles) -> Doubles:
    """The probability of each line's intent."""
    found: Doubles = 1 / (1 + np.exp(-np.clip(weights[0] + lines @ weights[1:], -30, 30)))
    return found


def fit(lines: Doubles, truth: NDArray[np.bool_], counted: Doubles) -> Doubles:
    """Weights by Newton's method, held to small values (not the constant); `counted` says how much each line counts."""
    table = np.hstack([np.ones((len(lines), 1)), lines])
    hold = np.diag([1e-6] + [_HOLD] * lines.shape[1])
    weights = np.zeros(table.shape[1])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (counted * (likely - truth)) + hold @ weights
        curve = (table * (counted * likely * (1 - likely))[:, None]).T @ table + hold + 1e-9 * np.eye(len(hold))
        change = np.linalg.solve(curve, slope)
        weights = weights - change
        if float(np.abs(change).max()) < 1e-6:
            break
    return weights


def _votes(near: Neighbours, intents: int) -> tuple[Doubles, Doubles, Doubles]:
    """Each intent's share of the neighbours' votes (the nearest count by far the most), and its nearest by either measure."""
    votes, cosines, ratios = (np.zeros(intents) for _ in range(3))
    np.add.at(votes, near.intents, (near.cosines + near.ratios) ** 6)
    np.maximum.at(cosines, near.intents, near.cosines)
    np.maximum.at(ratios, near.intents, near.ratios)
    return votes / (votes.sum() + _FAINT), cosines, ratios


def _lead(values: Doubles, chosen: Longs) -> Doubles:
    """How far each chosen one is before the best of the others."""
    if len(values) < 2:
        return values[chosen]
    second, first = np.sort(np.partition(values, len(values) - 2)[-2:])
    others: Doubles = np.where(values[chosen] == first, second, first)
    return np.asarray(values[chosen] - others)
