"""All data files of one installation, read, laid over by a node's own list, and checked. A Library that exists is a checked one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from pathlib import Path

from pydantic import Field

from knowledge import (
    catalog_check,
    deadlines,
    divisions,
    fees,
    gi,
    guide_check,
    guides,
    loader,
    loan_check,
    loans,
    nice,
    patents,
    phrases,
    station_kinds,
)  # fmt: skip
from knowledge.answers import PLACEHOLDER, Teller
from knowledge.catalog import Catalog, Text
from knowledge.deadlines import DeadlineRules
from knowledge.divisions import Division
from knowledge.fees import FeeRules
from knowledge.gi import Gi
from knowledge.guides import Guides
from knowledge.loader import DataError, Fault, Record
from knowledge.loans import LoanRules
from knowledge.nice import Nice
from knowledge.nodes import Overlay, laid_over
from knowledge.patents import Patent, PatentRules
from knowledge.station_kinds import Known, StationKinds
from knowledge.stations import Station
from knowledge.workdays import Hours, Workdays


class Hosts(Record):
    """hosts.yaml: sites whose links may be shown."""

    hosts: tuple[str, ...]


class Stretch(Record):
    """One stretch of office hours."""

    start: time = Field(alias="from")
    end: time = Field(alias="to")


class Notice(Record):
    """The privacy notice of first contact; its version is stored with each consent."""

    version: str
    text: Text


class Desk(Record):
    """desk.yaml: the people behind the bot."""

    office: Text
    hours: tuple[Stretch, ...] = Field(min_length=1)
    confirmed: bool
    hotlines: tuple[str, ...]
    notice: Notice

    def opening_hours(self) -> Hours:
        """The hours as a rule."""
        return Hours(tuple((s.start, s.end) for s in self.hours))


class StartGroup(Record):
    """One group of the first screen."""

    name: Text
    items: tuple[str, ...]


class Start(Record):
    """start.yaml: the first screen."""

    questions: tuple[Text, ...] = Field(min_length=6, max_length=6)
    groups: tuple[StartGroup, ...]


class Door(Record):
    """Business that is not ours: how it is recognised, and the right door for it."""

    category: Text
    words: tuple[Text, ...] = Field(min_length=1)
    say: Text
    danger: bool = False


class Doors(Record):
    """doors.yaml."""

    doors: tuple[Door, ...]


@dataclass(frozen=True)
class Library:
    """Everything known, for one node or the whole province."""

    catalog: Catalog
    desk: Desk
    start: Start
    doors: tuple[Door, ...]
    phrases: Mapping[str, str]
    workdays: Workdays
    hosts: tuple[str, ...]
    counties: tuple[Division, ...]
    teller: Teller
    fees: FeeRules
    deadlines: DeadlineRules
    guides: Guides
    loans: LoanRules
    gis: tuple[Gi, ...]
    places: Mapping[str, str]  # code of a division → its full name
    nice: Nice
    stations: tuple[Station, ...]
    station_kinds: StationKinds
    patent_rules: PatentRules
    node: Overlay | None = None
    patents: tuple[Patent, ...] = ()  # to be had; only published ones

    @cached_property
    def danger_words(self) -> re.Pattern[str]:
        """Finds the words of all doors that come before everything else."""
        words = [re.escape(word) for door in self.doors if door.danger for word in door.words]
        return re.compile("|".join(sorted(words, key=len, reverse=True)) or "(?!)")


def load(home: Path, node: str = "", today: date | None = None, raw: object = None) -> Library:
    """Read and check every data file below `home`. Raises DataError with all faults. `raw`: the catalogue's parsed YAML, if cached."""
    folder = home / "knowledge"
    path = home / "service_catalog.yaml"
    plain = loader.read(path) if raw is None else raw
    own = folder / "nodes" / f"{node}.yaml"
    overlay = Overlay.load(own) if node else None
    where = _origin(path, own, overlay)
    catalog = loader.parse(Catalog, laid_over(plain, overlay, own) if overlay else plain, where)
    hosts = loader.load(Hosts, folder / "hosts.yaml").hosts
    desk = loader.load(Desk, folder / "desk.yaml")
    start = loader.load(Start, folder / "start.yaml")
    doors = loader.load(Doors, folder / "doors.yaml").doors
    sentences = _phrases(folder / "phrases.yaml")
    counties = divisions.load(folder / "divisions.csv")
    workdays = Workdays.load(folder / "calendar_days.csv", folder / "statutory_days.csv")
    fee_rules = fees.load(folder / "fees.yaml")
    limit_rules = deadlines.load(folder / "deadlines.yaml")
    led = guides.load(folder / "guides")
    loan_rules = loans.load(folder / "loans.yaml")
    gis = gi.load(folder / "gi.csv")
    places = divisions.names(folder / "divisions.csv")
    goods = nice.load(folder / "nice")
    kinds = loader.load(StationKinds, folder / "station_kinds.yaml")
    listed = station_kinds.load(folder / "stations.csv", Known(kinds.kinds, catalog.catalog.province, counties, today or date.today()))
    patent_rules = patents.load(folder / "patents.yaml")
    narrowed = overlay is not None
    faults = [
        *([] if narrowed else [Fault("fees.yaml", "-", wrong) for wrong in fees.faults(fee_rules, catalog)]),
        *([] if narrowed else [Fault("deadlines.yaml", "-", wrong) for wrong in deadlines.faults(limit_rules, catalog)]),
        *([] if narrowed else guide_check.faults(led, catalog, fee_rules, limit_rules, loan_rules, patent_rules, hosts, folder / "guides")),
        *([] if narrowed else loan_check.faults(loan_rules, catalog, hosts, folder / "loans.yaml")),
        *gi.faults(gis, catalog),
        *([] if narrowed else _nice_faults(catalog, goods, folder / "nice" / "classes.yaml")),
        *_catalog_faults(catalog, hosts, today or date.today(), where),
        *_desk_faults(catalog, desk, folder / "desk.yaml"),
        *_start_faults(catalog, start, folder / "start.yaml", narrowed=narrowed),
        *_door_faults(catalog, doors, folder / "doors.yaml"),
        *([] if narrowed else _kind_faults(catalog, kinds, led, folder)),
    ]
    if faults:
        raise DataError(faults)
    teller = Teller(catalog)
    return Library(
        catalog, desk, start, doors, sentences, workdays, hosts, counties, teller, fee_rules, limit_rules, led, loan_rules, gis, places,
        goods, listed, kinds, patent_rules, overlay,
    )  # fmt: skip


