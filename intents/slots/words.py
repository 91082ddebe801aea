"""Closed slots: what kind of right, who applies, by which way. Words are data. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

KEYS = ("ip_kind", "applicant", "channel")
# A kind named exactly makes the general word beside it say nothing more.
_GENERAL = {"专利": ("发明专利", "实用新型", "外观设计"), "著作权": ("软著",)}


class Word(NamedTuple):
    """A word, the slot and value it stands for, and its neighbours that make it mean something else."""

    text: str
    key: str
    value: str
    not_after: tuple[str, ...]
    not_before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlotWords:
    """Words by their first two characters, longest first."""

    by_start: Mapping[str, Sequence[Word]]

    @classmethod
    def of(cls, data: Mapping[str, Mapping[str, Iterable[str]]]) -> "SlotWords":
        after, before = data["not_after"], data["not_before"]
        words = [
            Word(text, key, value, tuple(after.get(text, ())), tuple(before.get(text, ())))
            for key in KEYS
            for value, texts in data[key].items()
            for text in (t.lower() for t in texts)
        ]
        by_start: dict[str, list[Word]] = {}
        for word in sorted(words, key=lambda w: -len(w.text)):
            by_start.setdefault(word.text[:2], []).append(word)
        return cls(by_start)

    def __call__(self, text: str) -> dict[str, list[str]]:
        """Slot → values in the order of the text, each once; `text` in lower case."""
        found: dict[str, list[str]] = {}
        at, by_start = 0, self.by_start
        while at < len(text) - 1:
            listed = by_start.get(text[at : at + 2])
            word = _first(listed, text, at) if listed else None
            if word:
                found.setdefault(word.key, []).append(word.value)
            at += len(word.text) if word else 1
        return {key: _without_general(list(dict.fromkeys(values))) for key, values in found.items()}


def _first(listed: Sequence[Word], text: str, at: int) -> Word | None:
    """The longest word here; if its neighbours forbid it, no shorter one is taken instead."""
    for word in listed:
        if text.startswith(word.text, at):
            forbidden = text.endswith(word.not_after, 0, at) or text.startswith(word.not_before, at + len(word.text))
            return None if forbidden else word
    return None


def _without_general(values: list[str]) -> list[str]:
    general = {word for word, exact in _GENERAL.items() if any(value in exact for value in values)}
    return [value for value in values if value not in general]
