"""A linear layer trained in closed form: ridge regression in its dual, with leave-one-out predictions for calibration.

Rule: with K = XXᵀ and G = (K + λI)⁻¹, the weights are Xᵀ·G·Y and the prediction for a row left out of training is
y − (G·Y)/diag(G) (Hastie, Tibshirani, Friedman, Elements of Statistical Learning, 7.10, generalised cross-validation).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
# A feature in more rows than this goes through the dense product; rarer ones through their posting lists.
_DENSE = 64


class Rows(NamedTuple):
    """Sparse rows: for each, feature numbers and values."""

    columns: list[Ints]
    values: list[Floats]


class Trained(NamedTuple):
    """weights: features × targets; left_out: rows × targets, what the layer says of a row it has not seen."""

    weights: Floats
    left_out: Floats


def train(rows: Rows, width: int, targets: Floats, penalty: float) -> Trained:
    """Least squares with penalty λ. targets: rows × targets."""
    gram = _gram(rows, width)
    gram[np.diag_indices_from(gram)] += np.float32(penalty)
    root = _root(gram)  # G = RᵀR
    alpha = root.T @ (root @ targets)
    left_out = targets - alpha / np.einsum("ij,ij->j", root, root)[:, None]
    return Trained(_weights(rows, width, alpha.astype(np.float32)), left_out.astype(np.float32))


def _root(gram: Floats) -> Floats:
    """The inverse of the Cholesky factor of a positive definite matrix, by halves: nearly all of it is matrix products."""
    size = len(gram)
    if size <= 128:
        small: Floats = np.linalg.inv(np.linalg.cholesky(gram.astype(np.float64))).astype(np.float32)
        return small
    half = size // 2
    first = _root(gram[:half, :half])
    below = gram[half:, :half] @ first.T
    second = _root(gram[half:, half:] - below @ below.T)
    root = np.zeros_like(gram)
    root[:half, :half], root[half:, half:] = first, second
    root[half:, :half] = -(second @ below) @ first
    return root


def _gram(rows: Rows, width: int) -> Floats:
    count = len(rows.columns)
    columns = np.concatenate(rows.columns)
    values = np.concatenate(rows.values)
    owners = np.repeat(np.arange(count, dtype=np.int32), [len(c) for c in rows.columns])
    frequency = np.bincount(columns, minlength=width)
    gram = _dense_part(columns, values, owners, frequency, count)
    order = np.argsort(columns, kind="stable")
    starts = np.concatenate(([0], np.cumsum(frequency)))
    for feature in np.flatnonzero((frequency > 0) & (frequency <= _DENSE)):
        listed = order[starts[feature] : starts[feature + 1]]
        who, what = owners[listed], values[listed]
        gram[who[:, None], who[None, :]] += what[:, None] * what[None, :]
    return gram


def _dense_part(columns: Ints, values: Floats, owners: Ints, frequency: NDArray[np.int64], count: int) -> Floats:
    common = np.flatnonzero(frequency > _DENSE)
    place = np.full(len(frequency), -1, dtype=np.int32)
    place[common] = np.arange(len(common), dtype=np.int32)
    chosen = place[columns] >= 0
    dense = np.zeros((count, len(common)), dtype=np.float32)
    dense[owners[chosen], place[columns[chosen]]] = values[chosen]
    product: Floats = dense @ dense.T
    return product


def _weights(rows: Rows, width: int, alpha: Floats) -> Floats:
    weights = np.zeros((width, alpha.shape[1]), dtype=np.float32)
    for columns, values, coefficients in zip(rows.columns, rows.values, alpha, strict=True):
        weights[columns] += values[:, None] * coefficients[None, :]
    return weights


def logistic(features: Floats, truth: Sequence[bool], steps: int = 30, penalty: float = 1e-2) -> Floats:
    """Weights of a logistic regression by Newton's method; a column of ones must be among the features."""
    x = features.astype(np.float64)
    y = np.asarray(truth, dtype=np.float64)
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - y) + penalty * weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + penalty * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights.astype(np.float32)
