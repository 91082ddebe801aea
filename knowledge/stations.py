"""Counters that a citizen can go to or call, one record each; what is unknown stays empty and is told to be so."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationError, field_validator

from knowledge import geo, opening, table
from knowledge.geo import Datum, Pair
from knowledge.loader import Record
from knowledge.table import FORMULA, Line, Row, Wrong

ID = re.compile(r"[a-z][a-z0-9_]{2,35}")
AS_OF = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
REACHES = ("全国", "全省", "市州", "县区")
CONFIDENCES = ("已核对", "常识", "存疑")
DATUMS = ("wgs84", "gcj02", "bd09")
_PHONE = re.compile(r"[0-9０-９\-—/、；;，,()（） 转\u4e00-\u9fff]+")


def _degrees(value: object) -> float | None:
    if value in ("", None):
        return None
    if str(value).startswith(FORMULA):
        raise ValueError("不能以 = + - @ 开头")
    try:
        return float(str(value))
    except ValueError:
        raise ValueError("应为度数，如 36.061089") from None


Degrees = Annotated[float | None, BeforeValidator(_degrees)]


class Station(Record):
    """One counter, office, station or line. `lat`, `lon` as received, in `datum`. `as_of`: day, month or year of the source; empty when undated."""

    id: Line
    kind: Line
    name: Line
    reach: Line
    province: Line
    prefecture: Line = ""
    county: Line = ""
    address: Line = ""
    phone: Line = ""
    hours: Line = ""
    services: Line = ""
    lat: Degrees = None
    lon: Degrees = None
    datum: Line = ""
    source: Line
    source_url: Line = ""
    as_of: Line = ""
    confidence: Line
    note: Line = ""

    @field_validator("id")
    @classmethod
    def _plain_id(cls, value: str) -> str:
        return _matching(value, ID, "应为小写字母开头的字母、数字、下划线，3–36 个")

    @field_validator("name", "source", "province")
    @classmethod
    def _filled(cls, value: str) -> str:
        return _matching(value, re.compile(".+"), "不能为空")

    @field_validator("reach", "confidence", "datum")
    @classmethod
    def _listed(cls, value: str, about: Any) -> str:
        known = {"reach": REACHES, "confidence": CONFIDENCES, "datum": ("", *DATUMS)}[about.field_name]
        if value not in known:
            raise ValueError(f"应为 {'、'.join(k for k in known if k)} 之一")
        return value

    @field_validator("phone")
    @classmethod
    def _callable(cls, value: str) -> str:
        if value and not (_PHONE.fullmatch(value) and re.search(r"\d{3}", value)):
            raise ValueError("不像电话号码")
        return value

    @field_validator("as_of")
    @classmethod
    def _dated(cls, value: str) -> str:
        if value:
            _matching(value, AS_OF, "应为 YYYY-MM-DD、YYYY-MM 或 YYYY")
            first_day(value)
        return value

    @cached_property
    def wgs(self) -> Pair | None:
        """Where it is, WGS-84; None when unknown."""
        if self.lat is None or self.lon is None:
            return None
        datum: Datum = "gcj02" if self.datum == "gcj02" else "bd09" if self.datum == "bd09" else "wgs84"
        return geo.to_wgs(Pair(self.lat, self.lon), datum)

    @cached_property
    def opening(self) -> "opening.Opening | None":
        """Its hours as a rule; None when unknown or not to be read for certain."""
        return opening.parse(self.hours) if self.hours else None

    @property
    def place(self) -> str:
        """As places elsewhere are shown: province, prefecture, county, each once."""
        return "".join(dict.fromkeys(part for part in (self.province, self.prefecture, self.county) if part))

    @property
    def is_unverified(self) -> bool:
        """Whether neither address nor phone is known: it exists, and that is all."""
        return not self.address and not self.phone


COLUMNS = tuple(Station.model_fields)


def _matching(value: str, pattern: re.Pattern[str], otherwise: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(otherwise)
    return value


def first_day(as_of: str) -> date:
    """The first day of a day, month or year. Raises ValueError when there is no such day."""
    try:
        return date.fromisoformat((as_of + "-01-01")[:10])
    except ValueError:
        raise ValueError("没有这一天") from None


def parsed(rows: Iterable[Row]) -> tuple[tuple[Station, ...], tuple[Wrong, ...]]:
    """Records of those rows that can be read, and what is wrong in the others."""
    found, wrong = [], []
    for row in rows:
        try:
            found.append(Station.model_validate(dict(row.cells)))
        except ValidationError as error:
            wrong += [Wrong(row.number, column, reason) for column, reason in table.why(error)]
    return tuple(found), tuple(wrong)


def cells(station: Station) -> list[str]:
    """A record as the cells of a row."""
    return [shown(getattr(station, column)) for column in COLUMNS]


def shown(value: object) -> str:
    """A value as written in a cell; degrees with at most six decimals (0.1 m)."""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def written(stations: Iterable[Station]) -> str:
    """The whole file, the same for the same records: in the order of their ids."""
    return table.written(COLUMNS, (cells(station) for station in sorted(stations, key=lambda s: s.id)))
