"""Places written by ear, every character wrong perhaps (空洞区 for 崆峒区): read only with 市, 县, 区 or 州 behind them. Pure."""

import re
from collections.abc import Iterator, Sequence

from intents.slots.gazetteer import Gazetteer
from intents.slots.mention import Mention

# 市 and 区 begin words of their own: 市场, 区别.
_SUFFIX = re.compile(r"市(?![场值面价民])|县(?![级域])|区(?![别分域间块隔])|州")
_LENGTHS = (3, 2)


def misheard(text: str, found: Sequence[Mention], gazetteer: Gazetteer) -> Iterator[Mention]:
    """What sounds like a place and covers nothing that was read already."""
    for suffix in _SUFFIX.finditer(text):
        mention = _at(text, suffix.start(), gazetteer)
        if mention and all(m.end <= mention.start or m.start >= mention.end for m in found):
            yield mention


def _at(text: str, end: int, gazetteer: Gazetteer) -> Mention | None:
    for length in _LENGTHS:
        if length > end:
            continue
        syllables = [gazetteer.sounds.get(c, "?") for c in text[end - length : end]]
        place = gazetteer.by_sound.get(f"{' '.join(syllables)} {text[end]}")
        if place:
            return Mention(end - length, end + 1, place)
    return None
