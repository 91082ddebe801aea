"""From a phrase for goods or services to classes, and why. Pure; less than a millisecond a phrase."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.nice import MOST, OWN, Change, Nice, Term, plain

How = Literal["exact", "change", "end", "sound", "typo", "hint", "within"]
# How sure each way is; an end of a phrase gains with its share of the phrase.
SURE: Mapping[How, float] = {"exact": 1.0, "change": 0.85, "end": 0.6, "sound": 0.6, "typo": 0.55, "hint": 0.4, "within": 0.35}
_TRIMMED, _SHARE = 0.97, 0.3
_DEPTH = 3
_SEVERAL = re.compile(r"[、,，;；/+＋&\s]+|以及|还有|和|跟|与")
_LATIN = re.compile(r"[a-z][a-z' -]*")
_WORD = re.compile(r"[a-z']+")


class Found(NamedTuple):
    """A class for what was named: why, by which word, how that was found, how sure (0–1)."""

    number: int
    why: str
    term: str
    how: How
    sure: float


class Reading(NamedTuple):
    """How a phrase was read."""

    classes: tuple[int, ...]
    note: str
    term: str
    how: How
    sure: float


@dataclass(frozen=True, slots=True)
class Index:
    """The words, ready for looking up."""

    terms: Mapping[str, Term]
    starts: frozenset[str]  # first two characters of words
    longest: int
    edges: Mapping[str, tuple[str, ...]]  # head, tail: words cut off, longest first
    ends: Mapping[str, tuple[Change, ...]]
    before: tuple[Change, ...]
    letters: Mapping[str, Term]  # English words and pinyin, written together
    sounds: Mapping[str, Term]
    by_length: Mapping[int, Sequence[str]]
    syllables: Mapping[str, str] = field(default_factory=dict)
    fold: Callable[[str], str] = plain

    @classmethod
    def of(cls, nice: Nice, fold: Callable[[str], str] = plain, syllables: Mapping[str, str] | None = None) -> "Index":
        """`fold`: traditional to simplified and the like; `syllables`: character → toneless pinyin, for words that sound alike."""
        read = syllables or {}
        terms = {term.key: term for term in nice.terms}
        sounds: dict[str, Term] = {}
        letters: dict[str, Term] = {}
        for key, term in terms.items():
            if key.isascii():
                letters[key] = term
            elif read and len(key) > 1:
                spoken = [read.get(c, c) for c in key]
                sounds.setdefault(" ".join(map(_blurred, spoken)), term)
                letters.setdefault("".join(spoken), term)
        ends: dict[str, tuple[Change, ...]] = {}
        for change in nice.changes:
            if change.place == "end":
                ends[change.word] = (*ends.get(change.word, ()), change)
        lengths: dict[int, list[str]] = {}
        for key in terms:
            if not key.isascii() and len(key) > 2:
                lengths.setdefault(len(key), []).append(key)
        edges = {place: tuple(_longest_first(c.word for c in nice.changes if c.place == place)) for place in ("head", "tail")}
        before = tuple(sorted((c for c in nice.changes if c.place == "start"), key=lambda c: -len(c.word)))
        starts = frozenset(key[:2] for key in terms)
        longest = max(map(len, terms), default=0)
        return cls(terms, starts, longest, edges, ends, before, letters, sounds, lengths, read, lambda text: plain(fold(text)))


class Words(NamedTuple):
    """The index as a vocabulary: where goods stand in a text, how sure a phrase is one, their classes."""

    index: Index

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where known words stand in a folded text."""
        return spans(self.index, text)

    def sure(self, phrase: str) -> float:
        """How surely a phrase is goods or a service."""
        found = find(self.index, phrase)
        return found[0].sure if found else 0.0

    def classes(self, phrases: Sequence[str]) -> list[int]:
        """Classes of several goods, best first."""
        return classes_of(self.index, phrases)


def find(index: Index, phrase: str) -> tuple[Found, ...]:
    """Classes for a phrase, best first, at most three; several goods in one phrase take turns. Nothing when it is not known."""
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


def spans(index: Index, text: str) -> list[tuple[int, int]]:
    """Where known words stand in a folded text, left to right, the longest first, not overlapping; single characters are none."""
    found = []
    at, end = 0, len(text)
    while at < end - 1:
        step = 1
        if text[at : at + 2] in index.starts:
            for length in range(min(index.longest, end - at), 1, -1):
                if text[at : at + length] in index.terms and _whole_words(text, at, at + length):
                    found.append((at, at + length))
                    step = length
                    break
        at += step
    return found


