"""The trained layer: one-against-rest linear support vector machines with a share of complement naive Bayes (scikit-learn).

Both are linear in the features, so together they are one matrix of weights. The machines draw borders, naive Bayes knows which words are
typical; on held-out questions the two together were right 3 points more often than the machines alone.

Imported only while an artefact is built. At run time a ranking is one product with the weights that stay in the artefact.
"""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
# Chosen on held-out questions between 0.1 and 3; a loose fit carries over better to other people's words.
HARDNESS = 1.0
BAYES = 0.3
SMOOTHING = 0.1
JUDGED = 0.4  # share of the rows on which confidence is fitted
MANY = 3000
ROUNDS = 7  # over the rows; more make training longer, and other people's words are read no better


class Rows(NamedTuple):
    """Sparse rows: for each, feature numbers and values."""

    columns: list[Ints]
    values: list[Floats]


class Learnt(NamedTuple):
    """weights: features × classes, with the constant as the last row. scores: of the `left` rows, by a layer that was trained without them."""

    weights: Floats
    left: list[int]
    scores: Floats


def train(rows: Rows, width: int, labels: Sequence[int], weights: Sequence[float]) -> Floats:
    """Weights for labels 0…k−1; `weights` says how much each row counts."""
    return _fitted(_matrix(rows, width), np.asarray(labels), np.asarray(weights))


def train_and_judge(rows: Rows, width: int, labels: Sequence[int], weights: Sequence[float], counted: Sequence[bool]) -> Learnt:
    """Weights from all rows, and scores of a part of the counted rows by a layer that has not seen them."""
    matrix, y, w, may = _matrix(rows, width), np.asarray(labels), np.asarray(weights), np.asarray(counted)
    may = may & (np.bincount(y[may], minlength=int(y.max()) + 1)[y] > 1)  # the only sentence of a class is needed for learning it
    judged, classes = np.flatnonzero(may), len(np.unique(y[may]))
    size = max(int(JUDGED * len(judged)), classes)
    kept, left = next(StratifiedShuffleSplit(1, test_size=size, random_state=0).split(judged, y[judged]))
    parts = [np.arange(len(y)), np.concatenate([judged[kept], np.flatnonzero(~may)])]
    # Side by side in two processes where the rows are many: the solver uses one processor.
    layers = Parallel(n_jobs=2 if len(y) > MANY else 1)(delayed(_fitted)(matrix[part], y[part], w[part]) for part in parts)
    scores = matrix[judged[left]] @ layers[1][:-1] + layers[1][-1]
    return Learnt(layers[0], judged[left].tolist(), scores)


def logistic(features: Floats, truth: Sequence[bool]) -> Floats:
    """Weights of a logistic regression, the constant first."""
    model = LogisticRegression(C=10.0, max_iter=500).fit(features, np.asarray(truth))
    return np.concatenate([model.intercept_, model.coef_[0]]).astype(np.float32)


def _matrix(rows: Rows, width: int) -> csr_matrix:
    ends = np.cumsum([0, *(len(c) for c in rows.columns)])
    return csr_matrix((np.concatenate(rows.values), np.concatenate(rows.columns), ends), shape=(len(rows.columns), width))


def _fitted(matrix: csr_matrix, labels: NDArray[np.int64], weights: NDArray[np.float64]) -> Floats:
    """Both models, the second scaled to the spread of the first. Rare classes count as much as common ones, but for the commonest."""
    count = np.bincount(labels, weights=weights)
    even = dict(enumerate(count.mean() / count)) | {int(count.argmax()): 1.0}
    machine = LinearSVC(C=HARDNESS, tol=5e-2, max_iter=ROUNDS, random_state=0, class_weight=even)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
        machine.fit(matrix, labels, sample_weight=weights)
    if len(count) < 3:  # one machine for two classes: its weights are the second's, and the first's reversed
        layer = np.vstack([np.hstack([-machine.coef_.T, machine.coef_.T]), np.hstack([-machine.intercept_, machine.intercept_])])
        return layer.astype(np.float32)
    bayes = ComplementNB(alpha=SMOOTHING).fit(matrix, labels, sample_weight=weights).feature_log_prob_.T
    bayes = bayes - bayes.mean(axis=1, keepdims=True)
    share = BAYES * _spread(matrix, machine.coef_.T) / max(_spread(matrix, bayes), 1e-9)
    return np.vstack([machine.coef_.T + share * bayes, machine.intercept_]).astype(np.float32)


def _spread(matrix: csr_matrix, layer: NDArray[np.float64]) -> float:
    """How far the scores of the classes lie apart, on a sample of rows."""
    sample = matrix[:: max(1, matrix.shape[0] // 1000)]
    return float((sample @ layer).std(axis=1).mean())
