"""Turn an answer of the catalogue into the words a citizen reads, for the day asked about. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from knowledge.catalog import DOUBT, FACET_NAMES, Answer, Catalog, Reading, Source

# What stands behind the day of a check, by how sure it is.
CHECKED: Mapping[str, str] = {"已核对": "核对", "常识": "整理，以官方答复为准", "存疑": "整理，尚未核实"}
PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")


@dataclass(frozen=True, slots=True)
class Cited:
    """A source as shown under an answer."""

    title: str
    as_of: str
    confidence: str
    number: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A follow-up: item, facet and the button's label."""

    item: str
    facet: str
    label: str


@dataclass(frozen=True, slots=True)
class Told:
    """An answer ready to be sent."""

    text: str
    sources: tuple[Cited, ...]
    source_line: str
    offers: tuple[Offer, ...]
    has_more: bool


class Teller:
    """Answers of one catalogue, remembered per day: the same question costs nothing the second time."""

    def __init__(self, catalog: Catalog):
        self.catalog = catalog
        self._told: dict[tuple[str, str, bool, date, date], Told | None] = {}

    def tell(self, item: str, facet: str, on: date, today: date, more: bool = False) -> Told | None:
        """Words for an item's facet in force `on` a day; None when the catalogue has none. `today` decides what is overdue."""
        key = (item, facet, more, on, today)
        if key not in self._told:
            if len(self._told) > 20_000:
                self._told.clear()
            self._told[key] = self._tell(item, facet, on, today, more)
        return self._told[key]

    def _tell(self, item: str, facet: str, on: date, today: date, more: bool) -> Told | None:
        entry = self.catalog.items.get(item)
        answer = entry.answer(facet, on) if entry else None
        if entry is None or answer is None or (more and answer.more is None):
            return None
        body = answer.more if more and answer.more else answer.short
        text = fill(self.catalog, body, on) + "\n" + fill(self.catalog, answer.next, on)
        overdue = due_line(self.catalog, answer, on, today)
        if overdue:
            text += "\n" + overdue
        return Told(
            text=text,
            sources=cited(self.catalog, answer, on),
            source_line=source_line(self.catalog, answer, on),
            offers=tuple(self._offers(item, answer)),
            has_more=answer.more is not None and not more,
        )

    def _offers(self, item: str, answer: Answer) -> list[Offer]:
        offers: list[Offer] = []
        for choice in answer.choices:
            target, _, facet = choice.to.partition(":")
            other = self.catalog.items.get(target)
            if other is None:  # hidden by a node's own list
                continue
            facet = facet or "overview"
            own = target == item
            label = choice.label or (FACET_NAMES[facet] if own else other.button)
            if any(offer.label == label for offer in offers):  # two facets of one other item
                label = FACET_NAMES[facet]
            offers.append(Offer(target, facet, label))
        return offers


def fill(catalog: Catalog, text: str, on: date) -> str:
    """Put the facts' values of that day into a text. Raises KeyError for a fact that does not exist or has no value that day."""
    return PLACEHOLDER.sub(lambda match: str(reading(catalog, match.group(1), on)), text)


def reading(catalog: Catalog, fact: str, on: date) -> Reading:
    """The fact's value on a day. Raises KeyError when there is none."""
    found = catalog.facts[fact].on(on)
    if found is None:
        raise KeyError(fact)
    return found


def facts_of(answer: Answer) -> tuple[str, ...]:
    """Ids of the facts that an answer's words use, in order, each once."""
    text = "\n".join((answer.short, answer.more or "", answer.next))
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def cited(catalog: Catalog, answer: Answer, on: date) -> tuple[Cited, ...]:
    """The sources in force on the day asked about, in the order of the data."""
    found = []
    for basis in answer.basis:
        source = catalog.sources[basis.source]
        if not source.holds(on):
            continue
        title = source.title + (basis.clause or "")
        found.append(Cited(title, answer.as_of.isoformat(), answer.confidence, source.number, source.url))
    return tuple(found)


def source_line(catalog: Catalog, answer: Answer, on: date) -> str:
    """依据：…，2026-08-30 核对 — one line, with what is not verified said to be so."""
    named = [_named(catalog.sources[b.source], b.clause) for b in answer.basis if catalog.sources[b.source].holds(on)]
    return f"依据：{'；'.join(named)}，{answer.as_of.isoformat()} {CHECKED[answer.confidence]}"


def _named(source: Source, clause: str | None) -> str:
    return source.title + (clause or "") + (f"（{source.number}）" if source.number else "")


def due_line(catalog: Catalog, answer: Answer, on: date, today: date) -> str | None:
    """The line that says that the answer, or a fact in it, is past its review date."""
    dates = [answer.review_by] + [reading(catalog, fact, on).review_by for fact in facts_of(answer)]
    oldest = min(dates)
    if oldest >= today:
        return None
    return f"提示：这条信息应在{oldest.year}年{oldest.month}月{oldest.day}日前复核，还没有复核，办理前请再确认一次。"


def weakest(catalog: Catalog, answer: Answer, on: date) -> str:
    """The least certain confidence among an answer and the facts in its words."""
    parts = [answer.confidence] + [reading(catalog, fact, on).confidence for fact in facts_of(answer)]
    return max(parts, key=lambda confidence: DOUBT[confidence])
