"""Where to go: questions for a station with a place, shared positions, and stations whose phone is wrong. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot import choices, office_days, station_cards, telling
from bot.choices import Asked
from bot.computing import LIKELY, Computed
from bot.model import Choice, Point, Reply
from bot.rules import Rules, local
from intents.meaning import OVERVIEW, Meaning
from knowledge import divisions, nearby
from knowledge.answers import fill
from knowledge.divisions import Area
from knowledge.geo import Pair
from knowledge.nearby import Found

_ASKING = frozenset({"contact", "channel"})  # facets that ask where and how to get there
_VAGUE = frozenset({OVERVIEW, "eligibility", "steps"})  # 敦煌有维权站吗, 怎么走: taken for these now and then
_BUTTONS = 2  # follow-ups of the catalogue's answer beside the button for a position


def served(rules: Rules, meaning: Meaning, on: date, today: date) -> Computed | None:
    """Stations for a question that asks where; None when it asks something else. A day named is told open or closed."""
    kinds = rules.library.station_kinds.asked(meaning.item or "", meaning.text)
    if not kinds or not asks_where(rules, meaning):
        return None
    item = meaning.item or ""
    place, code = (str(meaning.slots.get(key, "")) for key in ("place_norm", "place_code"))
    area = divisions.area(rules.library.counties, code) if code else None
    if code and area is None:
        return _elsewhere(rules, item, meaning.facet, kinds, place, today)
    days = list(office_days.told(rules, meaning, on, today))
    if area is None or not area.prefecture:
        return _anywhere(rules, meaning, kinds, days, today)
    found = nearby.nearest(rules.library.stations, kinds, _province(rules), area)
    parts = [*_told(rules, kinds, area, found, today), *days, *_next(rules, item, today)]
    done = _done(rules, item, meaning.facet, "\n".join(parts), found, None, _buttons(rules, item, today, with_position=False))
    return done if found else _sourced(rules, done, today)


def place_only(rules: Rules, meaning: Meaning, item: str | None) -> Meaning | None:
    """A bare place after a question for a station goes on with that question; None for any other message."""
    typed = meaning.slots.get("place")
    if item not in rules.library.station_kinds.items or not isinstance(typed, str):
        return None
    if not rules.library.station_kinds.is_around(meaning.text.replace(typed, "", 1)):
        return None
    facet = meaning.facet if meaning.item == item and meaning.facet in _ASKING else "contact"
    return replace(meaning, decision="answer", item=item, facet=facet, facets=(facet,))


def pressed(rules: Rules, asked: Asked, today: date) -> Computed | None:
    """The same for a button that asks for an item's contact; the catalogue's answer while nothing is verified."""
    if asked.facet != "contact" or asked.more or asked.item not in rules.library.station_kinds.items:
        return None
    meaning = Meaning("answer", asked.item, asked.facet, 1.0, facets=(asked.facet,))
    return served(rules, meaning, today, today)


def certain(rules: Rules, meaning: Meaning, on: date, today: date) -> tuple[Meaning, Computed] | None:
    """A question whose item is only likely, but that names a place to look in, or a kind of station by a word of its own."""
    words = rules.library.station_kinds
    looks = "place_code" in meaning.slots or words.asks_near(meaning.text)
    likely = looks and meaning.item in words.items and meaning.confidence >= LIKELY
    done = served(rules, meaning, on, today) if likely or words.named(meaning.text) else None
    return (meaning, done) if done else None


def asks_where(rules: Rules, meaning: Meaning) -> bool:
    """Whether a question asks where to go; the order of the lines is the policy."""
    words, text = rules.library.station_kinds, meaning.text
    if meaning.slots.get("channel") == "online":
        return False
    facets = frozenset(meaning.facets or (meaning.facet or OVERVIEW,))
    if facets & _ASKING:
        return True
    if not facets & _VAGUE or words.asks_other(text):
        return False
    if OVERVIEW in facets:
        return "place_code" in meaning.slots or words.asks_where(text)
    return "place_code" in meaning.slots and words.asks_where(text)


def located(rules: Rules, point: Point, at: int, item: str | None = None) -> Computed:
    """What is near a position, for the item talked about or the usual ones; kindly told so when it is elsewhere."""
    moment, library = local(at), rules.library
    today = moment.date()
    division, ours = divisions.nearest(library.counties, point.lat, point.lon)
    asked = item if item in library.station_kinds.items else None
    if not ours:
        text = rules.phrase("location_far", province=_province(rules), phone=rules.phone(today), doors=_doors(rules, today))
        return _done(rules, asked or _first(rules), "contact", text, (), None, _offers(rules))
    area, position = Area(division.prefecture, division.county), Pair(point.lat, point.lon)
    groups = [library.station_kinds.items[asked]] if asked else [library.station_kinds.items[i] for i in library.station_kinds.offered]
    parts, found = [rules.phrase("location", place=division.name)], list[Found]()
    for kinds in groups:
        near = nearby.nearest(library.stations, kinds, _province(rules), area, position, nearby.LIMIT if asked else 1)
        parts += _told(rules, kinds, area, near, today, moment)
        found += near
    parts += _next(rules, asked, today) if asked else []
    return _done(rules, asked or _first(rules), "contact", "\n".join(parts), found, moment, _offers(rules))


def flagged(rules: Rules, station: str, today: date) -> tuple[Reply, Mapping[str, str]] | None:
    """Thanks for a hint that a phone or address is wrong, and what staff have to know; None for a station that is gone."""
    known = next((s for s in rules.library.stations if s.id == station), None)
    if known is None:
        return None
    text = rules.phrase("station_flagged", name=known.name, phones=_phones(rules, today))
    return Reply(text), {"station": known.id, "name": known.name}


def _sourced(rules: Rules, done: Computed, today: date) -> Computed:
    """With the sources of the catalogue's answer: that nothing is verified stands there."""
    base = telling.answer(rules, done.item, "contact", today, today)
    if base is None or done.reply is None:
        return done
    return replace(done, reply=replace(done.reply, sources=base.sources, source_line=base.source_line))