def _whole_words(text: str, start: int, end: int) -> bool:
    """Whether Latin letters at the edges are not the middle of a longer word."""
    before, first = text[start - 1 : start], text[start]
    last, behind = text[end - 1], text[end : end + 1]
    return not (_latin(before) and _latin(first)) and not (_latin(last) and _latin(behind))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _in_turn(readings: Sequence[Reading]) -> list[Found]:
    """Classes of several readings by turns, each class once."""
    found: dict[int, Found] = {}
    for place in range(MOST):
        for reading in readings:
            if place < len(reading.classes):
                number = reading.classes[place]
                found.setdefault(number, Found(number, reading.note, reading.term, reading.how, round(reading.sure * 0.9**place, 2)))
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
        return Reading(term.classes, term.note, term.word, "exact", SURE["exact"])
    bare = _trimmed(index, text)
    if bare != text:
        found = _known(index, bare, depth)
        return found._replace(sure=min(found.sure, _TRIMMED)) if found else None
    start = next((at for at in range(1, len(text) - 1) if text[at:] in index.terms and _whole_words(text, at, len(text))), len(text))
    changed = _changed(index, text, len(text) - start, depth, shortest=2)
    if changed or start == len(text):
        return changed
    return _narrowed(index, text, start)


def _narrowed(index: Index, text: str, start: int) -> Reading:
    """The word a phrase ends with, its class changed by a word before it."""
    term = index.terms[text[start:]]
    sure = SURE["end"] + _SHARE * len(text[start:]) / len(text)
    return _before(index, text[:start], Reading(term.classes, term.note, term.word, "end", sure))


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
                return Reading(classes, row.note or (rest.note if rest else ""), row.word, how, sure)
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
    """By sound, or with one character wrong; the last one only when it sounds the same."""
    bare = _trimmed(index, text)
    if len(bare) < 2:
        return None
    heard = index.sounds.get(_spoken(index, bare))
    if heard and set(bare) & set(heard.key) and (len(bare) > 2 or _sounds(index, bare) == _sounds(index, heard.key)):
        return Reading(heard.classes, heard.note, heard.word, "sound", SURE["sound"])
    near = [key for length in (len(bare) - 1, len(bare), len(bare) + 1) for key in index.by_length.get(length, ())] if len(bare) > 2 else []
    best = process.extractOne(bare, near, scorer=OSA.distance, score_cutoff=1)
    if best is None or best[0][-1] != bare[-1]:
        return None
    term = index.terms[best[0]]
    return Reading(term.classes, term.note, term.word, "typo", SURE["typo"])


def _half_heard(index: Index, text: str) -> Reading | None:
    """By sound of the end of a phrase."""
    bare = _trimmed(index, text)
    for at in range(1, len(bare) - 1):
        heard = index.sounds.get(_spoken(index, bare[at:]))
        if heard and len(bare) - at > 1 and set(bare[at:]) & set(heard.key) and _sounds(index, bare[at:]) == _sounds(index, heard.key):
            return Reading(heard.classes, heard.note, heard.word, "sound", SURE["hint"])
    return None


def _within(index: Index, text: str) -> Reading | None:
    """By the longest known word anywhere in a phrase, the last of equals."""
    found = spans(index, text)
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
                spoken = not plain(term.word).isascii()
                sure = SURE["sound"] if spoken else SURE["exact"] if at == 0 else SURE["end"]
                return Reading(term.classes, term.note, term.word, "sound" if spoken else "exact" if at == 0 else "end", sure)
    return None


def _spoken(index: Index, text: str) -> str:
    return " ".join(_blurred(index.syllables.get(c, c)) for c in text) if index.syllables else ""


def _sounds(index: Index, text: str) -> list[str]:
    return [index.syllables.get(c, c) for c in text]


def _blurred(syllable: str) -> str:
    """One spelling for syllables that many mix up: zh and z, ch and c, sh and s, final ng and n, initial l and n."""
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    if syllable.endswith(("ang", "eng", "ing")):
        syllable = syllable[:-1]
    return "n" + syllable[1:] if syllable.startswith("l") else syllable


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)
