"""The field's words: canonical term → how people also write, say and mistype it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Surface form → canonical terms, and the words that the cutter must keep whole."""

    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, object]) -> "Lexicon":
        """From the parsed lexicon file: `terms: {term: {same, spoken, typos, en}}`."""
        found: dict[str, list[str]] = {}
        terms = data.get("terms")
        for term, ways in (terms.items() if isinstance(terms, dict) else ()):
            for surface in _surfaces(str(term), ways):
                found.setdefault(surface, []).append(str(term))
        return cls({surface: tuple(dict.fromkeys(names)) for surface, names in found.items()})

    def words(self) -> tuple[str, ...]:
        """Chinese surface forms of 2–8 characters, for the cutter."""
        return tuple(w for w in self.terms if 2 <= len(w) <= 8 and all("\u4e00" <= c <= "\u9fff" for c in w))


def _surfaces(term: str, ways: object) -> Iterator[str]:
    yield term.lower()
    if not isinstance(ways, dict):
        return
    for kind in ("same", "spoken", "typos", "en"):
        for surface in ways.get(kind, ()):
            if not str(surface).endswith("*") and len(str(surface)) > 1:
                yield str(surface).lower()


class Finder:
    """Finds the longest known surface forms in a text by their first two characters: no scan over the whole list."""

    def __init__(self, surfaces: Mapping[str, tuple[str, ...]]):
        self._by_start: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for surface in sorted(surfaces, key=len, reverse=True):
            self._by_start.setdefault(surface[:2], []).append((surface, surfaces[surface]))

    def __call__(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """(surface, what it stands for), left to right, longest first, not overlapping."""
        found = []
        at, end = 0, len(text)
        by_start = self._by_start
        while at < end - 1:
            listed = by_start.get(text[at : at + 2])
            step = 1
            if listed:
                for surface, names in listed:
                    if text.startswith(surface, at):
                        found.append((surface, names))
                        step = len(surface)
                        break
            at += step
        return found
