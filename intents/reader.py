"""From a citizen's text to its meaning: find item and facet apart, join them with what was said before, decide by thresholds. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from intents.follow import Counterparts, gone_back, meant_last
from intents.matcher import Candidate, Matcher, Ranking
from intents.meaning import FACET_ONLY, FOREIGN, GREETING, HUMAN, OVERVIEW, THANKS, Context, Decision, Likely, Meaning

SlotsOf = Callable[[str, date], Mapping[str, object]]
STORY = 60
FOLLOW_LENGTH = 16  # a longer message stands for itself
_CLAUSE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]?")
_EDGES = " ,，。.!！?？~、:：;；…-—"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where decisions turn; kept in data."""

    answer: float
    clarify: float
    offer: float
    reject: float
    foreign_doubt: float
    human: float
    human_vague: float
    human_foreign: float
    smalltalk: float
    facet: float
    facet_second: float
    follow_up: float
    follow_foreign: float


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
    light: tuple[str, ...]
    facet_names: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, data: Mapping[str, Iterable[str]], facet_words: Mapping[str, Sequence[str]]) -> "Fillers":
        """Longest first, so that the longer of two openings is taken. A facet's first word stands for it in a follow-up."""
        return cls(**{name: tuple(sorted(words, key=len, reverse=True)) for name, words in data.items()}, facet_names=facet_words)
ELSEWHERE = 0.4  # so likely an item that is not the one talked about makes a new question of a message with a word of the trade