def _told(
    rules: Rules, kinds: Sequence[str], area: Area, found: Sequence[Found], today: date, at: datetime | None = None
) -> Iterator[str]:  # fmt: skip
    """The answer first: the nearest with address or phone; else that one exists and who to ask; then the others."""
    own = [f for f in found if f.station.kind == kinds[0]]
    if own and not own[0].station.is_unverified:
        yield rules.phrase("station_first", name=own[0].station.name, detail=station_cards.detail(rules, own[0], at))
        own = own[:1]
    else:
        yield _unverified(rules, kinds[0], area, own, today)
        own = own if rules.library.station_kinds.kinds[kinds[0]].standing or len(own) == 1 else []
    yield from (station_cards.line(rules, f, at) for f in found if f not in own)


def _unverified(rules: Rules, kind: str, area: Area, own: Sequence[Found], today: date) -> str:
    """That stations exist, or are not known, and who to ask. What is known of a prefecture is not said of its county."""
    about, phones = rules.library.station_kinds.kinds[kind], _phones(rules, today)
    here = any(f.station.county == area.county for f in own)
    if about.standing and (area.county == "" or here):
        return rules.phrase("stations_standing", place=area.name, kind=about.name, phones=phones)
    if about.standing:
        return rules.phrase("stations_standing_county", place=area.prefecture, county=area.county, kind=about.name, phones=phones)
    if len(own) == 1:
        return rules.phrase("stations_one", name=own[0].station.name, phones=phones)
    if own:
        return rules.phrase("stations_some", place=area.name if here else area.prefecture, kind=about.name, phones=phones)
    return rules.phrase("stations_none", place=area.name, kind=about.name, phones=phones)


