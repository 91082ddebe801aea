"""Questions for the class of goods and services: classes with their reasons, what people forget, what is mixed up. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.computing import Computed, all_of
from bot.model import Card, Reply, SourceNote
from bot.rules import Rules
from intents.meaning import OVERVIEW, Goods, Meaning
from knowledge.answers import CHECKED
from knowledge.catalog import DOUBT
from knowledge.nice import Aside
from knowledge.nice_finding import Found

CLASSIFY = "trademark.classify"
# Items about getting a trademark: when such a question asks for a class too, the class is what is missing.
_BESIDE = frozenset({"trademark.register", "trademark.search"})
_FACETS = frozenset({OVERVIEW, "steps", "eligibility"})
KNOWN = 0.6  # from here a class is told, below it is told as a guess
_UNNAMED = 0.5  # goods that only the shape of a sentence tells, or in a question that was taken for something else
_NAMED_ALONE = 0.7  # a good named without a question for its class
_OTHERWISE = 0.9  # a matter this sure is not taken for a question for a class
_TOLD, _ASIDES = 3, 3  # classes described at once; remarks in a line
_NUMBER = re.compile(r"(?<!\d)(\d{1,2})(?=[；，。、]|$)")
Named = tuple[str, tuple[Found, ...]]


def served(rules: Rules, meaning: Meaning, on: date, today: date) -> Computed | None:
    """Classes for the goods of a question for them, or what a class named by number holds; None when neither is asked."""
    if meaning.item != CLASSIFY:
        return None
    asked, overview = rules.goods(meaning.text), OVERVIEW in (meaning.facets or (OVERVIEW,))
    if not asked.asks and not overview:
        return None
    least = (0.0 if asked.names else _UNNAMED) if asked.asks else _NAMED_ALONE
    return _classed(rules, meaning, asked, least) or (_told(rules, meaning) if overview else None)


def certain(rules: Rules, meaning: Meaning) -> tuple[Meaning, Computed] | None:
    """A question that says nothing but goods and 第几类, whatever it was taken for; or one about getting a trademark that asks for the class too."""
    if meaning.decision not in ("answer", "clarify", "reject") or (meaning.item == CLASSIFY and meaning.decision == "answer"):
        return None
    asked = rules.goods(meaning.text)
    if not asked.asks or not (_plain(meaning, asked) or _beside(meaning) or _of_marks(meaning)):
        return None
    least = KNOWN if not asked.plain else 0.0 if meaning.item in _BESIDE | {CLASSIFY} else _UNNAMED
    done = _classed(rules, meaning, asked, least)
    return (replace(meaning, decision="answer", item=CLASSIFY, confidence=max(meaning.confidence, KNOWN)), done) if done else None


def _plain(meaning: Meaning, asked: Goods) -> bool:
    return asked.plain and (meaning.decision != "answer" or meaning.confidence < _OTHERWISE)


def _of_marks(meaning: Meaning) -> bool:
    """Whether marks are named beside the class asked for: what the goods made the question look like does not count."""
    return meaning.decision in ("answer", "clarify") and "商标" in all_of(meaning.slots, "ip_kind")


def _beside(meaning: Meaning) -> bool:
    """Whether the class is what is missing: asked with a registration or a search, or likely what was asked."""
    if meaning.decision == "answer":
        return meaning.item in _BESIDE and bool(set(meaning.facets or (OVERVIEW,)) & _FACETS)
    return meaning.decision == "clarify" and meaning.item in _BESIDE | {CLASSIFY} and any(c.item == CLASSIFY for c in meaning.choices)


def _classed(rules: Rules, meaning: Meaning, asked: Goods, least: float) -> Computed | None:
    """Every good with its classes, if one of them is known at least so surely and the item is on this node's list."""
    listed = meaning.slots.get("goods")
    typed = [str(name) for name in listed] if isinstance(listed, list) and asked.asks else []
    each = [(name, rules.classed(name)) for name in (typed or asked.names)]
    found = [(name, classes) for name, classes in each if classes and classes[0].sure >= least]
    if not found or CLASSIFY not in rules.library.catalog.items:
        return None
    text = _one(rules, *found[0]) if len(found) == 1 else _several(rules, found)
    result = {"kind": "classes", "classes": [_entry(rules, name, f) for f, name in _by_turns(found)]}
    lines = tuple(rules.phrase("classes_line", goods=name, classes=_full(rules, [f.number for f in classes])) for name, classes in found)
    heads = list(dict.fromkeys(classes[0].number for _, classes in found))
    title = rules.phrase("classes_title", classes=_names(rules, heads))
    exact = all(f.how == "exact" for _, classes in found for f in classes[:1])
    tables = {f.table for _, classes in found for f in classes[:1]} if exact else set()
    return _computed(rules, text, Card("classes", title, lines), result, tables)


def _by_turns(found: Sequence[Named]) -> list[tuple[Found, str]]:
    """The best class of each good, then the second of each."""
    longest = max(len(classes) for _, classes in found)
    return [(classes[place], name) for place in range(longest) for name, classes in found if place < len(classes)]