def _origin(path: Path, own: Path, overlay: Overlay | None) -> loader.Where:
    """The file in which a key of the catalogue is written: a node's own list, or the province's."""

    def where(keys: Sequence[loader.Key]) -> Path:
        return own if overlay and overlay.wrote(keys) else path

    return where


def _catalog_faults(catalog: Catalog, hosts: Sequence[str], today: date, where: loader.Where) -> list[Fault]:
    return [loader.fault_at(where(r.keys), r.keys, r.message) for r in catalog_check.check(catalog, hosts, today) if r.stops]


def _phrases(path: Path) -> dict[str, str]:
    value = loader.read(path)
    if not isinstance(value, dict):
        raise DataError([Fault(path.name, "-", "应为 键: 句子")])
    wrong = [loader.fault_at(path, [name], message) for name, message in phrases.faults(value)]
    if wrong:
        raise DataError(wrong)
    return {str(k): v for k, v in value.items()}


def _desk_faults(catalog: Catalog, desk: Desk, path: Path) -> list[Fault]:
    faults = [loader.fault_at(path, ["hotlines"], f"没有这个事实：{f}") for f in desk.hotlines if f not in catalog.facts]
    for index, stretch in enumerate(desk.hours):
        if stretch.start >= stretch.end:
            faults.append(loader.fault_at(path, ["hours", index], "开始要早于结束"))
    return faults


def _start_faults(catalog: Catalog, start: Start, path: Path, narrowed: bool) -> list[Fault]:
    if narrowed:  # a node shows what it has; the rest is left out
        return []
    return [
        loader.fault_at(path, ["groups", index, "items"], f"没有这个事项：{item}")
        for index, group in enumerate(start.groups)
        for item in group.items
        if item not in catalog.items
    ]


def _nice_faults(catalog: Catalog, goods: Nice, path: Path) -> list[Fault]:
    return [loader.fault_at(path, ["sources"], f"没有这个来源：{s}") for s in goods.book.sources if s not in catalog.sources]


def _kind_faults(catalog: Catalog, kinds: StationKinds, led: Guides, folder: Path) -> list[Fault]:
    path = folder / "station_kinds.yaml"
    strange = [(guide.id, kind) for guide in led.guides.values() for kind in guide.places if kind not in kinds.kinds]
    return [
        *(loader.fault_at(path, keys, wrong) for keys, wrong in kinds.faults(list(catalog.items))),
        *(loader.fault_at(folder / "guides" / f"{guide}.yaml", ["places"], f"没有这个类别：{kind}") for guide, kind in strange),
    ]


def _door_faults(catalog: Catalog, doors: Sequence[Door], path: Path) -> list[Fault]:
    faults = []
    for index, door in enumerate(doors):
        at: list[str | int] = ["doors", index, "say"]
        faults += [loader.fault_at(path, at, f"没有这个事实：{f}") for f in PLACEHOLDER.findall(door.say) if f not in catalog.facts]
        if catalog_check.PHONE.search(door.say):
            faults.append(loader.fault_at(path, at, "电话要写成事实占位（{tel.…}）"))
    return faults
