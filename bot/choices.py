"""Choice ids carry their meaning, are the same on every channel and need no server state. Pure."""

import re
from typing import NamedTuple

from knowledge.catalog import FACETS

ID = re.compile(r"[A-Za-z0-9._:-]{1,48}")
HUMAN = "h:human"
CANCEL_HUMAN = "h:cancel"
ERASE_YES = "p:erase"
ERASE_NO = "p:keep"
EXPORT = "p:export"
NOT_THESE = "h:none"
POSITION = "x:position"
_CONTACT = "x:contact:"


# What a press of these is called in the history.
PHRASES = {
    HUMAN: "human", NOT_THESE: "none", CANCEL_HUMAN: "cancel_human", ERASE_YES: "delete_yes", ERASE_NO: "delete_no", EXPORT: "export_label",
    POSITION: "position",
}  # fmt: skip


class Asked(NamedTuple):
    """An item's facet asked by a button; `more` asks for the details."""

    item: str
    facet: str
    more: bool = False


def item_choice(item: str, facet: str = "overview", more: bool = False) -> str:
    """`i:trademark.renewal:fee`, or `m:…` for the details."""
    return f"{'m' if more else 'i'}:{item}:{facet}"


def asked(choice: str) -> Asked | None:
    """What an item choice asks; None for any other id."""
    kind, _, rest = choice.partition(":")
    item, _, facet = rest.partition(":")
    if kind not in ("i", "m") or not item or (facet and facet not in FACETS):
        return None
    return Asked(item, facet or "overview", kind == "m")


def contact_choice(station: str) -> str:
    """`x:contact:STATION`: its phone or address is wrong."""
    return _CONTACT + station


def flagged(choice: str) -> str | None:
    """The station whose phone or address is said to be wrong; None for any other id."""
    return choice.removeprefix(_CONTACT) if choice.startswith(_CONTACT) else None


def phrase_of(choice: str) -> str | None:
    """The sentence that names a choice in the history; None for one that no sentence names."""
    return "station_flag" if flagged(choice) else PHRASES.get(choice)
