"""Kinds of stations, which items ask for them, and what a sound set of stations is."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from knowledge import divisions, geo, table
from knowledge.catalog import Text
from knowledge.divisions import Division
from knowledge.loader import DataError, Fault, Record
from knowledge.stations import COLUMNS, Station, first_day, parsed


class Kind(Record):
    """One kind of station. `standing`: there is one in each prefecture, also where we don't know its address."""

    name: Text
    short: Text
    standing: bool = False
    words: tuple[Text, ...] = ()


class StationKinds(Record):
    """station_kinds.yaml."""

    kinds: dict[str, Kind] = Field(min_length=1)
    items: dict[str, tuple[str, ...]]
    offered: tuple[str, ...] = ()
    where: tuple[Text, ...]
    near: tuple[Text, ...] = ()
    other: tuple[Text, ...]
    weekend: tuple[Text, ...] = ()
    around: Text
    columns: dict[str, Text]

    def asked(self, item: str, text: str) -> tuple[str, ...]:
        """The kinds that a question is about: those of its item, else those it names by a word of their own."""
        return self.items.get(item) or self.named(text)

    def named(self, text: str) -> tuple[str, ...]:
        """The kinds that a text names by a word of their own."""
        return tuple(kind for kind, about in self.kinds.items() if any(word in text for word in about.words))

    def asks_where(self, text: str) -> bool:
        """Whether a text asks where something is, or how to reach it."""
        return self._found("where", text) or self.asks_near(text)

    def asks_near(self, text: str) -> bool:
        """Whether a text asks for what is near."""
        return self._found("near", text)

    def asks_other(self, text: str) -> bool:
        """Whether a text asks what a station is or does, not where."""
        return self._found("other", text)

    def asks_weekend(self, text: str) -> bool:
        """Whether a text asks for the weekend."""
        return self._found("weekend", text)

    def is_around(self, rest: str) -> bool:
        """Whether what is left of a message without its place says nothing more."""
        return all(character in self.around or not character.isalnum() for character in rest)

    def _found(self, words: str, text: str) -> bool:
        return re.search("|".join(getattr(self, words)) or "(?!)", text) is not None

    @field_validator("where", "near", "other", "weekend")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"不是合法的正则式：{pattern}（{error}）") from error
        return value

    def faults(self, items: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """(key, what is wrong): kinds and items that do not exist."""
        for item, kinds in self.items.items():
            if item not in items:
                yield ["items", item], f"没有这个事项：{item}"
            yield from ((["items", item], f"没有这个类别：{kind}") for kind in kinds if kind not in self.kinds)
        yield from ((["offered"], f"没有对应的类别：{item}") for item in self.offered if item not in self.items)
        yield from ((["columns"], f"没有写 {column} 叫什么") for column in COLUMNS if column not in self.columns)
        yield from ((["columns", column], "没有这一列") for column in self.columns if column not in COLUMNS)


class Wrong(NamedTuple):
    """What is wrong in a record."""

    id: str
    column: str
    reason: str


class Known(NamedTuple):
    """What stations are checked against. `today` is the day of the check."""

    kinds: Mapping[str, Kind]
    province: str
    counties: Sequence[Division]
    today: date


def load(path: Path, known: Known) -> tuple[Station, ...]:
    """The stations of a file. Raises DataError with line, column and reason of everything wrong."""
    rows, shape = table.read(path, COLUMNS)
    found, wrong = parsed(rows)
    lines = {row.cells["id"]: row.number for row in rows}
    faults = [Fault(path.name, w.column, w.reason, w.number or None) for w in (*shape, *wrong)]
    faults += [Fault(path.name, w.column, w.reason, lines.get(w.id)) for w in check(found, known)]
    if faults:
        raise DataError(faults)
    return found


def check(stations: Sequence[Station], known: Known) -> list[Wrong]:
    """Everything wrong in a set of stations; files and published changes pass the same."""
    twice = [id for id, count in Counter(s.id for s in stations).items() if count > 1]
    wrong = [Wrong(id, "id", "编号重复") for id in twice]
    return wrong + [Wrong(s.id, *found) for s in stations for found in _wrong(s, known)]


def _wrong(station: Station, known: Known) -> Iterator[tuple[str, str]]:
    if station.kind not in known.kinds:
        yield "kind", f"没有这个类别：{station.kind}"
    if station.province == known.province:
        yield from _misplaced(station, known)
    if station.as_of and first_day(station.as_of) > known.today:
        yield "as_of", "核对日期在今天以后"
    if station.source_url and urlsplit(station.source_url).scheme not in ("http", "https"):
        yield "source_url", "应为 http 或 https 网址"
    yield from _position(station, known)


def _misplaced(station: Station, known: Known) -> Iterator[tuple[str, str]]:
    """A prefecture or county of ours that does not exist, or is missing where the station serves only it."""
    prefectures = {d.prefecture for d in known.counties}
    if station.prefecture and station.prefecture not in prefectures:
        yield "prefecture", f"没有这个市州：{station.prefecture}（要写全称）"
    elif station.county and not any((d.prefecture, d.county) == (station.prefecture, station.county) for d in known.counties):
        yield "county", f"{station.prefecture or '（没写市州）'}没有这个县区：{station.county}（要写全称）"
    if station.reach in ("市州", "县区") and not station.prefecture:
        yield "prefecture", "服务范围是市州或县区的，要写所在市州"
    if station.reach == "县区" and not station.county:
        yield "county", "服务范围是县区的，要写所在县区"


def _position(station: Station, known: Known) -> Iterator[tuple[str, str]]:
    lat, lon = station.lat, station.lon
    if (lat is None) != (lon is None):
        yield "lat", "纬度和经度要么都填，要么都空着"
    elif lat is None or lon is None:
        if station.datum:
            yield "datum", "没有坐标就不填坐标系"
    elif geo.is_swapped(lat, lon):
        yield "lat", "纬度和经度写反了"
    elif not geo.is_position(lat, lon):
        yield "lat", "不是有效的坐标"
    elif not station.datum:
        yield "datum", "有坐标就要写坐标系（wgs84 手机定位，gcj02 高德或腾讯，bd09 百度）"
    elif station.province == known.province and not _is_there(station, known):
        yield "lat", "坐标离所在市州、县区太远"


def _is_there(station: Station, known: Known) -> bool:
    """Whether the position lies within reach of the seat of its county, or of one of its prefecture's."""
    wgs = station.wgs
    seats = [d for d in known.counties if station.prefecture in ("", d.prefecture) and station.county in ("", d.county)]
    return wgs is None or not seats or divisions.nearest(seats, wgs.lat, wgs.lon)[1]
