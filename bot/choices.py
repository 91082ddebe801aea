"""Choice ids carry their meaning, are the same on every channel and need no server state. Pure."""

import re
import unicodedata
from typing import NamedTuple

from bot.model import Choice, Topic
from knowledge.catalog import FACETS

ID = re.compile(r"[A-Za-z0-9._:-]{1,48}")
HUMAN = "h:human"
CANCEL_HUMAN = "h:cancel"
ERASE_YES = "p:erase"
ERASE_NO = "p:keep"
EXPORT = "p:export"
NOT_THESE = "h:none"
POSITION = "x:position"  # asks for one's position, where the channel can
CONTACT = "x:contact:"
FLOW_BACK, FLOW_CANCEL, FLOW_LATER, FLOW_SKIP, FLOW_DONE, FLOW_GO_ON = "f:back", "f:cancel", "f:later", "f:skip", "f:done", "f:go_on"
PARKED_DAYS = 14
ORDINALS = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", 1)}
_PICK = re.compile(r"^(?:我?选|要|就)?(?:第)?\s*([一二三四五六七八九十]|1?\d)\s*(?:个|项|条|种|号)?(?:吧|呢)?[。.!！]?$")


# What a press of these is called in the history.
PHRASES = {
    HUMAN: "human", NOT_THESE: "none", CANCEL_HUMAN: "cancel_human", ERASE_YES: "delete_yes", ERASE_NO: "delete_no", EXPORT: "export_label",
    POSITION: "position",
    FLOW_BACK: "flow_back", FLOW_CANCEL: "flow_cancel", FLOW_LATER: "flow_later", FLOW_SKIP: "flow_skip", FLOW_DONE: "flow_done",
}  # fmt: skip


# The same for ids that carry more.
_PREFIXED = {
    CONTACT: "contact_dead", "l:need:yes": "loan_need_yes", "l:need:no": "loan_need_no", "l:need": "loan_need_label",
    "t:state": "progress_label", "r:good": "rating_good", "r:fair": "rating_fair", "r:poor": "rating_poor",
}  # fmt: skip


def called(choice: str) -> str | None:
    """The phrase that a press is called by in the history; None when it has no name of its own."""
    return PHRASES.get(choice) or next((name for prefix, name in _PREFIXED.items() if choice.startswith(prefix)), None)


class Asked(NamedTuple):
    """An item's facet asked by a button; `more` asks for the details."""

    item: str
    facet: str
    more: bool = False


def item_choice(item: str, facet: str = "overview", more: bool = False) -> str:
    """`i:trademark.renewal:fee`, or `m:…` for the details."""
    return f"{'m' if more else 'i'}:{item}:{facet}"


def guide_choice(guide: str) -> str:
    """`g:trademark_register` starts a guide."""
    return f"g:{guide}"


def asked(choice: str) -> Asked | None:
    """What an item choice asks; None for any other id."""
    kind, _, rest = choice.partition(":")
    item, _, facet = rest.partition(":")
    if kind not in ("i", "m") or not item or (facet and facet not in FACETS):
        return None
    return Asked(item, facet or "overview", kind == "m")


def contact_choice(id_: str) -> str:
    """`x:contact:ID`: the phone or address of a contact or a station is wrong."""
    return CONTACT + id_


def picked(topic: Topic, text: str, numbers: bool = True) -> Choice | None:
    """What a citizen types back for a choice: its number, its ordinal or its label. Without `numbers` a figure means itself."""
    if not topic.offered:
        return None
    plain = unicodedata.normalize("NFKC", text)
    for choice in topic.offered:
        if plain == unicodedata.normalize("NFKC", choice.label):
            return choice
    match = _PICK.match(plain) if numbers else None
    number = match.group(1) if match else "0"
    place = ORDINALS.get(number) or int(number)
    return topic.offered[place - 1] if 0 < place <= len(topic.offered) else None
