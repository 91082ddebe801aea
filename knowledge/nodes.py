"""A node's own list (个性化事项清单): an overlay that adds, hides or rewrites items of the province's catalogue. Pure but for reading."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from knowledge import loader
from knowledge.catalog import Text
from knowledge.loader import DataError, Key, Record

OWN = "local."  # ids of items that only a node has


class Overlay(Record):
    """knowledge/nodes/<id>.yaml."""

    node: str
    name: Text
    kind: str
    show: tuple[str, ...] = Field(default=(), description="ids, or prefixes ending in a dot; empty shows all")
    hide: tuple[str, ...] = ()
    sources: dict[str, Any] = Field(default_factory=dict)
    facts: dict[str, Any] = Field(default_factory=dict)
    items: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Overlay":
        """Raises DataError when the file is missing or wrong."""
        overlay = loader.load(cls, path)
        if overlay.node != path.stem:
            raise DataError([loader.fault_at(path, ["node"], f"应与文件名相同：{path.stem}")])
        return overlay

    def wrote(self, keys: Sequence[Key]) -> bool:
        """Whether a key of the merged catalogue stands in this file."""
        value: object = {"sources": self.sources, "facts": self.facts, "items": self.items}
        for key in keys[:4]:  # kind, id, "answers", facet
            if not isinstance(value, dict):
                return True
            if key not in value:
                return False
            value = value[key]
        return bool(keys)

    def shows(self, item: str) -> bool:
        """Whether the node offers an item. What people need to reach a person is always there."""
        if item.startswith("meta.") or item in self.items:
            return True
        return (not self.show or _listed(item, self.show)) and not _listed(item, self.hide)


def _listed(item: str, patterns: tuple[str, ...]) -> bool:
    return any(item == p or (p.endswith(".") and item.startswith(p)) for p in patterns)


def laid_over(base: object, overlay: Overlay, path: Path) -> object:
    """The catalogue's plain values with the overlay's on top: an item's keys are replaced, its answers facet by facet."""
    if not isinstance(base, dict):
        return base
    _known(base["items"], overlay, path)
    merged = {**base, "sources": {**base["sources"], **overlay.sources}, "facts": {**base["facts"], **overlay.facts}}
    items = {name: item for name, item in base["items"].items() if overlay.shows(name)}
    for name, change in overlay.items.items():
        own = copy.copy(base["items"].get(name, {}))
        answers = {**own.get("answers", {}), **change.get("answers", {})}
        items[name] = {**own, **change, "answers": answers}
    merged["items"] = _without_hidden_choices(items, overlay, base["items"])
    return merged


def _known(items: dict[str, Any], overlay: Overlay, path: Path) -> None:
    """Raises DataError for an id that is neither the province's nor marked as the node's own."""
    faults = [
        loader.fault_at(path, [key], f"没有这个事项：{pattern}")
        for key, patterns in (("show", overlay.show), ("hide", overlay.hide))
        for pattern in patterns
        if not any(_listed(item, (pattern,)) for item in items)
    ]
    strangers = [name for name in overlay.items if name not in items and not name.startswith(OWN)]
    faults += [loader.fault_at(path, ["items", name], f"节点自有事项的编号要以 {OWN} 开头") for name in strangers]
    if faults:
        raise DataError(faults)


def _without_hidden_choices(items: dict[str, Any], overlay: Overlay, known: dict[str, Any]) -> dict[str, Any]:
    """Follow-ups to items that the node hides are dropped; ones to items that never existed stay, for the check to find."""

    def kept(choice: object) -> bool:
        to = choice.get("to", "") if isinstance(choice, dict) else str(choice)
        target = to.partition(":")[0]
        return target in items or target not in known

    def trimmed(answer: Any) -> Any:
        if isinstance(answer, list):
            return [trimmed(a) for a in answer]
        return {**answer, "choices": [c for c in answer["choices"] if kept(c)]} if answer.get("choices") else answer

    return {name: {**item, "answers": {f: trimmed(a) for f, a in item["answers"].items()}} for name, item in items.items()}
