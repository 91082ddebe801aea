"""What is said of stations: for a place, for a position, for no place at all, and for a place elsewhere. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot import choices, station_cards, telling
from bot.computing import Computed
from bot.model import Choice, Reply
from bot.rules import Rules
from intents.meaning import OVERVIEW
from knowledge import divisions, nearby
from knowledge.answers import fill
from knowledge.divisions import Area
from knowledge.geo import Pair
from knowledge.nearby import Found

ASKING = frozenset({"contact", "channel"})  # facets that ask where and how to get there
_BUTTONS = 2  # follow-ups of the catalogue's answer beside the button for a position
Kinds = Sequence[str]


def in_area(rules: Rules, item: str, facet: str | None, kinds: Kinds, area: Area, days: Sequence[str], today: date) -> Computed:
    """For a place of ours: the stations there, or that there is one whose address nobody verified."""
    found = _near(rules, kinds, area)
    text = "\n".join([*_told(rules, kinds, area, found, today), *days, *_next(rules, item, today)])
    done = _done(rules, item, facet, text, found, None, _buttons(rules, item, today))
    return done if found else _sourced(rules, done, today)


def at_position(rules: Rules, item: str | None, place: str, area: Area, position: Pair, now: datetime) -> Computed:
    """For a position: the nearest of the kind talked about, else the nearest of each usual kind."""
    kinds, today = rules.library.station_kinds, now.date()
    groups = [(kinds.items[item], nearby.LIMIT)] if item else [(kinds.items[i], 1) for i in kinds.offered]
    parts, found = [rules.phrase("location", place=place)], list[Found]()
    for group, limit in groups:
        near = _near(rules, group, area, position, limit)
        parts += _told(rules, group, area, near, today, now)
        found += near
    parts += _next(rules, item, today) if item else []
    return _done(rules, item or kinds.offered[0], "contact", "\n".join(parts), found, now, _offers(rules))


def anywhere(rules: Rules, item: str, facet: str | None, kinds: Kinds, days: Sequence[str], today: date) -> Computed:
    """No place was named: what serves the whole province, and the question for the place; the catalogue's answer while nothing is verified."""
    found = _near(rules, kinds, Area())
    local = [s for s in rules.library.stations if s.province == _province(rules) and s.kind in kinds]
    own = [s for s in local if s.kind == kinds[0]]
    asks = not own or any(s.reach in ("市州", "县区") for s in own)
    buttons = _buttons(rules, item, today, with_position=asks)
    base = telling.answer(rules, item, facet if facet in ASKING else "contact", today, today)
    if base and all(station.is_unverified for station in local):
        parts = [base.text, *days, *(_where(rules) if asks else [])]
        done = _done(rules, item, facet, "\n".join(parts), found, None, buttons)
        return replace(done, reply=replace(done.reply, sources=base.sources, source_line=base.source_line)) if done.reply else done
    verified = [f for f in found if not f.station.is_unverified]
    if verified:
        parts = [*_told(rules, [verified[0].station.kind], Area(), verified, today), *days, *(_where(rules) if asks else [])]
    else:
        parts = [rules.phrase("stations_ask", kind=rules.library.station_kinds.kinds[kinds[0]].name, example=_example(rules)), *days]
    return _done(rules, item, facet, "\n".join([*parts, *_next(rules, item, today)]), verified, None, buttons)


def elsewhere(rules: Rules, item: str, facet: str | None, kinds: Kinds, place: str, today: date) -> Computed:
    """Another province: kindly told so, with the national doors, and what is verified there."""
    found = nearby.elsewhere(rules.library.stations, kinds, place, _province(rules))
    parts = [
        rules.phrase("stations_elsewhere", province=_province(rules), place=place, phone=rules.phone(today), doors=_doors(rules, today)),
        *([rules.phrases["stations_elsewhere_known"]] if found else []),
        *(station_cards.line(rules, f, None) for f in found),
    ]
    return _done(rules, item, facet, "\n".join(parts), found, None, _buttons(rules, item, today))


def far_away(rules: Rules, item: str | None, today: date) -> Computed:
    """A position outside of the province: kindly told so, with the national doors."""
    text = rules.phrase("location_far", province=_province(rules), phone=rules.phone(today), doors=_doors(rules, today))
    return _done(rules, item or rules.library.station_kinds.offered[0], "contact", text, (), None, _offers(rules))


