"""From the catalogue to replies: an answer, its details, its follow-ups. Pure."""

from collections.abc import Iterable
from datetime import date

from bot import choices
from bot.model import Choice, Reply, SourceNote
from bot.rules import Rules
from knowledge.answers import Told
from knowledge.catalog import FACET_NAMES

LED = ("overview", "eligibility", "steps", "materials")  # facets whose answers offer to be led through the filing


def answer(rules: Rules, item: str, facet: str, on: date, today: date, more: bool = False) -> Reply | None:
    """The reply for an item's facet; the item's overview with a remark when it has no such facet; None for an unknown item."""
    told = rules.library.teller.tell(item, facet, on, today, more)
    if told is not None:
        return _reply(rules, told, item, facet)
    told = rules.library.teller.tell(item, "overview", on, today)
    if told is None or more:
        return None
    name = rules.library.catalog.items[item].name
    remark = rules.phrase("no_facet", item=name, facet=FACET_NAMES.get(facet, facet))
    reply = _reply(rules, told, item, "overview")
    return Reply(remark + "\n" + reply.text, reply.choices, (), reply.sources, reply.source_line, item, "overview")


def _reply(rules: Rules, told: Told, item: str, facet: str) -> Reply:
    buttons = [Choice(choices.item_choice(o.item, o.facet), o.label) for o in told.offers]
    if told.has_more:
        buttons.insert(0, Choice(choices.item_choice(item, facet, more=True), rules.phrases["more"]))
    guide = rules.library.guides.of_item(item)
    if guide is not None and facet in LED:
        buttons.append(Choice(choices.guide_choice(guide.id), guide.button))
    sources = tuple(SourceNote(s.title, s.as_of, s.confidence, s.number, s.url) for s in told.sources)
    return Reply(told.text, tuple(buttons), (), sources, told.source_line, item, facet)


def item_buttons(rules: Rules, asked: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
    """Buttons for items that the catalogue has."""
    items = rules.library.catalog.items
    return tuple(Choice(choices.item_choice(i, f if f in items[i].answers else "overview"), items[i].button) for i, f in asked if i in items)


def facet_buttons(rules: Rules, item: str, facets: Iterable[str]) -> tuple[Choice, ...]:
    """Buttons for facets of one item that it has, named by the facet."""
    entry = rules.library.catalog.items.get(item)
    return tuple(Choice(choices.item_choice(item, f), FACET_NAMES[f]) for f in facets if entry and f in entry.answers)


def plain(reply: Reply) -> str:
    """A reply as plain text: markup dropped, source line below."""
    return "\n".join(part for part in (reply.text.replace("**", ""), reply.source_line) if part)
