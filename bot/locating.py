"""Where to go: questions for a station with a place, and shared positions. Pure."""

from dataclasses import replace
from datetime import date

from bot import choices, office_days, station_answers
from bot.computing import LIKELY, Computed
from bot.model import Point
from bot.rules import Rules, local
from bot.station_answers import ASKING
from intents.meaning import OVERVIEW, Meaning
from knowledge import divisions
from knowledge.divisions import Area
from knowledge.geo import Pair

_VAGUE = frozenset({OVERVIEW, "eligibility", "steps"})  # 敦煌有维权站吗, 怎么走: taken for these now and then


def served(rules: Rules, meaning: Meaning, on: date, today: date) -> Computed | None:
    """Stations for a question that asks where; None when it asks something else. A day named is told open or closed."""
    item, facet = meaning.item or "", meaning.facet
    kinds = rules.library.station_kinds.asked(item, meaning.text)
    if not kinds or not asks_where(rules, meaning):
        return None
    place, code = (str(meaning.slots.get(key, "")) for key in ("place_norm", "place_code"))
    area = divisions.area(rules.library.counties, code) if code else Area()
    if area is None:
        return station_answers.elsewhere(rules, item, facet, kinds, place, today)
    days = list(office_days.told(rules, meaning, on, today))
    if not area.prefecture:
        return station_answers.anywhere(rules, item, facet, kinds, days, today)
    return station_answers.in_area(rules, item, facet, kinds, area, days, today)


def pressed(rules: Rules, choice: str, today: date) -> Computed | None:
    """The same for a button that asks for an item's contact; None for any other."""
    asked = choices.asked(choice)
    if asked is None or asked.facet != "contact" or asked.more or asked.item not in rules.library.station_kinds.items:
        return None
    return served(rules, Meaning("answer", asked.item, asked.facet, 1.0, facets=(asked.facet,)), today, today)


def certain(rules: Rules, meaning: Meaning, on: date, today: date) -> tuple[Meaning, Computed] | None:
    """A question whose item is only likely, but that names a place to look in, or a kind of station by a word of its own."""
    words = rules.library.station_kinds
    meant = _likely(rules, meaning) if "place_code" in meaning.slots or words.asks_near(meaning.text) else None
    if meant is None and not words.named(meaning.text):
        return None
    done = served(rules, meant or meaning, on, today)
    return (meant or meaning, done) if done else None


def _likely(rules: Rules, meaning: Meaning) -> Meaning | None:
    """With the item of stations that is likely enough: the best one, or the next one when a counter is named."""
    listed = meaning.choices if meaning.slots.get("channel") == "window" else ()
    likely = {meaning.item: meaning.confidence} | {c.item: c.confidence for c in listed}
    found = next((item for item, sure in likely.items() if item in rules.library.station_kinds.items and sure >= LIKELY), None)
    return replace(meaning, item=found) if found else None


def place_only(rules: Rules, meaning: Meaning, item: str | None) -> Meaning | None:
    """A bare place after a question for a station goes on with that question; None for any other message."""
    typed = meaning.slots.get("place")
    if item not in rules.library.station_kinds.items or not isinstance(typed, str):
        return None
    if not rules.library.station_kinds.is_around(meaning.text.replace(typed, "", 1)):
        return None
    facet = meaning.facet if meaning.item == item and meaning.facet in ASKING else "contact"
    return replace(meaning, decision="answer", item=item, facet=facet, facets=(facet,))


def asks_where(rules: Rules, meaning: Meaning) -> bool:
    """Whether a question asks where to go; the order of the lines is the policy."""
    words, text = rules.library.station_kinds, meaning.text
    if meaning.slots.get("channel") == "online":
        return False
    facets = frozenset(meaning.facets or (meaning.facet or OVERVIEW,))
    if facets & ASKING:
        return True
    if not facets & _VAGUE or words.asks_other(text):
        return False
    if OVERVIEW in facets:
        return "place_code" in meaning.slots or words.asks_where(text)
    return "place_code" in meaning.slots and words.asks_where(text)


def located(rules: Rules, point: Point, at: int, item: str | None = None) -> Computed:
    """What is near a position, for the item talked about or the usual ones; kindly told so when it is elsewhere."""
    now = local(at)
    asked = item if item in rules.library.station_kinds.items else None
    division, ours = divisions.nearest(rules.library.counties, point.lat, point.lon)
    if not ours:
        return station_answers.far_away(rules, asked, now.date())
    area = Area(division.prefecture, division.county)
    return station_answers.at_position(rules, asked, division.name, area, Pair(point.lat, point.lon), now)