class Reader:
    """Understands one message."""

    def __init__(
        self, matcher: Matcher, thresholds: Thresholds, fillers: Fillers, counterparts: Counterparts, slots: SlotsOf | None = None
    ):  # fmt: skip
        self.matcher = matcher
        self.counterparts = counterparts
        self.thresholds = thresholds
        self.fillers = fillers
        self._slots = slots

    def read(self, text: str, context: Context, today: date) -> Meaning:
        """The meaning of a message, given what was talked about before."""
        normal = self.matcher.views.normalise(text)
        core = self.core(normal)
        slots = dict(self._slots(text, today)) if self._slots else {}
        meaning = self._meaning(core or normal, normal, context)
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

    def _meaning(self, core: str, normal: str, context: Context) -> Meaning:
        went = gone_back(core, context, self.fillers.back)
        if went is not None:
            core, context = went
            if not core:
                return _answer(context.item or "", OVERVIEW, 1.0, "上一个")
        if self._says_nothing(core):
            ranking = self.matcher.rank(normal)
            top = ranking.candidates[0]
            if top.intent in (HUMAN, GREETING) and top.confidence >= self.thresholds.smalltalk:
                return self._decide(ranking, (OVERVIEW,), normal)
            guess = _first_ours(ranking)
            return Meaning("clarify", guess.intent if guess else None, OVERVIEW, 0.0, facets=(OVERVIEW,), why=("没有内容的话",))
        said = meant_last(core)
        corrected = said != core or went is not None
        for _ in range(2):
            shorter = _cut_start(said, self.fillers.corrections)
            corrected, said = corrected or shorter != said, shorter
        ranking = self._rank(said)
        facets = self.facets(ranking)
        if context.item is None and facets != (OVERVIEW,) and self._bare(said):
            return self._which(ranking, facets)
        followed = self._followed(said, ranking, facets, context, corrected) if context.item else None
        return followed or self._decide(ranking, facets, said)

    def _says_nothing(self, core: str) -> bool:
        """Whether only words are there that say nothing."""
        return _made_of(re.sub(r"[\W_]+", "", core), self.fillers.particles)

    def _rank(self, text: str) -> Ranking:
        """A story that is not clear as a whole is ranked by its clauses that ask something, too; the surer reading counts."""
        whole = self.matcher.rank(text)
        if len(text) <= STORY or whole.candidates[0].confidence >= self.thresholds.answer:
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
        asked = [f for f in ranking.cues if scores.get(f, 0.0) >= self.thresholds.facet_second and f != OVERVIEW]
        if len(asked) > 1 and best in asked and _several(ranking.text):
            return tuple(asked[:3])
        if best == OVERVIEW or scores.get(best, 0.0) < self.thresholds.facet:
            return (OVERVIEW,)
        return (best,)

    def _followed(self, core: str, ranking: Ranking, facets: tuple[str, ...], context: Context, corrected: bool) -> Meaning | None:
        """The meaning of a message that goes on with what was talked about; None when it stands for itself."""
        if len(core) > FOLLOW_LENGTH or context.item is None:
            return None
        top, t = ranking.candidates[0], self.thresholds
        if top.intent.startswith("meta.") and top.confidence >= t.human:
            return None
        subject = self._subject(core)
        right = self.counterparts.right(subject)
        other = self.counterparts.of_item(context.item, right) if right else None
        if other:
            return _answer(other, context.facet or OVERVIEW, 0.8, "换了对象，问的还是同一件事")
        ours = _first_ours(ranking)
        sure = t.follow_up if self._marked(core) or corrected or not self.matcher.views.terms(core) else t.answer
        if ours and ours.confidence >= sure:
            return self._same_facet(core, ours, facets, context, corrected)
        if top.intent == FOREIGN and top.confidence >= t.follow_foreign:
            return None
        if facets == (OVERVIEW,) and self.matcher.views.terms(core):
            return self._other_item(subject, context)
        elsewhere = ours is not None and ours.confidence >= ELSEWHERE and all(c.intent != context.item for c in ranking.candidates)
        if elsewhere and self.matcher.views.terms(core) and not self._marked(core):
            return None  # it names something of the trade that the topic has nothing to do with
        if self._marked(core) or corrected or facets != (OVERVIEW,) or not self.matcher.views.terms(core):
            return replace(_answer(context.item, facets[0], 0.8, "接着上一个事项"), facets=facets)
        return None

    def _same_facet(self, core: str, ours: Candidate, facets: tuple[str, ...], context: Context, corrected: bool) -> Meaning | None:
        """异议呢, 说错了，是续展: another item named for certain, and the facet asked before when the message names none."""
        goes_on = self._marked(core) or corrected
        if not goes_on or facets != (OVERVIEW,) or context.facet in (None, OVERVIEW) or ours.intent == context.item or self.matcher.views.cues(core):
            return None
        return _answer(ours.intent, context.facet or OVERVIEW, ours.confidence, "换了事项，问的还是同一方面")

    def _bare(self, core: str) -> bool:
        """Whether nothing is left of a message without its facet words and words that carry nothing: 那大概要多少钱."""
        rest = self._subject(core)
        cues = sorted({surface for surface, _ in self.matcher.views.cues(core)}, key=len, reverse=True)
        for word in cues:
            rest = rest.replace(word, " ")
        return bool(cues) and all(_made_of(part, (*self.fillers.light, *self.fillers.particles)) for part in re.split(r"[\W_]+", rest))

    def _which(self, ranking: Ranking, facets: tuple[str, ...]) -> Meaning:
        """A facet of nothing: 多少钱, with nothing talked about before. It is asked of what."""
        guess = _first_ours(ranking)
        ours = tuple(Likely(c.intent, facets[0], c.confidence, c.example) for c in ranking.candidates if c.intent != FOREIGN)
        return Meaning("clarify", guess.intent if guess else None, facets[0], 0.0, ours, facets=facets, why=(FACET_ONLY,))

    def _marked(self, core: str) -> bool:
        """Whether a message opens or ends like one that goes on."""
        return core.startswith(self.fillers.follow_starts) or core.rstrip(_EDGES).endswith(self.fillers.follow_ends)

    def _subject(self, core: str) -> str:
        """A follow-up without its marks: 那专利呢 → 专利."""
        return _cut_start(_cut_end(core, self.fillers.follow_ends), self.fillers.follow_starts).strip(_EDGES)

    def _other_item(self, subject: str, context: Context) -> Meaning | None:
        """转让呢 after a question about a fee: another item, the same facet."""
        if context.facet in (None, OVERVIEW):
            return None
        asked = self.fillers.facet_names.get(context.facet or "", ("",))[0]
        best = _first_ours(self.matcher.rank(subject + asked))
        if best and best.confidence >= self.thresholds.offer:
            return _answer(best.intent, context.facet or OVERVIEW, best.confidence, "换了事项，问的还是同一方面")
        return None

    def _decide(self, ranking: Ranking, facets: tuple[str, ...], normal: str) -> Meaning:
        t = self.thresholds
        top = ranking.candidates[0]
        likely = tuple(Likely(c.intent, facets[0], c.confidence, c.example) for c in ranking.candidates if c.intent != FOREIGN)
        why = (f"已见特征 {ranking.known:.2f}", f"最像 {top.intent} {top.confidence:.2f}")
        if likely and likely[0].item == HUMAN and likely[0].confidence >= t.human and (top.intent == HUMAN or top.confidence < t.human_foreign):
            return Meaning("handoff", HUMAN, OVERVIEW, likely[0].confidence, likely, facets=(OVERVIEW,), why=why)
        if self._vaguely_human(likely, top, normal):
            return Meaning("handoff", HUMAN, OVERVIEW, t.human, likely, facets=(OVERVIEW,), why=(*why, "没说业务，像是要找人"))
        if top.intent in (GREETING, THANKS) and top.confidence >= t.smalltalk:
            return Meaning("smalltalk", top.intent, OVERVIEW, top.confidence, likely, facets=(OVERVIEW,), why=why)
        ours = tuple(c for c in likely if not c.item.startswith("meta."))
        if not ours or (top.intent == FOREIGN and top.confidence >= t.reject) or ours[0].confidence < t.offer:
            return Meaning("reject", None, None, top.confidence, likely, facets=facets, why=why)
        best = ours[0]
        foreign = next((c.confidence for c in ranking.candidates if c.intent == FOREIGN), 0.0)
        sure = best.confidence >= t.answer and top.intent == best.item and foreign < t.foreign_doubt
        decision: Decision = "answer" if sure else "clarify"
        choices = tuple(c for c in ours[:3] if c.confidence >= t.clarify)
        return Meaning(decision, best.item, facets[0], best.confidence, likely, facets=facets, choices=choices, why=why)


    def _vaguely_human(self, likely: Sequence[Likely], top: Candidate, text: str) -> bool:
        """No word of the trade, nothing understood for certain, and some likeness to asking for a person: a person, rather than asking back."""
        human = next((c.confidence for c in likely[:3] if c.item == HUMAN), 0.0)
        unsure = top.intent != FOREIGN and top.confidence < self.thresholds.smalltalk
        return unsure and human >= self.thresholds.human_vague and not self.matcher.views.terms(text)


def _answer(item: str, facet: str, confidence: float, why: str) -> Meaning:
    likely = (Likely(item, facet, confidence),)
    return Meaning("answer", item, facet, confidence, likely, facets=(facet,), why=(why,))


def _first_ours(ranking: Ranking) -> Candidate | None:
    return next((c for c in ranking.candidates if c.intent != FOREIGN and not c.intent.startswith("meta.")), None)


def _made_of(text: str, words: Sequence[str]) -> bool:
    """Whether a text is nothing but these words, one behind the other."""
    while text:
        word = next((w for w in words if text.startswith(w)), None)
        if word is None:
            return False
        text = text[len(word) :]
    return True


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
