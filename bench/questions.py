"""The project's examples and test questions, as the methods compared in `bench.compare` get them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent


class Data(NamedTuple):
    """What every method gets: examples (text, intent, aspect, weight), our words, and questions with the intents that are right."""

    examples: list[tuple[str, str, str | None, float]]
    lexicon: Mapping[str, Any]
    cues: Mapping[str, list[str]]
    ours: list[tuple[str, list[str]]]
    foreign: list[str]

    def plain(self) -> list[tuple[str, str]]:
        """(intent, text) of what people might type: without the prose that only our matcher knows how to weigh down."""
        return [(intent, text) for text, intent, aspect, weight in self.examples if weight >= 1 or aspect]


def gathered() -> Data:
    """Examples and test questions of the project; questions that go on with an earlier one are left out."""
    from bot import snapshot
    from knowledge import library

    folder = ROOT / "intents" / "data"
    cases = [c for p in sorted((ROOT / "tests/cases/understanding").glob("*.yaml")) for c in _yaml(p) if "history" not in c]
    ours = [(c["text"], c["items"]) for c in cases if c["items"] != ["out_of_scope"]]
    foreign = [c["text"] for c in cases if c["items"] == ["out_of_scope"]]
    cues = {str(k): [str(w).lower() for w in v] for k, v in _yaml(folder / "facet_words.yaml").items()}
    examples = [(e.text, e.intent, e.aspect, e.weight) for e in snapshot.examples(ROOT, library.load(ROOT).catalog)]
    return Data(examples, _yaml(folder / "lexicon.yaml"), cues, ours, foreign)


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
