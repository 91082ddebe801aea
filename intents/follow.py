"""What a message means that goes on with what was talked about: the item stays and the facet changes, or the reverse. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intents.meaning import Context

# “我问的不是时间，是费用”: what counts is said last.
_NOT_BUT = re.compile(r"不是(?P<no>[^,，。是]{1,12})[,，。\s]*(?:我?(?:问的|说的|想问的)?(?:而)?是)(?P<yes>.+)")
_BUT_NOT = re.compile(r"(?P<yes>.{1,16}?)[,，\s]+(?:而)?不是(?P<no>[^,，。]{1,12})$")
_EDGES = " ,，。.!！?？~、:：;；…-—"


@dataclass(frozen=True, slots=True)
class Counterparts:
    """Words of the rights, and items that mean the same of different rights."""

    rights: Mapping[str, str]  # word → group of items
    rows: Sequence[Sequence[str]]

    @classmethod
    def of(cls, data: Mapping[str, object]) -> "Counterparts":
        """From the parsed data file."""
        objects, rows = data["objects"], data["rows"]
        if not isinstance(objects, dict) or not isinstance(rows, list):
            raise ValueError("objects, rows")
        return cls({str(w).lower(): str(right) for right, words in objects.items() for w in words}, [[str(i) for i in row] for row in rows])

    def right(self, subject: str) -> str | None:
        """The right that a bare subject names."""
        return self.rights.get(subject.strip(_EDGES).removesuffix("的"))

    def of_item(self, item: str, right: str) -> str | None:
        """What stands for an item in another right; the item itself when it is of that right already."""
        if item.startswith(right + "."):
            return item
        for row in self.rows:
            if item in row:
                found = next((other for other in row if other.startswith(right + ".")), None)
                if found:
                    return found
        return None


def meant_last(core: str) -> str:
    """The part that counts in “不是甲，是乙” and “是乙，不是甲”; the text itself otherwise."""
    match = _NOT_BUT.search(core) or _BUT_NOT.match(core)
    return match.group("yes").strip(_EDGES) if match else core


def gone_back(core: str, context: Context, back: Sequence[str]) -> tuple[str, Context] | None:
    """“上一个，多久能下来”: the rest of the message, with the item before as the one talked about."""
    word = next((w for w in back if core.startswith(w)), None)
    if word is None or context.earlier is None:
        return None
    return core[len(word) :].strip(_EDGES), Context(context.earlier, context.facet, context.item)
