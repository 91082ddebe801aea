"""Places in a text: names found, put together with their parents, told from products and streets. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from intents.slots.gazetteer import Gazetteer, Kind, Name
from intents.slots.mention import Mention
from intents.slots.misheard import misheard
from intents.slots.span import before

_STREET = re.compile(r"[东西南北中]{0,2}(?:路|街|巷|大道|大街|胡同)")
_GAP = re.compile(r"[\s,，、·/的\-]?")
_BEFORE_GUESS = ("在", "去", "到", "自", "从", "住", "离", "给", "是", "往", "上", "省")
_AFTER_GUESS = re.compile(r"[市县区州人这那附周本当]|有[哪没什多]|哪|的(?:窗口|指导站|工作站|企业|公司)")
_OPENING, _CLOSING = ("“", '"', "「", "『", "‘", "《", "【"), ("”", '"', "」", "』", "’", "》", "】")
_NOT_THERE = re.compile(r"(?<![是在去到])(?:不[是在去到]|没在|除了)$")


class Places:
    """Finds the places that a text names."""

    def __init__(self, gazetteer: Gazetteer):
        self._gazetteer = gazetteer
        self._names = gazetteer.names
        self._contexts = gazetteer.contexts

    def __call__(self, text: str) -> list[Mention]:
        """In order of the text; a parent is left out where one of its parts is named, a denied place where another is."""
        found = self._scan(text)
        found += misheard(text, found, self._gazetteer)
        if len(found) > 1:
            found = _distinct(_without_parents(_denied(text, _joined(text, found))))
        return found

    def _scan(self, text: str) -> list[Mention]:
        found: list[Mention] = []
        at, names = 0, self._names
        while at < len(text) - 1:
            listed = names.get(text[at : at + 2])
            mention = self._first(text, at, listed, found[-1] if found else None) if listed else None
            if mention:
                found.append(mention)
                at = mention.end
            else:
                at += 1
        return found

    def _first(self, text: str, at: int, listed: Sequence[Name], last: Mention | None) -> Mention | None:
        for name in listed:
            if text.startswith(name.text, at):
                parent = last if last and _GAP.fullmatch(text, last.end, at) else None
                if self._means(name, text, at, parent):
                    return self._whole(name, text, at)
        return None

    def _means(self, name: Name, text: str, at: int, parent: Mention | None) -> bool:
        """Whether these letters are meant as the place. The order is the policy."""
        end = at + len(name.text)
        within = parent is not None and parent.place.contains(name.place)
        if self._is_part(name, text, at, end, joined=within and parent is not None and parent.end == at):
            return False
        if name.kind in (Kind.FULL, Kind.TOWN):
            return not (name.text.endswith("市") and text.startswith("场", end))
        if text.startswith(self._contexts.products, end) or _STREET.match(text, end):
            return False
        if name.kind is Kind.WEAK:
            return within and parent is not None and parent.end == at and not text.startswith("社", end)
        return name.kind is not Kind.GUESS or within or text.endswith(_BEFORE_GUESS, 0, at) or bool(_AFTER_GUESS.match(text, end))

    def _is_part(self, name: Name, text: str, at: int, end: int, joined: bool) -> bool:
        """Whether the letters belong to a longer word or to a name in quotes; behind its own parent a place is always one."""
        longer = text.endswith(self._contexts.not_after.get(name.text, ()), 0, at) and not joined
        return longer or text.startswith(self._contexts.not_before.get(name.text, ()), end) or _is_quoted(text, at, end)

    def _whole(self, name: Name, text: str, at: int) -> Mention:
        """With the 市/县/区 that a short name left out, and the town named behind a county."""
        end = at + len(name.text)
        if name.kind not in (Kind.FULL, Kind.TOWN) and text.startswith(name.place.suffix, end) and not text.startswith("市场", end):
            end += 1
        for town in self._gazetteer.towns.get((name.place.code, text[end : end + 2]), ()):
            if text.startswith(town, end):
                return Mention(at, end + len(town), name.place)
        return Mention(at, end, name.place)


def _is_quoted(text: str, start: int, end: int) -> bool:
    """“金城味道”: a name in quotes that begins with a place is somebody's brand."""
    return text.endswith(_OPENING, 0, start) and not text.startswith(_CLOSING, end)


def _joined(text: str, found: Sequence[Mention]) -> list[Mention]:
    """Joins a part with the parent named just before it; a county named behind another province belongs there."""
    joined: list[Mention] = []
    for new in sorted(found, key=lambda m: m.start):
        last = joined[-1] if joined else None
        if last and last.place.contains(new.place) and last.end == new.start:
            joined[-1] = Mention(last.start, new.end, new.place)
        elif last and not last.place.is_local and last.end == new.start and new.place.level == "县区":
            joined[-1] = replace(last, end=new.end)
        else:
            joined.append(new)
    return joined


def _without_parents(found: Sequence[Mention]) -> list[Mention]:
    return [m for m in found if not any(m.place.contains(other.place) for other in found)]


def _denied(text: str, found: Sequence[Mention]) -> list[Mention]:
    """不是兰州，是天水: the denied one goes, as long as another stays."""
    kept = [m for m in found if not _NOT_THERE.search(before(text, m.start))]
    return kept or list(found)


def _distinct(found: Sequence[Mention]) -> list[Mention]:
    first: dict[str, Mention] = {}
    for mention in found:
        first.setdefault(mention.place.code, mention)
    return list(first.values())
