"""The trained layer: one-against-rest linear support vector machines (scikit-learn), and what they say of rows they have not seen.

Imported only while an artefact is built. At run time a ranking is one product with the weights that stay in the artefact.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
# Chosen on held-out questions between 0.1 and 3; a loose fit carries over better to other people's words.
HARDNESS = 0.7
FOLDS = 3


class Rows(NamedTuple):
    """Sparse rows: for each, feature numbers and values."""

    columns: list[Ints]
    values: list[Floats]


def train(rows: Rows, width: int, labels: Sequence[int], weights: Sequence[float]) -> Floats:
    """Weights features × classes (with the constant as the last row) for labels 0…k−1; `weights` says how much each row counts."""
    model = _fitted(_matrix(rows, width), np.asarray(labels), np.asarray(weights))
    return np.vstack([model.coef_.T, model.intercept_]).astype(np.float32)


def unseen(rows: Rows, width: int, labels: Sequence[int], weights: Sequence[float], counted: Sequence[bool]) -> Floats:
    """Scores rows × classes, each row by a model that was trained without it; rows that are not counted are always trained on."""
    matrix, y, w, judged = _matrix(rows, width), np.asarray(labels), np.asarray(weights), np.flatnonzero(counted)
    scores = np.zeros((len(y), int(y.max()) + 1), np.float32)
    others = np.flatnonzero(~np.asarray(counted))
    for kept, left in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(judged, y[judged]):
        known = np.concatenate([judged[kept], others])
        model = _fitted(matrix[known], y[known], w[known])
        scores[np.ix_(judged[left], model.classes_)] = model.decision_function(matrix[judged[left]])
    return scores


def logistic(features: Floats, truth: Sequence[bool]) -> Floats:
    """Weights of a logistic regression, the constant first."""
    model = LogisticRegression(C=10.0, max_iter=500).fit(features, np.asarray(truth))
    return np.concatenate([model.intercept_, model.coef_[0]]).astype(np.float32)


def _matrix(rows: Rows, width: int) -> csr_matrix:
    ends = np.cumsum([0, *(len(c) for c in rows.columns)])
    return csr_matrix((np.concatenate(rows.values), np.concatenate(rows.columns), ends), shape=(len(rows.columns), width))


def _fitted(matrix: csr_matrix, labels: NDArray[np.int64], weights: NDArray[np.float64]) -> LinearSVC:
    return LinearSVC(C=HARDNESS, random_state=0).fit(matrix, labels, sample_weight=weights)
