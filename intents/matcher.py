"""Which intent a sentence means: a linear layer over several views, checked against the nearest examples, with calibrated confidence."""

import io
import json
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from intents import files
from intents.features import Tables, Views
from intents.lexicon import Lexicon
from intents.model import NEAR, Example, Layer, Model, nearest, weigh

_second = itemgetter(1)
_confidence_of = attrgetter("confidence")


class Candidate(NamedTuple):
    """An intent with its calibrated probability, the raw score behind it and the example that came nearest."""

    intent: str
    confidence: float
    score: float
    near: float
    example: str


class Evidence(NamedTuple):
    """What was seen in a sentence: words, terms of the field and aspect words (as written → meant); and each view's part of the best scores."""

    words: tuple[str, ...]
    terms: tuple[str, ...]
    cues: tuple[str, ...]
    best: tuple[str, ...]
    shares: Mapping[str, tuple[float, ...]]


class Ranking(NamedTuple):
    """Candidates best first, aspects best first (name, score), the share of the sentence's features ever seen, aspects named by a word."""

    text: str
    candidates: tuple[Candidate, ...]
    aspects: tuple[tuple[str, float], ...]
    known: float
    cues: tuple[str, ...] = ()


class Matcher:
    """Ranks intents for a sentence. Build it from any labelled sentences, or load what was built before."""

    def __init__(self, model: Model, views: Views):
        self.model = model
        self.views = views
        self._unknown = float(model.idf.max()) if len(model.idf) else 1.0
        self._calibration: list[float] = model.calibration.tolist()
        self._count = len(model.intents)

    @classmethod
    def build(
        cls,
        examples: Sequence[Example],
        lexicon: Lexicon | None = None,
        cues: Mapping[str, Sequence[str]] | None = None,
        tables: Tables | None = None,
        words: Sequence[str] = (),
    ) -> "Matcher":
        """Train on labelled sentences. Deterministic: the same data give the same matcher."""
        from intents import tables as made
        from intents import training

        tables = tables or made.build()
        views = Views(tables, lexicon or Lexicon(), cues or {}, words)
        return cls(training.train(list(examples), views, tables), views)

    def rank(self, text: str, top: int = 5) -> Ranking:
        """Candidates for a raw text, best first; `confidence` is the probability that the intent is right."""
        normal = self.views.normalise(text)
        views = self.views(normal)
        columns, values, known = weigh(views, self.model.vocabulary, self.model.idf, self._unknown)
        scores = self.model.layer.scores(columns, values)
        best = (-scores[: self._count]).argsort(kind="stable")[: max(top, 2)].tolist()
        intents, aspects = scores[: self._count].tolist(), scores[self._count :].tolist()
        named = tuple(sorted(zip(self.model.aspects, aspects, strict=True), key=_second, reverse=True))
        cues = tuple(name[1:] for name in views["f"])
        return Ranking(normal, self._candidates(normal, intents, best, known, top), named, known, cues)

    def evidence(self, text: str, top: int = 3) -> Evidence:
        """Why a text ranks as it does: what was seen in it, and how much each view says for the best candidates (raw scores)."""
        ranking = self.rank(text, top)
        views = self.views(ranking.text)
        best = [c.intent for c in ranking.candidates]
        places = [self.model.intents.index(name) for name in best]
        columns, values, _ = weigh(views, self.model.vocabulary, self.model.idf, self._unknown)
        shares: dict[str, tuple[float, ...]] = {}
        start = 0
        for view, names in views.items():
            end = start + sum(name in self.model.vocabulary for name in names)
            scores = self.model.layer.scores(columns[start:end], values[start:end]) - self.model.layer.constant
            shares[view], start = tuple(round(float(scores[p]), 3) for p in places), end
        words = tuple(name[1:] for name in views["w"] if "_" not in name)
        terms = tuple(f"{written}→{'、'.join(names)}" for written, names in self.views.terms(ranking.text))
        cues = tuple(f"{written}→{'、'.join(names)}" for written, names in self.views.cues(ranking.text))
        return Evidence(words, terms, cues, tuple(best), shares)

    def _candidates(self, text: str, scores: Sequence[float], best: Sequence[int], known: float, top: int) -> tuple[Candidate, ...]:
        found = []
        for place, index in enumerate(best):
            intent, score = self.model.intents[index], scores[index]
            example, near = nearest(text, self.model.examples[intent]) if place < NEAR else ("", 0.0)
            rival = scores[best[1 if place == 0 and len(best) > 1 else 0]]
            found.append(Candidate(intent, self._confidence(score, score - rival, near, known), score, near, example))
        found.sort(key=_confidence_of, reverse=True)
        return tuple(found[:top])

    def _confidence(self, score: float, gap: float, near: float, known: float) -> float:
        one, s, g, n, k, nn = self._calibration  # in the order of `signs`
        odds = one + s * score + g * gap + n * near + k * known + nn * near * near
        return round(1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))), 4)

    def save(self, folder: Path) -> None:
        """Write the artefact: one array file, one JSON file."""
        folder.mkdir(parents=True, exist_ok=True)
        m = self.model
        arrays = io.BytesIO()
        np.savez(arrays, idf=m.idf, calibration=m.calibration, **m.layer._asdict())
        files.write(folder / "arrays.npz", arrays.getvalue())
        plain = {
            "simplified": m.tables.simplified, "syllables": m.tables.syllables, "vocabulary": list(m.vocabulary),
            "intents": m.intents, "aspects": m.aspects, "examples": m.examples,
        }  # fmt: skip
        files.write(folder / "words.json", json.dumps(plain, ensure_ascii=False).encode())

    @classmethod
    def load(cls, folder: Path, lexicon: Lexicon, cues: Mapping[str, Sequence[str]], words: Sequence[str] = ()) -> "Matcher":
        """Read what `save` wrote. Raises OSError, ValueError or KeyError when it is missing or broken."""
        plain = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        try:
            with (folder / "arrays.npz").open("rb") as file, np.load(file) as arrays:
                idf, calibration = arrays["idf"], arrays["calibration"]
                layer = Layer(arrays["steps"], arrays["scale"], arrays["constant"])
        except (EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError("arrays.npz is cut short") from error
        tables = Tables(plain["simplified"], plain["syllables"])
        model = Model(
            tables, {name: i for i, name in enumerate(plain["vocabulary"])}, idf, layer,
            tuple(plain["intents"]), tuple(plain["aspects"]), calibration,
            {name: tuple(listed) for name, listed in plain["examples"].items()},
        )  # fmt: skip
        return cls(model, Views(tables, lexicon, cues, words))
