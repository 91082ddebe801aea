"""The values that everything in the bot speaks of: conversation, message, reply, ticket, turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Literal


class Owner(StrEnum):
    """Who speaks in a conversation."""

    BOT = "bot"
    QUEUE = "queue"
    STAFF = "staff"
    CLOSED = "closed"


Sender = Literal["citizen", "bot", "staff"]
TicketKind = Literal["chat", "loan_need", "tech_need", "contact_flag", "message_left", "deletion"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: an id that carries its meaning on any channel, and a label."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Action:
    """What a card offers: a link or a choice."""

    label: str
    url: str | None = None
    choice: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A small form beside the words."""

    kind: Literal["station", "file", "link", "map", "summary", "ticket", "classes", "fee", "deadline"]
    title: str
    lines: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A source under an answer."""

    title: str
    as_of: str
    confidence: str
    number: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of ours. `source_line` is for channels that show plain text."""

    text: str
    choices: tuple[Choice, ...] = ()
    cards: tuple[Card, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    source_line: str = ""
    item: str | None = None
    facet: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a guided service stands: the answers so far, in order, and the step asked now (empty: the summary)."""

    guide: str
    values: tuple[tuple[str, str], ...] = ()
    step: str = ""
    misses: int = 0
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Parked:
    """A guide put aside under a code: its answers, and the facts as they were shown then."""

    guide: str
    values: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What the bot remembers of the talk: item and facet now and before, choices on offer, misunderstandings in a row, a running guide."""

    item: str | None = None
    facet: str | None = None
    earlier: str | None = None
    offered: tuple[Choice, ...] = ()
    misses: int = 0
    noticed: bool = False
    at: int = 0
    flow: Flow | None = None
    wrong_codes: int = 0
    sorry: int = 0  # when the bot last apologised for an answer that comes too late


@dataclass(frozen=True, slots=True)
class Conversation:
    """One citizen on one channel. `version` rises with every change; `seq` is the number of the last message."""

    id: str
    channel: str
    address: str
    owner: Owner = Owner.BOT
    via: str | None = None
    version: int = 0
    seq: int = 0
    ticket: str | None = None
    number: str | None = None
    topic: Topic = field(default_factory=Topic)


@dataclass(frozen=True, slots=True)
class Point:
    """A position, WGS-84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket of a conversation as it stands in the store: state `open`, `accepted` or `closed`; times are UTC ms."""

    number: str
    kind: str
    state: str
    opened: int
    closed: int | None = None
    result: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


FileKind = Literal["photo", "voice", "video", "document", "sticker", "contact", "other"]


@dataclass(frozen=True, slots=True)
class FileNote:
    """A file that a citizen sent, kept for staff as the platform's reference. Its content is not taken; name and size are what the sender says."""

    kind: FileKind
    ref: str = ""
    name: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What a citizen sent: exactly one of text, choice, location, attachment; files may come with a text. `at` (received) and `sent` are UTC ms."""

    id: str
    at: int
    text: str | None = None
    choice: str | None = None
    location: Point | None = None
    attachment: bool = False
    digest: str = ""
    files: tuple[FileNote, ...] = ()
    silent: bool = False  # a further picture of an album: kept, not answered by itself
    late: bool = False  # sent so long ago that an answer would surprise
    parked: Parked | None = None  # what the desk found under a code in the text
    filed: tuple[Filed, ...] = ()  # the conversation's tickets, newest first, where the message needs them


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket to be opened with the turn."""

    id: str
    number: str
    kind: TicketKind
    reason: str
    fields: dict[str, str] = field(default_factory=dict)
    consent: str | None = None  # version of the text that was agreed to
    region: str | None = None  # code of the division it concerns


@dataclass(frozen=True, slots=True)
class CloseTicket:
    """The conversation's ticket to be closed with the turn."""

    id: str
    result: str


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a sheet: words, an amount at the right if there is one, a box to tick for a paper to bring."""

    text: str
    amount: str = ""
    tick: bool = False


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A part of a sheet under its heading."""

    title: str
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class SheetDay:
    """A day of a sheet's calendar: what is due, on which local day, how many days before to remind."""

    name: str
    day: date
    remind: tuple[int, ...] = (30, 7, 1)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """一次告知单: all that a finished guide has to say for one case.

    `case`: what the citizen said, name and value. `links`: label and URL of maps and offices; the first one gets a square to scan.
    """

    title: str
    case: tuple[tuple[str, str], ...]
    parts: tuple[SheetPart, ...]
    days: tuple[SheetDay, ...]
    sources: tuple[SourceNote, ...]
    links: tuple[tuple[str, str], ...]
    made: date
    remarks: tuple[str, ...] = ()
    code: str = ""  # to go on later; empty when none was made
    office: str = ""  # who gives it out


@dataclass(frozen=True, slots=True)
class NewSheet:
    """A sheet to be kept with the turn, under a secret token, until `expires` (UTC ms)."""

    token: str
    sheet: Sheet
    expires: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything one message causes, as a value."""

    conversation: Conversation
    replies: tuple[Reply, ...] = ()
    ticket: OpenTicket | CloseTicket | None = None
    why: str = ""
    erase: bool = False
    consent: str | None = None
    decision: str = ""
    item: str | None = None
    facet: str | None = None
    confidence: float = 0.0
    revision: str = ""
    result: Mapping[str, object] | None = None
    park: tuple[str, Parked] | None = None  # to be kept under a code
    took_up: str | None = None  # the code that was used, and is used up
    sheet: NewSheet | None = None

    def with_replies(self, *replies: Reply) -> "Turn":
        """The same turn with these replies."""
        return replace(self, replies=replies)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history, as stored."""

    seq: int
    id: str
    sender: Sender
    at: int
    text: str
    choices: tuple[Choice, ...] = ()
    cards: tuple[Card, ...] = ()
    sources: tuple[SourceNote, ...] = ()
