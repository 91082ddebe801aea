"""From a table that staff filled in to a new list of patents to be had: every row checked, what changes listed. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from knowledge import patents as records
from knowledge.patents import COLUMNS, Patent, PatentRules
from knowledge.table import Row, Wrong

MOST = 2000  # patents in the list: with more, learning to compare them takes minutes


class Taken(NamedTuple):
    """The list with a table taken in, and everything wrong in the table; nothing counts while anything is."""

    patents: tuple[Patent, ...]
    wrong: tuple[Wrong, ...]


class Change(NamedTuple):
    """A patent that is new (no `before`), taken away (no `after`), or different."""

    before: Patent | None
    after: Patent | None

    @property
    def patent(self) -> Patent:
        """As it is now, or was."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of them is there
        return found

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which they differ."""
        if self.before is None or self.after is None:
            return ()
        return tuple(c for c in COLUMNS if getattr(self.before, c) != getattr(self.after, c))


def imported(rows: Sequence[Row], now: Sequence[Patent], rules: PatentRules, today: date, whole: bool) -> Taken:
    """Take a table in, by the patents' numbers. `whole`: what it leaves out is taken away."""
    found, wrong = records.parsed(rows, rules, today)
    after = ({} if whole else {p.number: p for p in now}) | {p.number: p for p in found}
    crowded = [Wrong(0, "-", f"清单会有 {len(after)} 件，最多 {MOST} 件；先撤下已经失效、已经转让的")] if len(after) > MOST else []
    return Taken(tuple(after[number] for number in sorted(after)), (*wrong, *crowded))


def changes(before: Sequence[Patent], after: Sequence[Patent]) -> Iterator[Change]:
    """What differs, in the order of the numbers."""
    old, new = {p.number: p for p in before}, {p.number: p for p in after}
    for number in sorted(old | new):
        if old.get(number) != new.get(number):
            yield Change(old.get(number), new.get(number))
