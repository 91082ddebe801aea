"""A node's own list (个性化事项清单): an overlay that adds, hides or rewrites items of the province's catalogue. Pure but for reading."""

import copy
from pathlib import Path
from typing import Any

from pydantic import Field

from knowledge import loader
from knowledge.catalog import Text
from knowledge.loader import DataError, Record

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

    def shows(self, item: str) -> bool:
        """Whether the node offers an item. What people need to reach a person is always there."""
        if item.startswith("meta.") or item in self.items:
            return True
        return (not self.show or _listed(item, self.show)) and not _listed(item, self.hide)


def _listed(item: str, patterns: tuple[str, ...]) -> bool:
    return any(item == p or (p.endswith(".") and item.startswith(p)) for p in patterns)


def laid_over(base: object, overlay: Overlay) -> object:
    """The catalogue's plain values with the overlay's on top: an item's keys are replaced, its answers facet by facet."""
    if not isinstance(base, dict):
        return base
    merged = {**base, "sources": {**base["sources"], **overlay.sources}, "facts": {**base["facts"], **overlay.facts}}
    items = {name: item for name, item in base["items"].items() if overlay.shows(name)}
    for name, change in overlay.items.items():
        if name not in base["items"] and not name.startswith(OWN):
            raise DataError([loader.Fault(f"{overlay.node}.yaml", f"items.{name}", f"节点自有事项的编号要以 {OWN} 开头")])
        own = copy.copy(base["items"].get(name, {}))
        answers = {**own.get("answers", {}), **change.get("answers", {})}
        items[name] = {**own, **change, "answers": answers}
    merged["items"] = _without_hidden_choices(items, overlay, base["items"])
    return merged


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
