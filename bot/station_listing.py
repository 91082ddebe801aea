"""How stations are listed for staff: a line each, what an import would change, what is missing or old. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bot.station_import import Change
from knowledge import stations as records
from knowledge.library import Library
from knowledge.stations import CONFIDENCES, DATUMS, REACHES, Station, first_day

OLD_DAYS = 180
SHOWN = 40  # lines of a preview


def preview(library: Library, changes: Sequence[Change]) -> str:
    """What would be added, changed and taken away, and how much of each."""
    lines = [text for change in changes for text in _told(library, change)]
    new, gone = sum(c.before is None for c in changes), sum(c.after is None for c in changes)
    more = [f"…… 另有 {len(lines) - SHOWN} 行"] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more, f"新增 {new}，修改 {len(changes) - new - gone}，撤销 {gone}。"])


def _told(library: Library, change: Change) -> Iterator[str]:
    mark = "新增" if change.before is None else "撤销" if change.after is None else "修改"
    yield f"{mark}  {line(library, change.station)}"
    for column in change.columns:
        old, new = (records.shown(getattr(s, column)) or "（空）" for s in (change.before, change.after))
        yield f"      {library.station_kinds.columns[column]}：{old} → {new}"


def is_kind(library: Library, station: Station, kind: str) -> bool:
    """Whether a station is of a kind, given by id or name; any station when none is given."""
    about = library.station_kinds.kinds[station.kind]
    return not kind or kind in (station.kind, about.name, about.short)


def line(library: Library, station: Station) -> str:
    """A station in a list."""
    short = library.station_kinds.kinds[station.kind].short
    known = "；".join(part for part in (station.address, station.phone, station.hours) if part) or "地址、电话待核实"
    return f"{station.id}  {short}  {station.name}  {known}  {station.as_of or '未注日期'} {station.confidence}"


def report(library: Library, on: date) -> Iterator[str]:
    """What is missing or old, prefecture by prefecture; what serves the whole province stands first."""
    province, columns = library.catalog.catalog.province, library.station_kinds.columns
    local = [s for s in library.stations if s.province == province]
    places = dict.fromkeys(["", *(d.prefecture for d in library.counties)])
    lacking = 0
    for place in places:
        here = [s for s in local if (s.prefecture if s.reach != "全省" else "") == place]
        yield f"{place or province}（{len(here)} 个）"
        for station in here:
            missing = [columns[c] for c in ("address", "phone", "hours") if not getattr(station, c)] + ([] if station.wgs else ["坐标"])
            old = not station.as_of or first_day(station.as_of) < on - timedelta(days=OLD_DAYS)
            said = [*(["缺" + "、".join(missing)] if missing else []), *([f"核对日期 {station.as_of or '未注'}，超过 {OLD_DAYS} 天"] if old else [])]
            lacking += bool(said)
            if said:
                yield f"  {station.id}  {station.name}：{'；'.join(said)}"
    yield f"全省 {len(local)} 个网点，{lacking} 个要补或要重新核对。"


def help(library: Library) -> Iterator[list[str]]:
    """What may stand in which column."""
    kinds = library.station_kinds
    yield ["列", "怎么填"]
    for column, text in {
        "id": "改已有网点时照抄导出表里的编号；新网点留空",
        "kind": "、".join(kind.name for kind in kinds.kinds.values()),
        "reach": "、".join(REACHES) + "；留空时按市州、县区自动填",
        "province": "留空为本省",
        "prefecture": "全称，如导出表所示；面向全省的可以留空",
        "county": "全称",
        "phone": "带区号，座机用“-”隔开；多个用“；”隔开",
        "hours": "如：工作日9:00-12:00；14:30-17:30。写不清的照原文写，就不显示是否开门",
        "lat": "度数，如 36.061089；不知道就留空",
        "datum": f"{'、'.join(DATUMS)}：手机定位填 wgs84，高德、腾讯地图填 gcj02，百度地图填 bd09",
        "source": "谁提供的、哪个文件或网页",
        "as_of": "哪天核对的，YYYY-MM-DD",
        "confidence": "、".join(CONFIDENCES),
    }.items():
        yield [kinds.columns[column], text]
