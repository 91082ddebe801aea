"""Coordinates from one datum to another, and links that open a map. WGS-84 inside; converted once at each edge. Pure.

Formulas and constants: the published approximation of GCJ-02 that `coord-convert` 0.2.1 and `gcoord` 1.0.7 use too.
"""

from collections.abc import Callable, Mapping
from math import atan2, cos, isfinite, pi, radians, sin, sqrt
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

Datum = Literal["wgs84", "gcj02", "bd09"]
_AXIS = 6378245.0  # metres
_ECCENTRICITY = 0.00669342162296594323
_TURN = pi * 3000.0 / 180.0
_ROUNDS = 4  # of the reverse: more than enough for 1e-7° (1 cm)


class Pair(NamedTuple):
    """Degrees in a datum that the variable's name says."""

    lat: float
    lon: float


class Box(NamedTuple):
    """A rectangle of degrees."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, at: Pair) -> bool:
        """Whether a point lies inside, the border included."""
        return self.south <= at.lat <= self.north and self.west <= at.lon <= self.east


# The usual box; it also covers Singapore, Hanoi, Seoul, Ulaanbaatar. A service area of one province has its own (divisions.box).
COUNTRY = Box(0.8293, 72.004, 55.8271, 137.8347)


def is_position(lat: float, lon: float) -> bool:
    """Whether these can be degrees at all; (0, 0) is what devices send when they know nothing."""
    return isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0)


def is_swapped(lat: float, lon: float) -> bool:
    """Whether the order was mistaken: in China the greater number is the longitude."""
    return COUNTRY.holds(Pair(lon, lat)) and not COUNTRY.holds(Pair(lat, lon))


def wgs_to_gcj(wgs: Pair, area: Box = COUNTRY) -> Pair:
    """GCJ-02 of a WGS-84 point; the same point outside of the area, where no map shifts."""
    if not area.holds(wgs):
        return wgs
    x, y = wgs.lon - 105.0, wgs.lat - 35.0
    m = 1 - _ECCENTRICITY * sin(radians(wgs.lat)) ** 2
    lat_metre = 180.0 / (_AXIS * (1 - _ECCENTRICITY) / (m * sqrt(m)) * pi)
    lon_metre = 180.0 / (_AXIS / sqrt(m) * cos(radians(wgs.lat)) * pi)
    return Pair(wgs.lat + _north(x, y) * lat_metre, wgs.lon + _east(x, y) * lon_metre)


def gcj_to_wgs(gcj: Pair, area: Box = COUNTRY) -> Pair:
    """WGS-84 of a GCJ-02 point, by the fixed point: there is no closed form."""
    return _undone(lambda wgs: wgs_to_gcj(wgs, area), gcj)


def gcj_to_bd(gcj: Pair) -> Pair:
    """BD-09 of a GCJ-02 point."""
    z = sqrt(gcj.lon**2 + gcj.lat**2) + 2e-5 * sin(gcj.lat * _TURN)
    angle = atan2(gcj.lat, gcj.lon) + 3e-6 * cos(gcj.lon * _TURN)
    return Pair(z * sin(angle) + 0.006, z * cos(angle) + 0.0065)


def bd_to_gcj(bd: Pair) -> Pair:
    """GCJ-02 of a BD-09 point."""
    return _undone(gcj_to_bd, bd)


def to_wgs(at: Pair, datum: Datum, area: Box = COUNTRY) -> Pair:
    """WGS-84 of a point in any datum."""
    if datum == "wgs84":
        return at
    return gcj_to_wgs(bd_to_gcj(at) if datum == "bd09" else at, area)


def _undone(forward: Callable[[Pair], Pair], image: Pair) -> Pair:
    """The point whose image this is: w ← w − (f(w) − image)."""
    w = image
    for _ in range(_ROUNDS):
        there = forward(w)
        w = Pair(w.lat - (there.lat - image.lat), w.lon - (there.lon - image.lon))
    return w


def _waves(v: float, first: float, second: float, third: tuple[float, float], fourth: tuple[float, float]) -> float:
    slow = third[0] * sin(v * pi / third[1]) + fourth[0] * sin(v * pi / fourth[1])
    return (first * sin(v * pi) + second * sin(v * pi / 3) + slow) * 2 / 3


def _ripple(x: float) -> float:
    return (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3


def _north(x: float, y: float) -> float:
    """Metres to the north."""
    plane = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    return plane + _ripple(x) + _waves(y, 20, 40, (160, 12), (320, 30))


def _east(x: float, y: float) -> float:
    """Metres to the east."""
    plane = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    return plane + _ripple(x) + _waves(x, 20, 40, (150, 12), (300, 30))


APP = "zhiwen"
_NAME_LIMIT = 40
_TENCENT_SEPARATORS = str.maketrans("", "", "|;:")


def map_links(name: str, address: str, wgs: Pair) -> Mapping[str, str]:
    """Links without a key: map → address. They open the app on a phone, else the page."""
    lat, lon = (f"{degrees:.6f}" for degrees in wgs_to_gcj(wgs))
    title, where = name[:_NAME_LIMIT], (address or name)[:_NAME_LIMIT]
    marker = f"coord:{lat},{lon};title:{title.translate(_TENCENT_SEPARATORS)};addr:{where.translate(_TENCENT_SEPARATORS)}"
    baidu = {"location": f"{lat},{lon}", "title": title, "content": where, "output": "html", "coord_type": "gcj02", "src": f"webapp.{APP}.{APP}"}
    return {
        "amap": _link(
            "https://uri.amap.com/marker", {"position": f"{lon},{lat}", "name": title, "src": APP, "coordinate": "gaode", "callnative": "1"}
        ),
        "tencent": _link("https://apis.map.qq.com/uri/v1/marker", {"marker": marker, "referer": APP}),
        "baidu": _link("https://api.map.baidu.com/marker", baidu),
    }


def marked(url: str) -> Pair | None:
    """The position that a link of `map_links` to amap marks; None for any other address."""
    parts = urlsplit(url)
    position = parse_qs(parts.query).get("position", [""])[0] if parts.netloc == "uri.amap.com" else ""
    try:
        lon, lat = (float(degrees) for degrees in position.split(","))
    except ValueError:
        return None
    return gcj_to_wgs(Pair(lat, lon)) if is_position(lat, lon) else None


def _link(page: str, values: Mapping[str, str]) -> str:
    return page + "?" + "&".join(f"{key}={quote(value, safe='')}" for key, value in values.items())