def _one(rules: Rules, name: str, classes: Sequence[Found]) -> str:
    """The classes of one good, and everything around them."""
    best, numbers = classes[0], [f.number for f in classes]
    opening = "classes_one" if best.sure >= KNOWN else "classes_maybe"
    values = {"goods": name, "class": _name(rules, best.number)} | ({"term": best.term} if opening == "classes_maybe" else {})
    parts = [rules.phrase(opening, **values), *(f"- {_full(rules, [number])}" for number in numbers)]
    if best.why:
        parts.append(rules.phrase("classes_how", note=_spelt(rules, best.why)))
    book = rules.library.nice
    trade = book.trade(name, best.term)
    also = [a for a in (trade.also if trade else book[best.number].forget) if a.number not in numbers]
    if also:
        parts.append(rules.phrase("classes_also", also=_asides(rules, also)))
    if len(numbers) == 1 and book[best.number].others:  # of several classes the note says which is which
        others = _asides(rules, book[best.number].others)
        parts.append(rules.phrase("classes_alike", others=others, **{"class": _name(rules, best.number)}))
    return "\n".join([*parts, rules.phrases["classes_next"]])


def _several(rules: Rules, found: Sequence[Named]) -> str:
    """A line for each good."""
    parts = [rules.phrase("classes_many", count=str(len(found)))]
    for name, classes in found:
        best = classes[0]
        numbers = _full(rules, [f.number for f in classes[:1]]) + "".join(f"、{_name(rules, f.number)}" for f in classes[1:])
        guess = rules.phrase("classes_guess", term=best.term) if best.sure < KNOWN else ""
        reason = f"（{_spelt(rules, best.why)}）" if best.why and not guess else guess
        parts.append("- " + rules.phrase("classes_line", goods=name, classes=numbers + reason))
    return "\n".join([*parts, rules.phrases["classes_next"]])


def _told(rules: Rules, meaning: Meaning) -> Computed | None:
    """What the classes named by number hold and do not hold."""
    named = rules.quantities(meaning.text).get("named")
    numbers = [n for n in named if isinstance(n, int)] if isinstance(named, list) else []
    if not 1 <= len(numbers) <= _TOLD:
        return None
    parts = []
    for number in numbers:
        book = rules.library.nice[number]
        parts += [rules.phrase("classes_told", **{"class": _full(rules, [number])}), "- " + rules.phrase("classes_has", has="、".join(book.has))]
        if book.others:
            parts.append("- " + rules.phrase("classes_not", others=_asides(rules, book.others)))
    text = "\n".join([*parts, rules.phrases["classes_next"]])
    listed = [{"class": n, "title": rules.library.nice[n].title, "goods": "", "reason": "", "confidence": 1.0} for n in numbers]
    card = Card("classes", rules.phrase("classes_title", classes=_names(rules, numbers)), tuple(_full(rules, [n]) for n in numbers))
    return _computed(rules, text, card, {"kind": "classes", "classes": listed}, set())


def _computed(rules: Rules, text: str, card: Card, result: Mapping[str, object], tables: set[str]) -> Computed:
    """With sources; as sure as the weakest table that was used."""
    book, catalog = rules.library.nice.book, rules.library.catalog
    levels = [book.tables.get(table, book.confidence) for table in tables] or [book.confidence]
    sure, as_of = max(levels, key=DOUBT.__getitem__), book.as_of.isoformat()
    listed = [catalog.sources[name] for name in book.sources]
    sources = tuple(SourceNote(s.title, as_of, sure, s.number, s.url) for s in listed)
    line = f"依据：{'；'.join(s.title for s in listed)}，{as_of} {CHECKED[sure]}"
    return Computed(Reply(text, (), (card,), sources, line, CLASSIFY, OVERVIEW), result, CLASSIFY, OVERVIEW)


def _entry(rules: Rules, name: str, found: Found) -> dict[str, object]:
    reason = found.why or rules.phrase("classes_reason", term=found.term)
    title = rules.library.nice[found.number].title
    return {"class": found.number, "title": title, "goods": name, "reason": reason, "confidence": found.sure}


def _name(rules: Rules, number: int) -> str:
    return rules.phrase("class_name", number=str(number))


def _names(rules: Rules, numbers: Sequence[int]) -> str:
    return "、".join(_name(rules, number) for number in numbers)


def _full(rules: Rules, numbers: Sequence[int]) -> str:
    return "、".join(rules.phrase("class_full", number=str(n), title=rules.library.nice[n].title) for n in numbers)


def _asides(rules: Rules, asides: Sequence[Aside]) -> str:
    return "；".join(rules.phrase("classes_aside", what=a.what, **{"class": _name(rules, a.number)}) for a in asides[:_ASIDES])


def _spelt(rules: Rules, note: str) -> str:
    """门店43；包装面30 → 门店第43类；包装面第30类."""
    return _NUMBER.sub(lambda m: _name(rules, int(m[1])), note.rstrip("。"))
