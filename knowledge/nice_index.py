"""Words for goods and services, and words that change a class, ready for looking up by spelling, by sound and in a text. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.nice import Change, Nice, Term, plain


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
    by_last: Mapping[str, Sequence[str]]
    syllables: Mapping[str, str] = field(default_factory=dict)
    fold: Callable[[str], str] = plain

    @classmethod
    def of(cls, nice: Nice, fold: Callable[[str], str] = plain, syllables: Mapping[str, str] | None = None) -> "Index":
        """`fold`: traditional to simplified and the like; `syllables`: character → toneless pinyin, for words that sound alike."""
        read = syllables or {}
        terms = {term.key: term for term in nice.terms}
        ends = _ends(nice.changes)
        spoken = {key: [read.get(c, c) for c in key] for key in terms if not key.isascii() and len(key) > 1} if read else {}
        return cls(
            terms=terms,
            starts=frozenset(key[:2] for key in (*terms, *ends)),
            longest=max(map(len, terms), default=0),
            edges={place: _of(nice.changes, place) for place in ("head", "tail")},
            ends=ends,
            before=tuple(sorted((c for c in nice.changes if c.place == "start"), key=lambda c: -len(c.word))),
            letters={"".join(parts): terms[key] for key, parts in reversed(spoken.items())} | {k: t for k, t in terms.items() if k.isascii()},
            sounds={" ".join(map(_blurred, parts)): terms[key] for key, parts in reversed(spoken.items())},
            by_last=_by_last(terms),
            syllables=read,
            fold=lambda text: plain(fold(text)),
        )


def _ends(changes: Iterable[Change]) -> dict[str, tuple[Change, ...]]:
    found: dict[str, tuple[Change, ...]] = {}
    for change in changes:
        if change.place == "end":
            found[change.word] = (*found.get(change.word, ()), change)
    return found


def _of(changes: Iterable[Change], place: str) -> tuple[str, ...]:
    """Words of a place, longest first."""
    return tuple(sorted((c.word for c in changes if c.place == place), key=len, reverse=True))


def _by_last(keys: Iterable[str]) -> dict[str, list[str]]:
    """Chinese words that are long enough to be misspelt in one character, by their last."""
    found: dict[str, list[str]] = {}
    for key in keys:
        if not key.isascii() and len(key) > 2:
            found.setdefault(key[-1], []).append(key)
    return found


def spans(index: Index, text: str) -> list[tuple[int, int]]:
    """Where known words stand in a folded text, left to right, the longest first, not overlapping; single characters are none."""
    found = []
    at, end = 0, len(text)
    while at < end - 1:
        step = 1
        if text[at : at + 2] in index.starts:
            for length in range(min(index.longest, end - at), 1, -1):
                word = text[at : at + length]
                if (word in index.terms or word in index.ends) and whole_words(text, at, at + length):
                    found.append((at, at + length))
                    step = length
                    break
        at += step
    return found


def whole_words(text: str, start: int, end: int) -> bool:
    """Whether Latin letters at the edges are not the middle of a longer word."""
    before, first = text[start - 1 : start], text[start]
    last, behind = text[end - 1], text[end : end + 1]
    return not (_latin(before) and _latin(first)) and not (_latin(last) and _latin(behind))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def spoken(index: Index, text: str) -> str:
    """How a text sounds, as the keys of `sounds`; empty when no syllables are known."""
    return " ".join(_blurred(index.syllables.get(c, c)) for c in text) if index.syllables else ""


def sounds_of(index: Index, text: str) -> list[str]:
    """The toneless syllables of a text."""
    return [index.syllables.get(c, c) for c in text]


def _blurred(syllable: str) -> str:
    """One spelling for syllables that many mix up: zh and z, ch and c, sh and s, final ng and n, initial l and n."""
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    if syllable.endswith(("ang", "eng", "ing")):
        syllable = syllable[:-1]
    return "n" + syllable[1:] if syllable.startswith("l") else syllable