def offices(rules: Rules, kinds: Kinds, place: str, today: date) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Where to go from a place, by its full name: a line and a map each, for a sheet; nothing when no place or kind is asked for."""
    if not place or not kinds:
        return
    area = divisions.named(rules.library.counties, place)
    if area is None:
        values = {"province": _province(rules), "place": place, "phone": rules.phone(today), "doors": _doors(rules, today)}
        yield _plain(rules.phrase("stations_elsewhere", **values)), None
        return
    found = _near(rules, kinds, area)
    known = [f for f in found if not f.station.is_unverified]
    if not known:
        yield _plain(_unverified(rules, kinds[0], area, found, today)), None
    for each in known:
        text = _plain(station_cards.line(rules, each, None)).removeprefix("- ")
        yield text, station_cards.map_of(rules, each.station)


def _plain(text: str) -> str:
    """Words without the marks of bold, in one line."""
    return text.replace("**", "").replace("\n", "")


def _phones(rules: Rules, today: date) -> str:
    """The two hotlines that help anywhere."""
    return " 或 ".join(rules.fact(name, today) for name in rules.library.desk.hotlines[:2])


def _near(rules: Rules, kinds: Kinds, area: Area, position: Pair | None = None, limit: int = nearby.LIMIT) -> list[Found]:
    """The nearest, without those of which only is known that each prefecture has one, where another of the kind is better known."""
    found = nearby.nearest(rules.library.stations, kinds, _province(rules), area, position, limit)
    better = {f.station.kind for f in found if not f.station.is_unverified}
    return [f for f in found if not (_is_bare(rules, f) and f.station.kind in better)]


def _is_bare(rules: Rules, found: Found) -> bool:
    """Whether nothing is known but that there is one, as in each prefecture."""
    return found.station.is_unverified and rules.library.station_kinds.kinds[found.station.kind].standing


def _told(rules: Rules, kinds: Kinds, area: Area, found: Sequence[Found], today: date, at: datetime | None = None) -> Iterator[str]:
    """The answer first: the nearest with address or phone; else that one exists and who to ask; then the others."""
    own = [f for f in found if f.station.kind == kinds[0]]
    if own and not own[0].station.is_unverified:
        yield rules.phrase("station_first", name=own[0].station.name, detail=station_cards.detail(rules, own[0], at))
        said = own[:1]
    else:
        yield _unverified(rules, kinds[0], area, own, today)
        said = own if len(own) == 1 else []
    yield from (station_cards.line(rules, f, at) for f in found if f not in said and not _is_bare(rules, f))


def _unverified(rules: Rules, kind: str, area: Area, own: Sequence[Found], today: date) -> str:
    """That stations exist, or are not known, and who to ask. What is known of a prefecture is not said of its county."""
    about, ask = rules.library.station_kinds.kinds[kind], _phones(rules, today)
    here = any(f.station.county == area.county for f in own)
    if about.standing and area.county and not here:
        return rules.phrase("stations_standing_county", place=area.prefecture, county=area.county, kind=about.name, phones=ask)
    if about.standing:
        return rules.phrase("stations_standing", place=area.name, kind=about.name, phones=ask)
    if len(own) == 1:
        return rules.phrase("stations_one", name=own[0].station.name, phones=ask)
    if own:
        return rules.phrase("stations_some", place=area.name if here else area.prefecture, kind=about.name, phones=ask)
    return rules.phrase("stations_none", place=area.name, kind=about.name, phones=ask)


def _done(
    rules: Rules, item: str, facet: str | None, text: str, found: Sequence[Found], at: datetime | None, buttons: Sequence[Choice]
) -> Computed:  # fmt: skip
    cards = tuple(station_cards.card(rules, f, at) for f in found[: station_cards.CARDS])
    line = station_cards.source_line(rules, found)
    reply = Reply(text, tuple(buttons), cards, station_cards.sources(rules, found), line, item, facet)
    return Computed(reply, {"kind": "stations", "stations": [station_cards.entry(rules, f, at) for f in found]}, item, facet or OVERVIEW)


def _sourced(rules: Rules, done: Computed, today: date) -> Computed:
    """With the sources of the catalogue's answer: that nothing is verified stands there."""
    base = telling.answer(rules, done.item, "contact", today, today)
    if base is None or done.reply is None:
        return done
    return replace(done, reply=replace(done.reply, sources=base.sources, source_line=base.source_line))


def _next(rules: Rules, item: str, today: date) -> list[str]:
    """What the catalogue says to do now for the item's contact."""
    entry = rules.library.catalog.items.get(item)
    answer = entry.answer("contact", today) if entry else None
    return [fill(rules.library.catalog, answer.next, today)] if answer else []


def _buttons(rules: Rules, item: str, today: date, with_position: bool = False) -> tuple[Choice, ...]:
    base = telling.answer(rules, item, "contact", today, today)
    ask = (Choice(choices.POSITION, rules.phrases["position"]),) if with_position else ()
    return (*ask, *(base.choices[:_BUTTONS] if base else ()))


def _offers(rules: Rules) -> tuple[Choice, ...]:
    return telling.item_buttons(rules, [(item, "contact") for item in rules.library.station_kinds.offered])


def _where(rules: Rules) -> list[str]:
    return [rules.phrase("stations_place", example=_example(rules))]


def _example(rules: Rules) -> str:
    return rules.library.counties[0].name


def _province(rules: Rules) -> str:
    return rules.library.catalog.catalog.province


def _doors(rules: Rules, today: date) -> str:
    """National lines beside the first, by name and number."""
    facts = rules.library.catalog.facts
    return "，".join(f"{facts[name].label} {rules.fact(name, today)}" for name in rules.library.desk.hotlines[1:])
