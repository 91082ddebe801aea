"""From a table that staff filled in to a new set of stations: every row checked, ids found again, what changes listed. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from knowledge import station_kinds
from knowledge.station_kinds import Known
from knowledge.stations import COLUMNS, Station, parsed
from knowledge.table import Row, Wrong

NEEDED = ("kind", "name", "source", "as_of", "confidence")


@dataclass(frozen=True, slots=True)
class Change:
    """A station that is new (no `before`), taken away (no `after`), or different."""

    station: Station
    before: Station | None
    after: Station | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which they differ."""
        if self.before is None or self.after is None:
            return ()
        return tuple(c for c in COLUMNS if getattr(self.before, c) != getattr(self.after, c))


class Taken(NamedTuple):
    """The stations with a table taken in, and everything wrong in it; nothing counts while anything is."""

    stations: tuple[Station, ...]
    wrong: tuple[Wrong, ...]


def imported(rows: Sequence[Row], now: Sequence[Station], known: Known, whole: bool) -> Taken:
    """Take a table in. `whole`: what it leaves out is taken away."""
    made = [Row(row.number, _completed(row.cells, now, known)) for row in rows]
    found, wrong = parsed(made)
    lines: dict[str, int] = {}
    for row in made:
        lines.setdefault(row.cells["id"], row.number)
    before = {station.id: station for station in now}
    after = ({} if whole else before) | {station.id: station for station in found}
    merged = tuple(after[id] for id in sorted(after))
    undated = [Wrong(lines[s.id], "as_of", "要写核对日期") for s in found if not s.as_of and before.get(s.id) != s]
    checked = [Wrong(lines.get(w.id, 0), w.column, w.reason if w.id in lines else f"{w.id}：{w.reason}") for w in station_kinds.check(merged, known)]
    return Taken(merged, (*wrong, *_strange(made, wrong, known), *_twice(made, lines), *undated, *checked))


def _strange(rows: Sequence[Row], wrong: Sequence[Wrong], known: Known) -> Iterator[Wrong]:
    """Unknown kinds in rows that are wrong in other ways too; the check looks at the sound ones."""
    broken = {w.number for w in wrong}
    for row in rows:
        if row.number in broken and row.cells["kind"] not in known.kinds:
            yield Wrong(row.number, "kind", f"没有这个类别：{row.cells['kind']}")


def _twice(rows: Sequence[Row], lines: Mapping[str, int]) -> Iterator[Wrong]:
    yield from (Wrong(r.number, "id", f"与第 {first} 行是同一个") for r in rows if (first := lines[r.cells["id"]]) != r.number)


def _completed(cells: Mapping[str, str], now: Sequence[Station], known: Known) -> dict[str, str]:
    """With what staff may leave out: the province, the reach, the id; and a kind by its name."""
    full = {column: cell.strip() for column, cell in cells.items()}
    by_name = {name: id for id, kind in known.kinds.items() for name in (kind.name, kind.short)}
    full["kind"] = by_name.get(full.get("kind", ""), full.get("kind", ""))
    full["province"] = full.get("province") or known.province
    full["reach"] = full.get("reach") or ("县区" if full.get("county") else "市州" if full.get("prefecture") else "全省")
    full["id"] = full.get("id") or _known_id(full, now) or _new_id(full)
    return full


def _key(cells: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(cells.get(column, "") for column in ("kind", "name", "province", "prefecture", "county"))


def _known_id(cells: Mapping[str, str], now: Sequence[Station]) -> str | None:
    return next((s.id for s in now if _key(cells) == (s.kind, s.name, s.province, s.prefecture, s.county)), None)


def _new_id(cells: Mapping[str, str]) -> str:
    """The same for the same station, so that a table taken in twice makes no second one."""
    return "s" + blake2b("\0".join(_key(cells)).encode(), digest_size=6).hexdigest()


def changes(before: Sequence[Station], after: Sequence[Station]) -> Iterator[Change]:
    """What differs, in the order of the ids."""
    old, new = {s.id: s for s in before}, {s.id: s for s in after}
    for id in sorted(old | new):
        if old.get(id) != new.get(id):
            yield Change(new.get(id) or old[id], old.get(id), new.get(id))
