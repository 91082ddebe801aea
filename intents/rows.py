"""Sentences as numbered features: a number is a checksum of the feature's name, so that no word list stays in memory. Pure."""

from array import array
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from intents.features import VIEWS

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
WIDTH = 1 << 20  # features told apart; two names out of a hundred thousand rarely share a number
_SHARE = np.array(list(VIEWS.values()), np.float32)
_AT_ONCE = 4000  # sentences weighed together: bounds the memory, changes nothing


class Rows(NamedTuple):
    """Many sentences: feature numbers and their values one after the other, and where each sentence begins."""

    numbers: Ints
    values: Floats
    starts: NDArray[np.int64]


def numbered(views: Mapping[str, list[str]]) -> tuple[list[int], list[int]]:
    """Numbers of all features of a sentence, and how many of them each view gave."""
    numbers: list[int] = []
    lengths: list[int] = []
    for view in VIEWS:
        names = views.get(view, [])
        numbers += [crc32(name.encode()) & (WIDTH - 1) for name in names]
        lengths.append(len(names))
    return numbers, lengths


def read(sentences: Iterable[Mapping[str, list[str]]], least: int = 1) -> tuple[Rows, Ints]:
    """Rows of sentences given as views of features, and in how many sentences each feature occurs; rows keep those in `least`."""
    numbers, lengths = array("i"), array("i")
    for views in sentences:
        some, counts = numbered(views)
        numbers.extend(some)
        lengths.extend(counts)
    found = np.frombuffer(numbers, np.int32) if numbers else np.zeros(0, np.int32)
    frequency = np.bincount(found, minlength=WIDTH).astype(np.int32)
    return _weighed(found, np.array(lengths, np.int64).reshape(-1, len(VIEWS)), frequency, least), frequency


def rarity(frequency: Ints, sentences: int) -> Floats:
    """How much a feature says, by the number of sentences it occurs in."""
    return (np.log((1 + sentences) / (1 + frequency)) + 1).astype(np.float32)


def values(numbers: Ints, per_view: NDArray[np.int64], idf: Floats) -> Floats:
    """Each sentence a unit vector in which every view has its share, whatever its length; features never seen count too."""
    found = idf[numbers]
    place = np.repeat(np.arange(per_view.size), per_view.ravel())
    squares = np.bincount(place, found * found, per_view.size).reshape(per_view.shape)
    whole = np.sqrt(((squares > 0) * _SHARE**2).sum(1, keepdims=True))
    scale = _SHARE / np.sqrt(np.maximum(squares, 1e-9)) / np.maximum(whole, 1e-9)
    found *= scale.ravel()[place].astype(np.float32)
    return found


def _weighed(numbers: Ints, per_view: NDArray[np.int64], frequency: Ints, least: int) -> Rows:
    """Values of all features; what is kept moves to the front of the same array, because there may be tens of millions."""
    idf, before = rarity(frequency, len(per_view)), np.concatenate([[0], np.cumsum(per_view.sum(1))])
    weights, starts, end = np.empty(len(numbers), np.float32), np.zeros_like(before), 0
    for first in range(0, len(per_view), _AT_ONCE):
        some = per_view[first : first + _AT_ONCE]
        mine = numbers[before[first] : before[first + len(some)]].copy()
        kept = frequency[mine] >= least
        row = np.repeat(np.arange(len(some)), some.sum(1))[kept]
        part = slice(end, end + len(row))
        numbers[part], weights[part] = mine[kept], values(mine, some, idf)[kept]
        starts[first + 1 : first + len(some) + 1] = end + np.cumsum(np.bincount(row, minlength=len(some)))
        end = part.stop
    return Rows(numbers[:end], weights[:end], starts)
