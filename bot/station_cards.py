"""How a station is told: a line, a card, an entry of the result. What is unknown is said to be so. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot import choices, office_days
from bot.model import Action, Card, SourceNote
from bot.rules import Rules
from knowledge import geo
from knowledge.answers import CHECKED
from knowledge.catalog_check import official
from knowledge.nearby import Found
from knowledge.opening import State
from knowledge.stations import Station

CARDS = 3
_KILOMETRE = 1000


def state(rules: Rules, found: Found, at: datetime | None) -> State | None:
    """Open or not, only where the station's place and hours are known, and only for a time."""
    opening = found.station.opening
    if at is None or opening is None or found.station.wgs is None:
        return None
    return opening.at(at, rules.library.workdays)


def entry(rules: Rules, found: Found, at: datetime | None) -> dict[str, object]:
    """The station as told to a program."""
    station = found.station
    known: dict[str, object] = {
        "name": station.name, "kind": station.kind, "address": station.address or None, "phone": station.phone or None,
        "confidence": station.confidence, "as_of": station.as_of or None,
    }  # fmt: skip
    if found.km is not None:
        known["distance_km"] = round(found.km, 1)
    now = state(rules, found, at)
    return known if now is None else known | {"open": now.is_open}


def line(rules: Rules, found: Found, at: datetime | None) -> str:
    """A station as a line of a list."""
    return rules.phrase("station_line", name=found.station.name, detail=detail(rules, found, at))


def detail(rules: Rules, found: Found, at: datetime | None) -> str:
    """Address, phone, hours, distance in one line; what nobody verified is said to be so."""
    station, phrases = found.station, rules.phrases
    if station.is_unverified:
        return phrases["station_pending"]
    parts = [rules.phrase("station_address", value=station.address or phrases["station_unknown"])]
    parts.append(rules.phrase("station_phone", value=station.phone or phrases["station_unknown"]))
    parts += [rules.phrase("station_hours", value=station.hours)] if station.hours else []
    parts += [distance(rules, found.km)] if found.km is not None else []
    parts += [now(rules, told)] if (told := state(rules, found, at)) else []
    parts += [phrases["station_unverified"]] if station.confidence == "存疑" else []
    return "；".join(parts)


def card(rules: Rules, found: Found, at: datetime | None) -> Card:
    """A station's own card, with maps where its place is known, and a button for what is wrong in it."""
    return Card("station", found.station.name, tuple(_lines(rules, found, at)), tuple(_actions(rules, found.station)))


def _lines(rules: Rules, found: Found, at: datetime | None) -> Iterator[str]:
    station, unknown = found.station, rules.phrases["station_unknown"]
    yield rules.phrase("station_address", value=station.address or unknown)
    yield rules.phrase("station_phone", value=station.phone or unknown)
    yield rules.phrase("station_hours", value=station.hours or unknown)
    if told := state(rules, found, at):
        yield rules.phrase("station_now", value=now(rules, told))
    if found.km is not None:
        yield rules.phrase("station_distance", value=distance(rules, found.km))
    if station.services:
        yield rules.phrase("station_services", value=station.services)
    if station.note:
        yield rules.phrase("station_note", value=station.note)
    yield rules.phrase("station_checked", as_of=station.as_of or rules.phrases["station_undated"], confidence=station.confidence)


def _actions(rules: Rules, station: Station) -> Iterator[Action]:
    if station.wgs:
        for name, url in geo.map_links(station.name, station.address, station.wgs).items():
            yield Action(rules.phrases[f"map_{name}"], url=url)
    if not station.is_unverified:
        yield Action(rules.phrases["station_flag"], choice=choices.contact_choice(station.id))


def map_of(rules: Rules, station: Station) -> tuple[str, str] | None:
    """Label and link of one map; None where the place is not known."""
    links = geo.map_links(station.name, station.address, station.wgs) if station.wgs else {}
    return next(((f"{station.name}（{rules.phrases[f'map_{name}']}）", url) for name, url in links.items()), None)


def now(rules: Rules, told: State) -> str:
    """Whether it is open, until when, or when it opens."""
    if told.is_open and told.until:
        return rules.phrase("station_open", until=f"{told.until:%-H:%M}")
    if told.opens is None:
        return rules.phrases["station_shut"]
    return rules.phrase("station_closed", opens=f"{office_days.shown(told.opens.date())}{told.opens:%-H:%M}")


def distance(rules: Rules, km: float) -> str:
    """As the crow flies: tens of metres below a kilometre, then a tenth of one."""
    metres = round(km * _KILOMETRE, -1)
    return rules.phrase("station_metres", metres=f"{metres:.0f}") if metres < _KILOMETRE else rules.phrase("station_kilometres", km=f"{km:.1f}")


def sources(rules: Rules, found: Sequence[Found]) -> tuple[SourceNote, ...]:
    """Each source once; a link only to an official site."""
    undated = rules.phrases["station_undated"]
    noted: dict[str, SourceNote] = {}
    for station in (f.station for f in found):
        url = station.source_url if station.source_url and official(station.source_url, rules.library.hosts) else None
        noted.setdefault(station.source, SourceNote(station.source, station.as_of or undated, station.confidence, None, url))
    return tuple(noted.values())


def source_line(rules: Rules, found: Sequence[Found]) -> str:
    """依据：… for channels that show plain text; each source with its own day."""
    undated = rules.phrases["station_undated"]
    titles = {f.station.source: f"{f.station.source}，{f.station.as_of or undated} {CHECKED[f.station.confidence]}" for f in found}
    return "依据：" + "；".join(titles.values()) if titles else ""
