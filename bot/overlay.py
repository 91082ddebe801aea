"""Published changes laid over the files' data, checked by the same check: what `decide` answers from while the service runs. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from pydantic import ValidationError

from bot.ports import Revision
from bot.rules import Rules
from knowledge import station_kinds
from knowledge.calendar_days import Day
from knowledge.library import Library
from knowledge.loader import DataError, Fault, Record
from knowledge.patents import Patent, faults
from knowledge.station_kinds import Known
from knowledge.stations import Station

STATIONS, CALENDAR, PATENTS = "stations", "calendar", "patents"
KINDS = (STATIONS, CALENDAR, PATENTS)
NAMES: Mapping[str, str] = {STATIONS: "网点", CALENDAR: "放假安排", PATENTS: "专利清单"}
M = TypeVar("M", bound=Record)


class StationChanges(Record):
    """What differs from stations.csv: records added or replaced, and ids of records taken away."""

    stations: tuple[Station, ...] = ()
    removed: tuple[str, ...] = ()


class CalendarChanges(Record):
    """Whole years of the schedule of days off; each replaces that year of calendar_days.csv."""

    days: tuple[Day, ...] = ()


class PatentList(Record):
    """The whole list of patents to be had; there is none in the files."""

    patents: tuple[Patent, ...] = ()


def laid_over(base: Rules, active: Mapping[str, Revision], today: date) -> Rules:
    """The files' rules with what is published on top; its revision names the numbers. Raises DataError naming the revision that is wrong."""
    library = base.library
    if STATIONS in active:
        library = _with_stations(library, active[STATIONS], today)
    if CALENDAR in active:
        days = _parsed(CalendarChanges, active[CALENDAR]).days
        library = replace(library, workdays=library.workdays.with_years(days))
    if PATENTS in active:
        library = _with_patents(library, active[PATENTS], today)
    return replace(base, library=library, revision=named(base, active))


def named(base: Rules, active: Mapping[str, Revision]) -> str:
    """The snapshot's revision: the files' and the numbers on top."""
    return base.revision + "".join(f"+{kind}.{active[kind].number}" for kind in KINDS if kind in active)


def _with_stations(library: Library, revision: Revision, today: date) -> Library:
    stations = merged(library.stations, _parsed(StationChanges, revision))
    wrong = station_kinds.check(stations, known(library, today))
    if wrong:
        raise DataError(Fault(called(revision), f"{w.id}.{w.column}", w.reason) for w in wrong)
    return replace(library, stations=stations)


def _with_patents(library: Library, revision: Revision, today: date) -> Library:
    patents = _parsed(PatentList, revision).patents
    wrong = [(p.number, *fault) for p in patents for fault in faults(p, library.patent_rules, today)]
    if wrong:
        raise DataError(Fault(called(revision), f"{number}.{column}", reason) for number, column, reason in wrong)
    return replace(library, patents=patents)


def known(library: Library, today: date) -> Known:
    """What stations are checked against."""
    return Known(library.station_kinds.kinds, library.catalog.catalog.province, library.counties, today)


def merged(base: Iterable[Station], changes: StationChanges) -> tuple[Station, ...]:
    """The records of the files with the changes on top, in the order of their ids."""
    found = {station.id: station for station in base} | {station.id: station for station in changes.stations}
    return tuple(found[id] for id in sorted(found) if id not in changes.removed)


def changes(base: Sequence[Station], now: Sequence[Station]) -> StationChanges:
    """What has to be laid over the files to get these records."""
    before, ids = {station.id: station for station in base}, {station.id for station in now}
    return StationChanges(
        stations=tuple(station for station in now if before.get(station.id) != station),
        removed=tuple(id for id in before if id not in ids),
    )


def called(revision: Revision) -> str:
    """A revision as staff know it."""
    return f"已发布的{NAMES[revision.kind]}第{revision.number}版"


def _parsed(model: type[M], revision: Revision) -> M:
    try:
        return model.model_validate_json(revision.body)
    except ValidationError as error:
        raise DataError(Fault(called(revision), ".".join(map(str, e["loc"])) or "-", e["msg"]) for e in error.errors()) from error
