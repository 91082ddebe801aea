"""The province's prefectures and counties with a representative point each: enough to say where somebody is, not to navigate."""

import csv
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from knowledge.loader import DataError, Fault

EARTH_KM = 6371.0
# Farther than this from every county seat is outside of the province (its widest counties are about 200 km across).
REACH_KM = 120.0


@dataclass(frozen=True, slots=True)
class Division:
    """A prefecture or county; lon and lat are WGS-84 degrees of its seat."""

    code: str
    name: str
    lat: float
    lon: float


def load(path: Path) -> tuple[Division, ...]:
    """Counties, and prefectures without counties. Source: GB/T 2260 codes, coordinates of government seats (2025-01)."""
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                if row["level"] != "省" and row["lat_wgs84"] and (row["county"] or row["prefecture"] == "嘉峪关市"):
                    found.append(Division(row["code"], row["prefecture"] + row["county"], float(row["lat_wgs84"]), float(row["lng_wgs84"])))
            except (KeyError, ValueError) as error:
                raise DataError([Fault(path.name, "lat_wgs84", str(error), number)]) from error
    return tuple(found)


def names(path: Path) -> dict[str, str]:
    """Code → full name: prefecture and county, or the province's."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["prefecture"] + row["county"] or row["province"] for row in csv.DictReader(file)}


def nearest(divisions: tuple[Division, ...], lat: float, lon: float) -> tuple[str, bool]:
    """(name of the nearest division, whether the point lies within reach of it)."""
    distances = ((distance_km(lat, lon, d.lat, d.lon), d.name) for d in divisions)
    best, name = min(distances)
    return name, best <= REACH_KM


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance by the haversine formula, a sphere of 6371 km."""
    a = sin(radians(lat2 - lat1) / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, a)))
