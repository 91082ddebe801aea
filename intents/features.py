"""Several views of one sentence as features: characters, words, toneless pinyin, known terms, facet words. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from intents.lexicon import Finder, Lexicon
from intents.normalise import Normaliser
from intents.words import Cut, cutter

# Weight of each view in the joined vector; each view is a unit vector of its own before.
VIEWS: Mapping[str, float] = {"c": 1.0, "w": 0.8, "p": 0.6, "t": 0.7, "f": 0.5}
_PUNCTUATION = re.compile(r"[^\w\u4e00-\u9fff]+")
_DIGITS = re.compile(r"\d{3,}")
LONGEST = 160  # letters of a story that count: half of them from its start, half from its end


@dataclass(frozen=True, slots=True)
class Tables:
    """Character tables made once when training: traditional → simplified, character → toneless syllable."""

    simplified: Mapping[str, str]
    syllables: Mapping[str, str]


def plain(text: str) -> str:
    """What is cut into words: without punctuation, long numbers as one sign, not endlessly long."""
    short = text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    return _DIGITS.sub("0", _PUNCTUATION.sub(" ", short)).strip()


class Views:
    """Text → names of its features, each prefixed with its view."""

    def __init__(self, tables: Tables, lexicon: Lexicon, cues: Mapping[str, Sequence[str]], words: Sequence[str] = (), fast: bool = True):
        self.normalise = Normaliser(tables.simplified)
        self._syllables = tables.syllables
        self._terms = Finder(lexicon.terms)
        surfaces: dict[str, tuple[str, ...]] = {}
        for name, listed in cues.items():
            for surface in listed:
                surfaces[surface] = (*surfaces.get(surface, ()), name)
        self._cues = Finder(surfaces)
        self._single_cues = {s: n for s, n in surfaces.items() if len(s) == 1}
        self.cut: Cut = cutter([*lexicon.words(), *words], fast)

    def terms(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """Known terms in a normalised text: (as written, canonical)."""
        return self._terms(text)

    def cues(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """Facet words in a normalised text: (as written, facets)."""
        found = self._cues(text)
        found += [(c, self._single_cues[c]) for c in text if c in self._single_cues]
        return found

    def __call__(self, text: str) -> dict[str, list[str]]:
        """View → features of a normalised text, repeats removed, in a fixed order."""
        bare = plain(text)
        return {
            "c": _grams("c", bare.replace(" ", "")),
            "w": _words(self.cut(bare)),
            "p": self._pinyin(bare),
            "t": list(dict.fromkeys("t" + name for _, names in self._terms(text) for name in names)),
            "f": list(dict.fromkeys("f" + name for _, names in self.cues(text) for name in names)),
        }

    def _pinyin(self, bare: str) -> list[str]:
        get = self._syllables.get
        units = [get(c, c) for c in bare if c != " "]
        pairs = ["p" + a + "'" + b for a, b in pairwise(units)]
        triples = ["p" + a + "'" + b + "'" + c for a, b, c in zip(units, units[1:], units[2:], strict=False)]
        return list(dict.fromkeys(pairs + triples))


def _grams(view: str, text: str) -> list[str]:
    marked = "^" + text + "$"
    ones = [view + c for c in text]
    twos = [view + marked[i : i + 2] for i in range(len(marked) - 1)]
    threes = [view + marked[i : i + 3] for i in range(len(marked) - 2)]
    return list(dict.fromkeys(ones + twos + threes))


def _words(words: Sequence[str]) -> list[str]:
    kept = [w for w in words if w != " "]
    pairs = ["w" + a + "_" + b for a, b in pairwise(kept)]
    return list(dict.fromkeys(["w" + w for w in kept] + pairs))