def _anywhere(rules: Rules, meaning: Meaning, kinds: Sequence[str], days: Sequence[str], today: date) -> Computed:
    """No place was named: what serves the whole province, and the question for the place; the catalogue's answer while nothing is verified."""
    item, library = meaning.item or "", rules.library
    found = nearby.nearest(library.stations, kinds, _province(rules), Area())
    local = [s for s in library.stations if s.province == _province(rules) and s.kind in kinds]
    own = [s for s in local if s.kind == kinds[0]]
    asks = not own or any(s.reach in ("市州", "县区") for s in own)
    base = telling.answer(rules, item, meaning.facet if meaning.facet in _ASKING else "contact", today, today)
    if base and all(station.is_unverified for station in local):
        parts, line, notes = [base.text], base.source_line, base.sources
    else:
        verified = [f for f in found if not f.station.is_unverified]
        notes = station_cards.sources(rules, verified)
        head = [*_told(rules, [verified[0].station.kind], Area(), verified, today)] if verified else [_ask(rules, kinds[0])]
        parts, line = [*head, *_next(rules, item, today)], station_cards.source_line(rules, verified)
    parts += [*days, *([rules.phrase("stations_place", example=library.counties[0].name)] if asks else [])]
    done = _done(rules, item, meaning.facet, "\n".join(parts), found, None, _buttons(rules, item, today, with_position=asks))
    return replace(done, reply=replace(done.reply, sources=notes, source_line=line)) if done.reply else done


def _ask(rules: Rules, kind: str) -> str:
    return rules.phrase("stations_ask", kind=rules.library.station_kinds.kinds[kind].name)


def _elsewhere(rules: Rules, item: str, facet: str | None, kinds: Sequence[str], place: str, today: date) -> Computed:
    """Another province: kindly told so, with the national doors, and what is verified there."""
    found = nearby.elsewhere(rules.library.stations, kinds, place, _province(rules))
    parts = [
        rules.phrase("stations_elsewhere", province=_province(rules), place=place, phone=rules.phone(today), doors=_doors(rules, today)),
        *([rules.phrases["stations_elsewhere_known"]] if found else []),
        *(station_cards.line(rules, f, None) for f in found),
    ]
    return _done(rules, item, facet, "\n".join(parts), found, None, _buttons(rules, item, today, with_position=False))


def _done(
    rules: Rules, item: str, facet: str | None, text: str, found: Sequence[Found], at: datetime | None, buttons: Sequence[Choice]
) -> Computed:  # fmt: skip
    cards = tuple(station_cards.card(rules, f, at) for f in found[: station_cards.CARDS])
    notes = station_cards.sources(rules, found)
    reply = Reply(text, tuple(buttons), cards, notes, station_cards.source_line(rules, found), item, facet)
    return Computed(reply, {"kind": "stations", "stations": [station_cards.entry(rules, f, at) for f in found]}, item, facet or OVERVIEW)


def _next(rules: Rules, item: str | None, today: date) -> list[str]:
    """What the catalogue says to do now for the item's contact."""
    entry = rules.library.catalog.items.get(item or "")
    answer = entry.answer("contact", today) if entry else None
    return [fill(rules.library.catalog, answer.next, today)] if answer else []


def _buttons(rules: Rules, item: str, today: date, with_position: bool) -> tuple[Choice, ...]:
    base = telling.answer(rules, item, "contact", today, today)
    ask = (Choice(choices.POSITION, rules.phrases["position"]),) if with_position else ()
    return (*ask, *(base.choices[:_BUTTONS] if base else ()))


def _offers(rules: Rules) -> tuple[Choice, ...]:
    return telling.item_buttons(rules, [(item, "contact") for item in rules.library.station_kinds.offered])


def _first(rules: Rules) -> str:
    return rules.library.station_kinds.offered[0]


def _province(rules: Rules) -> str:
    return rules.library.catalog.catalog.province


def _phones(rules: Rules, today: date) -> str:
    """The two hotlines that help anywhere."""
    return " 或 ".join(rules.fact(name, today) for name in rules.library.desk.hotlines[:2])


def _doors(rules: Rules, today: date) -> str:
    """National lines beside the first, by name and number."""
    facts = rules.library.catalog.facts
    return "，".join(f"{facts[name].label} {rules.fact(name, today)}" for name in rules.library.desk.hotlines[1:])
