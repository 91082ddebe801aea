"""From a phrase for goods or services to classes, and why. Pure; less than a millisecond a phrase."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.nice import MOST, OWN, Change
from knowledge.nice_index import Index, sounds_of, spans, spoken, whole_words

How = Literal["exact", "change", "end", "sound", "typo", "hint", "within"]
# How sure each way is; an end of a phrase gains with its share of the phrase.
SURE: Mapping[How, float] = {"exact": 1.0, "change": 0.85, "end": 0.6, "sound": 0.6, "typo": 0.55, "hint": 0.4, "within": 0.35}
_TRIMMED, _SHARE, _BARE = 0.97, 0.3, 0.58  # nothing but a changing word says little: 平台
_DEPTH, _LONGEST = 3, 60
_SEVERAL = re.compile(r"[、,，;；/+＋&\s]+|以及|还有|和|跟|与")
_LATIN = re.compile(r"[a-z][a-z' -]*")
_WORD = re.compile(r"[a-z']+")


class Found(NamedTuple):
    """A class for what was named: why, by which word of which table, how that was found, how sure (0–1)."""

    number: int
    why: str
    term: str
    how: How
    sure: float
    table: str = ""


class Reading(NamedTuple):
    """How a phrase was read."""

    classes: tuple[int, ...]
    note: str
    term: str
    how: How
    sure: float
    table: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The index as a vocabulary: where goods stand in a text, how sure a phrase is one, their classes."""

    index: Index

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where known words stand in a folded text."""
        return spans(self.index, text)

    def sure(self, phrase: str) -> float:
        """How surely a phrase is goods or a service."""
        found = find(self.index, phrase)
        return found[0].sure if found else 0.0

    def find(self, phrase: str) -> tuple[Found, ...]:
        """Classes for a phrase, best first, with why."""
        return find(self.index, phrase)

    def likeliest(self, text: str) -> list[int]:
        """The best class of each good in a list as it was typed; what is only guessed is left out."""
        each = [find(self.index, text)] if len(parts := _SEVERAL.split(text)) == 1 else [find(self.index, part) for part in parts if part]
        return list(dict.fromkeys(found[0].number for found in each if found and found[0].sure >= SURE["typo"]))

    def classes(self, phrases: Sequence[str]) -> list[int]:
        """Classes of several goods, best first."""
        return classes_of(self.index, phrases)


def find(index: Index, phrase: str) -> tuple[Found, ...]:
    """Classes for a phrase, best first, at most three; several goods in one phrase take turns. Nothing when it is not known."""
    phrase = phrase[:_LONGEST]
    text = index.fold(phrase)
    whole = _read(index, text, phrase)
    if whole is None or whole.how not in ("exact", "change"):
        parts = [part for part in _SEVERAL.split(phrase) if part]
        each = [r for part in parts if (r := _read(index, index.fold(part), part))]
        if len(parts) > 1 and len(each) == len(parts):
            return tuple(_in_turn(each))[:MOST]
    return tuple(_in_turn([whole]))[:MOST] if whole else ()


def classes_of(index: Index, phrases: Sequence[str]) -> list[int]:
    """Classes of several goods: the best of each, then the second of each; at most three for one."""
    each = [find(index, phrase) for phrase in phrases]
    return list(dict.fromkeys(found[place].number for place in range(MOST) for found in each if place < len(found)))


def _in_turn(readings: Sequence[Reading]) -> list[Found]:
    """Classes of several readings by turns, each class once."""
    found: dict[int, Found] = {}
    for place in range(MOST):
        for reading in readings:
            if place < len(reading.classes):
                number = reading.classes[place]
                found.setdefault(number, Found(number, reading.note, reading.term, reading.how, round(reading.sure * 0.9**place, 2), reading.table))
    return list(found.values())


def _read(index: Index, text: str, raw: str) -> Reading | None:
    """The best reading of one phrase. The order is the policy."""
    if not text:
        return None
    if _LATIN.fullmatch(raw.lower().strip()):
        return _read_letters(index, raw.lower())
    return _known(index, text, 0) or _misspelt(index, text) or _hinted(index, text, 0) or _half_heard(index, text) or _within(index, text)


def _known(index: Index, text: str, depth: int) -> Reading | None:
    """By the word itself, or by the known word or the changing word of two characters or more that it ends with."""
    term = index.terms.get(text)
    if term:
        return Reading(term.classes, term.note, term.word, "exact", SURE["exact"], term.table)
    bare = _trimmed(index, text)
    if bare != text:
        found = _known(index, bare, depth)
        return found._replace(sure=min(found.sure, _TRIMMED)) if found else None
    start = next((at for at in range(1, len(text) - 1) if text[at:] in index.terms and whole_words(text, at, len(text))), len(text))
    changed = _changed(index, text, len(text) - start, depth, shortest=2)
    if changed or start == len(text):
        return changed
    return _narrowed(index, text, start)


def _narrowed(index: Index, text: str, start: int) -> Reading:
    """The word a phrase ends with, its class changed by a word before it."""
    term = index.terms[text[start:]]
    sure = SURE["end"] + _SHARE * len(text[start:]) / len(text)
    return _before(index, text[:start], Reading(term.classes, term.note, term.word, "end", sure, term.table))


def _before(index: Index, before: str, found: Reading) -> Reading:
    """What a word before the noun makes of its reading: 宠物 makes clothes class 18."""
    change = next((c for c in index.before if c.word in before and _fits(c, found.classes)), None)
    if change is None:
        return found
    how: How = "hint" if found.how == "hint" else "change"
    sure = found.sure if how == "hint" else SURE[how]
    return Reading(_replaced(change, found.classes), change.note or found.note, change.word + found.term, how, sure)


def _changed(index: Index, text: str, known: int, depth: int, shortest: int) -> Reading | None:
    """By a changing word at the end, at least as long as the known word there (`known` characters)."""
    for length in range(min(len(text), 6), max(known, shortest) - 1, -1):
        rows = index.ends.get(text[-length:])
        if rows and depth < _DEPTH:
            rest = _rest(index, text[:-length], depth + 1) if length < len(text) else None
            row = next((r for r in rows if _fits(r, rest.classes if rest else ())), None)
            if row:
                classes = _replaced(row, rest.classes if rest else ())
                how: How = "change" if length > 1 else "hint"
                sure = SURE[how] if length > 1 or not rest else (SURE["hint"] + rest.sure) / 2
                sure = min(sure, _BARE) if length == len(text) else sure
                found = Reading(classes, row.note or (rest.note if rest else ""), row.word, how, sure)
                return found if rest else _before(index, text[:-length], found)
    return None


def _rest(index: Index, text: str, depth: int) -> Reading | None:
    bare = _trimmed(index, text)
    return _known(index, bare, depth) or _hinted(index, bare, depth) if bare else None


def _hinted(index: Index, text: str, depth: int) -> Reading | None:
    """By the one character that it ends with: a hint, no more."""
    bare = _trimmed(index, text)
    found = _changed(index, bare, 0, depth, shortest=1)
    return _before(index, bare[: -len(found.term)], found) if found else None


def _fits(change: Change, classes: Sequence[int]) -> bool:
    if change.of is None:
        return True
    return bool(classes) and (not change.of or classes[0] in change.of)


def _replaced(change: Change, own: Sequence[int]) -> tuple[int, ...]:
    """The classes of a change with the rest's in place of `=`: its best one beside others, all where it stands alone."""
    if set(change.classes) == {OWN}:
        return tuple(own[:MOST])
    numbers = [own[0] if number == OWN and own else number for number in change.classes]
    return tuple(dict.fromkeys(number for number in numbers if number != OWN))


