"""From a citizen's text to its meaning: find item and facet apart, join them with what was said before, decide by thresholds. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from intents.matcher import Candidate, Matcher, Ranking
from intents.meaning import FOREIGN, GREETING, HUMAN, OVERVIEW, THANKS, Context, Decision, Likely, Meaning

SlotsOf = Callable[[str, date], Mapping[str, object]]
STORY = 60
_CLAUSE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]?")
_EDGES = " ,，。.!！?？~、:：;；…-—"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where decisions turn; kept in data."""

    answer: float
    clarify: float
    offer: float
    reject: float
    human: float
    smalltalk: float
    facet: float
    facet_second: float
    follow_up: float


@dataclass(frozen=True, slots=True)
class Fillers:
    """Words around a question; kept in data."""

    openings: tuple[str, ...]
    closings: tuple[str, ...]
    follow_starts: tuple[str, ...]
    follow_ends: tuple[str, ...]
    corrections: tuple[str, ...]
    back: tuple[str, ...]
    particles: tuple[str, ...]
    facet_names: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, data: Mapping[str, Iterable[str]], facet_words: Mapping[str, Sequence[str]]) -> "Fillers":
        """Longest first, so that the longer of two openings is taken. A facet's first word stands for it in a follow-up."""
        return cls(**{name: tuple(sorted(words, key=len, reverse=True)) for name, words in data.items()}, facet_names=facet_words)


class Reader:
    """Understands one message."""

    def __init__(self, matcher: Matcher, thresholds: Thresholds, fillers: Fillers, slots: SlotsOf | None = None):
        self.matcher = matcher
        self.thresholds = thresholds
        self.fillers = fillers
        self._slots = slots

    def read(self, text: str, context: Context, today: date) -> Meaning:
        """The meaning of a message, given what was talked about before."""
        normal = self.matcher.views.normalise(text)
        core = self.core(normal)
        slots = dict(self._slots(text, today)) if self._slots else {}
        meaning = self._back(core, context) or self._meaning(core or normal, normal, context)
        return replace(meaning, slots=slots, text=normal)

    def core(self, normal: str) -> str:
        """The text without greetings before it and thanks behind it, as long as something is left."""
        text, before = normal.strip(_EDGES), ""
        while text and text != before:
            before = text
            text = _cut_start(text, self.fillers.openings)
        before = ""
        while text and text != before:
            before = text
            text = _cut_end(text, self.fillers.closings)
        return text

    def _back(self, core: str, context: Context) -> Meaning | None:
        if context.earlier and core in self.fillers.back:
            return _answer(context.earlier, OVERVIEW, 1.0, "上一个")
        return None

    def _meaning(self, core: str, normal: str, context: Context) -> Meaning:
        if self._says_nothing(core):
            guess = _first_ours(self.matcher.rank(core))
            return Meaning("clarify", guess.intent if guess else None, OVERVIEW, 0.0, facets=(OVERVIEW,), why=("没有内容的话",))
        corrected = _cut_start(core, self.fillers.corrections)
        ranking = self._rank(corrected)
        facets = self.facets(ranking)
        if context.item and self._follows(core, ranking, corrected != core):
            followed = self._follow_up(core, ranking, facets, context)
            if followed:
                return followed
        return self._decide(ranking, facets, normal)

    def _says_nothing(self, core: str) -> bool:
        """Whether only words are there that say nothing."""
        rest = re.sub(r"[\W_]+", "", core)
        while rest:
            word = next((w for w in self.fillers.particles if rest.startswith(w)), None)
            if word is None:
                return False
            rest = rest[len(word) :]
        return True

    def _rank(self, text: str) -> Ranking:
        """A story is ranked whole and by its clauses that ask something; the surer reading counts."""
        whole = self.matcher.rank(text)
        if len(text) <= STORY:
            return whole
        best = whole
        for clause in _questions(text):
            ranking = self.matcher.rank(clause)
            if ranking.candidates[0].intent != FOREIGN and ranking.candidates[0].confidence > best.candidates[0].confidence:
                best = ranking
        return best

    def facets(self, ranking: Ranking) -> tuple[str, ...]:
        """Facets asked, the first in the text first; overview when nothing particular was asked."""
        scores = dict(ranking.aspects)
        best = ranking.aspects[0][0] if ranking.aspects else OVERVIEW
        named = list(dict.fromkeys(name for _, names in self.matcher.views.cues(ranking.text) for name in names))
        asked = [f for f in named if scores.get(f, 0.0) >= self.thresholds.facet_second and f != OVERVIEW]
        if len(asked) > 1 and best in asked and _several(ranking.text):
            return tuple(asked[:3])
        if best == OVERVIEW or scores.get(best, 0.0) < self.thresholds.facet:
            return (OVERVIEW,)
        return (best,)

    def _follows(self, core: str, ranking: Ranking, correction: bool) -> bool:
        """Whether a message goes on with what was talked about: short, and opening or ending like it, or naming no item."""
        if len(core) > 16 or correction:
            return False
        if ranking.candidates[0].intent in (HUMAN, GREETING, THANKS) and ranking.candidates[0].confidence >= self.thresholds.smalltalk:
            return False
        marked = core.startswith(self.fillers.follow_starts) or core.rstrip(_EDGES).endswith(self.fillers.follow_ends)
        cued = bool(self.matcher.views.cues(core))
        bare = cued and not self.matcher.views.terms(core)
        return marked or bare

    def _follow_up(self, core: str, ranking: Ranking, facets: tuple[str, ...], context: Context) -> Meaning | None:
        """那要多少钱 keeps the item and changes the facet; 专利呢 keeps the facet and changes the item."""
        top = _first_ours(ranking)
        own_item = bool(self.matcher.views.terms(core))
        if facets != (OVERVIEW,) and not (own_item and top and top.confidence >= self.thresholds.follow_up):
            return replace(_answer(context.item or "", facets[0], 0.9, "接着上一个事项"), facets=facets)
        if own_item and facets == (OVERVIEW,) and context.facet and context.facet != OVERVIEW:
            name = self.fillers.facet_names.get(context.facet, ("",))[0]
            subject = _cut_start(_cut_end(core, self.fillers.follow_ends), self.fillers.follow_starts)
            again = self.matcher.rank(subject + name)
            best = _first_ours(again)
            if best and best.confidence >= self.thresholds.offer:
                return _answer(best.intent, context.facet, best.confidence, "换了事项，问的还是同一方面")
        return None

    def _decide(self, ranking: Ranking, facets: tuple[str, ...], normal: str) -> Meaning:
        t = self.thresholds
        top = ranking.candidates[0]
        likely = tuple(Likely(c.intent, facets[0], c.confidence, c.example) for c in ranking.candidates if c.intent != FOREIGN)
        why = (f"已见特征 {ranking.known:.2f}", f"最像 {top.intent} {top.confidence:.2f}")
        if top.intent == HUMAN and top.confidence >= t.human:
            return Meaning("handoff", HUMAN, OVERVIEW, top.confidence, likely, facets=(OVERVIEW,), why=why)
        if top.intent in (GREETING, THANKS) and top.confidence >= t.smalltalk:
            return Meaning("smalltalk", top.intent, OVERVIEW, top.confidence, likely, facets=(OVERVIEW,), why=why)
        ours = tuple(c for c in likely if not c.item.startswith("meta."))
        if not ours or (top.intent == FOREIGN and top.confidence >= t.reject) or ours[0].confidence < t.offer:
            return Meaning("reject", None, None, top.confidence, likely, facets=facets, why=why)
        best = ours[0]
        decision: Decision = "answer" if best.confidence >= t.answer and top.intent == best.item else "clarify"
        choices = tuple(c for c in ours[:3] if c.confidence >= t.clarify)
        return Meaning(decision, best.item, facets[0], best.confidence, likely, facets=facets, choices=choices, why=why)


