"""The list of places: every name by which a division is called, found by its first two characters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from intents.slots.data_files import rows, tree

GANSU = "62"


class Kind(IntEnum):
    """How much a name proves: official, short, misspelt, guessed, only behind its parent; or a town of the division."""

    FULL = 0
    SHORT = 1
    TYPO = 2
    GUESS = 3
    WEAK = 4
    TOWN = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A division; `norm` is what is shown and compared."""

    code: str
    level: str
    norm: str
    suffix: str

    @property
    def is_local(self) -> bool:
        return self.code.startswith(GANSU)

    def contains(self, other: "Place") -> bool:
        """Whether the other lies inside: the code's digits say so, except for counties under a province directly."""
        if self.level == "省":
            return other.level != "省" and other.code[:2] == self.code[:2]
        return self.level == "市州" and other.level == "县区" and other.code[:4] == self.code[:4]


class Name(NamedTuple):
    """A way to write a place."""

    text: str
    place: Place
    kind: Kind


Row = tuple[Place, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Contexts:
    """Where the letters of a name are not the place; kept in data."""

    products: tuple[str, ...]
    not_before: Mapping[str, tuple[str, ...]]
    not_after: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names by their first two characters, towns by county and first two characters, and names by sound."""

    names: Mapping[str, Sequence[Name]]
    towns: Mapping[tuple[str, str], Sequence[str]]
    contexts: Contexts
    sounds: Mapping[str, str]
    by_sound: Mapping[str, Place]

    @classmethod
    def load(cls, data_dir: Path) -> "Gazetteer":
        """From places.csv, place_sounds.csv and place_contexts.yaml."""
        listed = [(_place(row), row) for row in rows(data_dir / "places.csv")]
        sounds = {c: row["syllable"] for row in rows(data_dir / "place_sounds.csv") for c in row["characters"]}
        by_sound = {f"{row['sound']} {place.suffix}": place for place, row in listed if row["sound"]}
        return cls(_by_start(listed), _towns(listed), _contexts(data_dir, listed), sounds, by_sound)


def _place(row: Mapping[str, str]) -> Place:
    name, province = row["name"], row["province"]
    parents = [row["prefecture"]] if row["code"].startswith(GANSU) else [province, row["prefecture"]]
    if row["level"] == "省":
        parents = []
    norm = "".join(dict.fromkeys([parent for parent in parents if parent] + [name]))
    return Place(row["code"], row["level"], norm, "州" if name.endswith("州") else name[-1])


def _by_start(listed: Sequence[Row]) -> dict[str, list[Name]]:
    names: dict[str, dict[str, Name]] = {}
    for name in sorted(_names(listed), key=lambda n: (-len(n.text), n.kind)):
        names.setdefault(name.text[:2], {}).setdefault(name.text, name)
    return {start: list(found.values()) for start, found in names.items()}


def _names(listed: Sequence[Row]) -> Iterator[Name]:
    for place, row in listed:
        yield Name(row["name"], place, Kind.FULL)
        for short in _split(row["short"]):
            yield Name(short, place, Kind.FULL if len(short) > 2 and short[-1] in "县州" else Kind.SHORT)
        for column, kind in (("weak", Kind.WEAK), ("typos", Kind.TYPO), ("guesses", Kind.GUESS)):
            yield from (Name(text, place, kind) for text in _split(row[column]))
    yield from _town_names(listed)


def _town_names(listed: Sequence[Row]) -> Iterator[Name]:
    """A town stands for its county when no other town of the province is called so."""
    owner: dict[str, Place | None] = {}
    for place, row in listed:
        for town in _split(row["towns"]):
            owner[town] = None if town in owner else place
    yield from (Name(town, place, Kind.TOWN) for town, place in owner.items() if place and len(town) > 2)


def _towns(listed: Sequence[Row]) -> dict[tuple[str, str], list[str]]:
    """Behind its county a town is known without 镇 or 乡 too: 陇西文峰."""
    found: dict[tuple[str, str], list[str]] = {}
    for place, row in listed:
        for town in _split(row["towns"]):
            stem = town.removesuffix("街道").removesuffix("镇").removesuffix("乡")
            for text in (town, stem):
                if len(text) > 1:
                    found.setdefault((place.code, text[:2]), []).append(text)
    return {key: sorted(texts, key=len, reverse=True) for key, texts in found.items()}


def _contexts(data_dir: Path, listed: Sequence[Row]) -> Contexts:
    data = tree(data_dir / "place_contexts.yaml")
    before = {name: tuple(words) for name, words in data["not_before"].items()}
    after = {name: tuple(words) for name, words in data["not_after"].items()}
    for _, row in listed:
        for name in (row["name"], *_split(row["typos"])) if row["longer"] else ():
            after[name] = (*after.get(name, ()), *_split(row["longer"]))
    return Contexts(tuple(data["products"]), before, after)


def _split(cell: str) -> list[str]:
    return cell.split("|") if cell else []
