"""The province's prefectures and counties with a representative point each: enough to say where somebody is, not to navigate."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple

from knowledge.geo import Box
from knowledge.loader import DataError, Fault

EARTH_KM = 6371.0
# Farther than this from every county seat is outside of the province (its widest counties are about 200 km across).
REACH_KM = 120.0
_MARGIN = 1.5  # degrees round the county seats that belong to the province's box: REACH_KM and a little


@dataclass(frozen=True, slots=True)
class Division:
    """A county, or a prefecture without counties; lon and lat are WGS-84 degrees of its seat."""

    code: str
    prefecture: str
    county: str
    lat: float
    lon: float

    @property
    def name(self) -> str:
        """Prefecture and county, as a place is shown."""
        return self.prefecture + self.county


class Area(NamedTuple):
    """A part of the province: the whole when both are empty, a prefecture when only the county is."""

    prefecture: str = ""
    county: str = ""

    @property
    def name(self) -> str:
        """As a place is shown; empty for the whole province."""
        return self.prefecture + self.county


def load(path: Path) -> tuple[Division, ...]:
    """Counties, and prefectures without counties. Source: GB/T 2260 codes, coordinates of government seats (2025-01)."""
    found: list[Division] = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                if row["prefecture"] and row["lat_wgs84"]:
                    found.append(Division(row["code"], row["prefecture"], row["county"], float(row["lat_wgs84"]), float(row["lng_wgs84"])))
            except (KeyError, ValueError) as error:
                raise DataError([Fault(path.name, "lat_wgs84", str(error), number)]) from error
    divided = {division.prefecture for division in found if division.county}
    return tuple(division for division in found if division.county or division.prefecture not in divided)


def names(path: Path) -> dict[str, str]:
    """Code → full name: prefecture and county, or the province's."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["prefecture"] + row["county"] or row["province"] for row in csv.DictReader(file)}


def nearest(divisions: Sequence[Division], lat: float, lon: float) -> tuple[Division, bool]:
    """(the nearest division, whether the point lies within reach of it)."""
    best = min(divisions, key=lambda division: distance_km(lat, lon, division.lat, division.lon))
    return best, distance_km(lat, lon, best.lat, best.lon) <= REACH_KM


def area(divisions: Sequence[Division], code: str) -> Area | None:
    """What a six-digit code means in the province; None for a place elsewhere."""
    for division in divisions:
        if division.code == code:
            return Area(division.prefecture, division.county)
    for division in divisions:
        if code.endswith("00") and division.code[:4] == code[:4]:
            return Area(division.prefecture)
    return Area() if code.endswith("0000") and any(d.code[:2] == code[:2] for d in divisions) else None


def named(divisions: Sequence[Division], name: str) -> Area | None:
    """The prefecture or county of a full name; None for a place elsewhere."""
    found = next((d for d in divisions if d.name == name), None)
    if found:
        return Area(found.prefecture, found.county)
    return Area(name) if any(d.prefecture == name for d in divisions) else None


def box(divisions: Sequence[Division]) -> Box:
    """The service area's own box: points beyond it are elsewhere, and no map shifts them for us."""
    lats, lons = [d.lat for d in divisions], [d.lon for d in divisions]
    return Box(min(lats) - _MARGIN, min(lons) - _MARGIN, max(lats) + _MARGIN, max(lons) + _MARGIN)


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance by the haversine formula, a sphere of 6371 km."""
    a = sin(radians(lat2 - lat1) / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, a)))