def _trimmed(index: Index, text: str) -> str:
    """Without words around the goods: 自己家做的…, …之类的; never to nothing."""
    before = ""
    while before != text:
        before = text
        if text not in index.terms:
            text = next((text[len(w) :] for w in index.edges["head"] if text.startswith(w) and len(text) > len(w)), text)
        if text not in index.terms:
            text = next((text[: -len(w)] for w in index.edges["tail"] if text.endswith(w) and len(text) > len(w)), text)
    return text


def _misspelt(index: Index, text: str) -> Reading | None:
    """By sound, or with one character wrong, too many or missing, but not the last: that is what it is."""
    bare = _trimmed(index, text)
    if len(bare) < 2:
        return None
    heard = index.sounds.get(spoken(index, bare))
    if heard and set(bare) & set(heard.key) and (len(bare) > 2 or sounds_of(index, bare) == sounds_of(index, heard.key)):
        return Reading(heard.classes, heard.note, heard.word, "sound", SURE["sound"] if len(bare) > 2 else SURE["hint"])
    near = index.by_last.get(bare[-1], ()) if len(bare) > 2 else ()
    best = process.extractOne(bare, near, scorer=OSA.distance, score_cutoff=1)
    if best is None:
        return None
    term = index.terms[best[0]]
    return Reading(term.classes, term.note, term.word, "typo", SURE["typo"])


def _half_heard(index: Index, text: str) -> Reading | None:
    """By sound of the end of a phrase, half of it or more."""
    bare = _trimmed(index, text)
    for at in range(1, min(len(bare) // 2, len(bare) - 2) + 1):
        heard = index.sounds.get(spoken(index, bare[at:]))
        if heard and set(bare[at:]) & set(heard.key) and sounds_of(index, bare[at:]) == sounds_of(index, heard.key):
            return Reading(heard.classes, heard.note, heard.word, "sound", SURE["hint"])
    return None


def _within(index: Index, text: str) -> Reading | None:
    """By the longest known word anywhere in a phrase, the last of equals."""
    found = [(s, e) for s, e in spans(index, text) if text[s:e] in index.terms]
    if not found:
        return None
    start, end = max(found, key=lambda s: (s[1] - s[0], s[0]))
    term = index.terms[text[start:end]]
    return Reading(term.classes, term.note, term.word, "within", SURE["within"])


def _read_letters(index: Index, raw: str) -> Reading | None:
    """English words or pinyin, however they are spaced; an English phrase by its end."""
    words = _WORD.findall(raw.replace("-", ""))
    for at in range(len(words)):
        joined = "".join(words[at:])
        for key in (joined, joined.removesuffix("s"), joined.removesuffix("es"), joined + "s"):
            term = index.letters.get(key)
            if term and len(key) > 2:
                how: How = "sound" if not term.key.isascii() else "end" if at else "exact"
                return Reading(term.classes, term.note, term.word, how, SURE[how], term.table)
    return None
