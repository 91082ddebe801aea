"""Fold what people type into one form: width, case, script, invisible marks, repeated noise. Pure."""

import re
import unicodedata
from collections.abc import Mapping

# Zero-width characters, joiners, bidirectional marks, soft hyphen, variation selectors, BOM (Unicode category Cf and friends).
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s+")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff]")
_REPEAT = re.compile(r"([^\d\s])\1{3,}")
_WORDY = re.compile(r"[\w\u4e00-\u9fff]")


class Normaliser:
    """Text → its searched form. `simplified` maps a traditional character to the simplified one."""

    def __init__(self, simplified: Mapping[str, str]):
        self._table = {ord(old): new for old, new in simplified.items()}

    def __call__(self, text: str) -> str:
        """Half width, lower case, simplified, without invisible characters, emoji and long repeats."""
        folded = unicodedata.normalize("NFKC", visible(text)).lower().translate(self._table)
        folded = _EMOJI.sub(" ", folded)
        folded = _REPEAT.sub(r"\1\1", folded)
        return _SPACE.sub(" ", folded).strip()


def visible(text: str) -> str:
    """The text without control and invisible characters, and without lone surrogates: safe to store and to show."""
    kept = _CONTROL.sub("", _INVISIBLE.sub("", text))
    return kept.encode("utf-8", "ignore").decode("utf-8")


def has_words(text: str) -> bool:
    """Whether anything is left that could be read: a letter, a digit or a Chinese character."""
    return _WORDY.search(text) is not None