def _answer(item: str, facet: str, confidence: float, why: str) -> Meaning:
    likely = (Likely(item, facet, confidence),)
    return Meaning("answer", item, facet, confidence, likely, facets=(facet,), why=(why,))


def _first_ours(ranking: Ranking) -> Candidate | None:
    return next((c for c in ranking.candidates if c.intent != FOREIGN and not c.intent.startswith("meta.")), None)


def _cut_start(text: str, words: Sequence[str]) -> str:
    for word in words:
        if text.startswith(word) and len(text) > len(word):
            return text[len(word) :].lstrip(_EDGES) or text
    return text


def _cut_end(text: str, words: Sequence[str]) -> str:
    bare = text.rstrip(_EDGES)
    for word in words:
        if bare.endswith(word) and len(bare) > len(word):
            return bare[: -len(word)].rstrip(_EDGES) or text
    return text


def _several(text: str) -> bool:
    """Whether a message puts more than one question: parts set off by a comma, an 和/还有, or several question marks."""
    return re.search(r"[,，、;；。?？\s].*\S|和|还有|以及|另外|跟", text) is not None


def _questions(text: str) -> list[str]:
    clauses = [c.strip() for c in _CLAUSE.findall(text) if len(c.strip()) >= 5]
    asking = [c for c in clauses if re.search(r"[?？]|怎么|如何|吗|多少|什么|哪|是否|能不能|可不可以|咋|谁", c)]
    tail = clauses[-1:] if clauses else []
    return list(dict.fromkeys([*asking[-3:], *tail]))
