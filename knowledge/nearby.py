"""Which stations to name for a place or a position, the best first. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from knowledge import divisions
from knowledge.divisions import Area
from knowledge.geo import Pair
from knowledge.stations import Station

LIMIT = 5
NEAR_KM = 50.0  # a station across the prefecture's border is named too when it is as near as this


class Found(NamedTuple):
    """A station, and how far it is from the position as the crow flies; None when either is unknown."""

    station: Station
    km: float | None = None


def nearest(
    stations: Sequence[Station], kinds: Sequence[str], province: str, area: Area, position: Pair | None = None, limit: int = LIMIT
) -> tuple[Found, ...]:  # fmt: skip
    """Stations of these kinds for an area of the province.

    Those with a distance come first, by distance; those without are listed under their prefecture, the same county first, and what
    serves the whole province after them. The first kind asked for goes before the others, what can be reached before what only exists.
    """
    local = [Found(s, _km(s, position)) for s in stations if s.province == province and s.kind in kinds]
    named = [found for found in local if _is_for(found, area)]
    return tuple(sorted(named, key=lambda found: _order(found, kinds, area.county))[:limit])


def elsewhere(stations: Sequence[Station], kinds: Sequence[str], place: str, province: str, limit: int = LIMIT) -> tuple[Found, ...]:
    """What is verified of these kinds in a place outside of the province: the same prefecture, nothing that nobody checked."""
    known = [s for s in stations if s.province != province and s.kind in kinds and s.confidence == "已核对"]
    return tuple(Found(s) for s in known if s.prefecture and place.startswith(s.place.removesuffix(s.county)))[:limit]


def _km(station: Station, position: Pair | None) -> float | None:
    wgs = station.wgs
    return divisions.distance_km(*position, *wgs) if position and wgs else None


def _is_for(found: Found, area: Area) -> bool:
    station = found.station
    if station.reach == "全省" or (found.km is not None and found.km <= NEAR_KM):
        return True
    return bool(area.prefecture) and station.prefecture == area.prefecture


def _order(found: Found, kinds: Sequence[str], county: str) -> tuple[int, bool, bool, float, bool, bool, str]:
    """What can be reached goes before what only exists."""
    station = found.station
    whole, other = station.reach == "全省", station.county != county
    return kinds.index(station.kind), station.is_unverified, found.km is None, found.km or 0.0, whole, other, station.id
