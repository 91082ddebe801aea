"""Feature → who has it and how strongly, as flat arrays: lists that hold only their heaviest entries. Pure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intents.rows import WIDTH, Floats, Ints, Rows

_BLOCK = 1 << 16  # features sorted together: bounds the memory, changes nothing
_SCATTER = 2654435761  # spreads owners of equal weight, or a full list would favour those that come first in a file


class Postings(NamedTuple):
    """The list of feature n lies between starts[n] and starts[n + 1] in `owners` and `weights`."""

    starts: Ints
    owners: Ints
    weights: Floats


def build(rows: Rows, owner_of: Ints, frequency: Ints, cap: int) -> Postings:
    """Lists over the rows with an owner (not -1); weights of one owner are added up."""
    most = int(np.minimum(frequency, cap).sum())
    owners, weights = np.empty(most, np.int32), np.empty(most, np.float32)  # pages never written take no memory
    ends = np.zeros(WIDTH + 1, np.int32)
    for first in range(0, WIDTH, _BLOCK):
        features, owned, weighed = _merged(*_block(rows, owner_of, first))
        kept = _heaviest(features, owned, weighed, cap)
        part = slice(ends[first], ends[first] + len(kept))
        owners[part], weights[part] = owned[kept], weighed[kept]
        ends[first + 1 : first + _BLOCK + 1] = ends[first] + np.cumsum(np.bincount(features[kept] - first, minlength=_BLOCK))
    return Postings(ends, owners[: ends[-1]], weights[: ends[-1]])


def entries(lists: Postings, numbers: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of all entries of some features' lists, one list after the other, and the lists' lengths."""
    starts = lists.starts[numbers].astype(np.int64)
    lengths = lists.starts[numbers + 1] - starts
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum())), lengths


def scores(lists: Postings, numbers: Ints, values: Floats, owners: int) -> NDArray[np.float64]:
    """Product of a sentence with every owner."""
    at, lengths = entries(lists, numbers)
    return np.asarray(np.bincount(lists.owners[at], lists.weights[at] * np.repeat(values, lengths), owners), np.float64)


def rarest(lists: Postings, numbers: Ints, frequency: Ints, budget: int) -> NDArray[np.int64]:
    """Places of the rarest features, as many as keep the entries to be read within the budget (one at least)."""
    order = np.argsort(frequency[numbers], kind="stable")
    read = np.cumsum((lists.starts[numbers + 1] - lists.starts[numbers])[order])
    return order[: max(1, int(np.searchsorted(read, budget, side="right")))]


def best(found: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Places of the highest scores, best first; of equal ones the first comes first. Nothing below a third of the best."""
    likely = np.flatnonzero(found > max(0.0, 0.3 * float(found.max(initial=0.0))))
    if len(likely) > count:
        least = np.partition(found[likely], len(likely) - count)[len(likely) - count]
        likely = likely[found[likely] >= least]
    return likely[np.argsort(-found[likely], kind="stable")][:count]


def _block(rows: Rows, owner_of: Ints, first: int) -> tuple[Ints, Ints, Floats]:
    """Features, owners and weights of all entries in one block of features."""
    chosen = np.flatnonzero((rows.numbers >= first) & (rows.numbers < first + _BLOCK))
    owners = owner_of[np.searchsorted(rows.starts, chosen, side="right") - 1]
    chosen, owners = chosen[owners >= 0], owners[owners >= 0]
    return rows.numbers[chosen], owners, rows.values[chosen]


def _merged(features: Ints, owners: Ints, weights: Floats) -> tuple[Ints, Ints, Floats]:
    order = np.lexsort((owners, features))
    features, owners, weights = features[order], owners[order], weights[order]
    if not len(order):
        return features, owners, weights
    first = np.flatnonzero(np.concatenate([[True], (np.diff(features) != 0) | (np.diff(owners) != 0)]))
    return features[first], owners[first], np.add.reduceat(weights, first)


def _heaviest(features: Ints, owners: Ints, weights: Floats, cap: int) -> NDArray[np.int64]:
    """Places of the entries that stay, feature by feature and by owner within it."""
    scattered = owners.astype(np.int64) * _SCATTER & 0xFFFFFFFF
    order = np.lexsort((scattered, -weights, features))
    lists, lengths = np.unique(features, return_counts=True)
    place = np.arange(len(features)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.sort(order[place < cap]) if len(lists) else order
