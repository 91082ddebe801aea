"""What the bot needs of the outside: a store, and what it says of a commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from bot.model import Conversation, Filed, Line, Message, Parked, Sheet, Turn

# Channels whose answers are fetched or returned, not pushed from the outbox.
PULLED = frozenset({"web", "terminal"})
# Channels that count our messages: all that a turn has to say goes out as one.
THRIFTY = frozenset({"wecom"})


class Written(NamedTuple):
    """A line to be stored: who, its id and its JSON body."""

    id: str
    sender: str
    body: str


@dataclass(frozen=True, slots=True)
class Work:
    """One turn to be committed: it counts only if the conversation is still as it was when the turn was decided."""

    before: Conversation
    message: Message
    turn: Turn
    lines: tuple[Written, ...]
    at: int
    is_new: bool
    pushes: bool = False
    notice: str = ""


class Stored(NamedTuple):
    """A reply as stored, ready to be sent."""

    id: str
    seq: int
    body: str


@dataclass(frozen=True, slots=True)
class Done:
    """The turn is durable. `conversation` is as stored."""

    conversation: Conversation
    replies: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The message was done before; its answer then."""

    conversation: str
    owner: str
    seq: int
    digest: str
    replies: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else changed the conversation meanwhile: decide again."""


Outcome = Done | Duplicate | Conflict


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message received and not done."""

    channel: str
    address: str
    external: str
    body: str
    digest: str
    received: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be delivered, claimed by one worker. `id` is the same at each attempt; `parts` of it are out already."""

    conversation: str
    address: str
    seq: int
    id: str
    sender: str
    body: str
    at: int
    tries: int = 0
    parts: int = 0
    unknowns: int = 0  # attempts of which nobody knows whether they succeeded


class Ready(NamedTuple):
    """A conversation whose first waiting message is due."""

    conversation: str
    address: str


class Settled(NamedTuple):
    """How an attempt ended: the row's state from now on. `due` is when a waiting row is tried again, UTC ms."""

    state: str  # sent | waiting | held | blocked | dead
    due: int = 0
    error: str = ""
    external: str = ""
    unknown: bool = False  # it may have been delivered all the same


class Depth(NamedTuple):
    """How full a channel's outbox is: waiting, age of the oldest in ms, undeliverable."""

    waiting: int
    oldest: int
    dead: int


class Changed(NamedTuple):
    """What changed in a conversation since a sequence number."""

    owner: str
    seq: int
    lines: tuple[Line, ...]


class Revision(NamedTuple):
    """Published changes of one kind of data. `number` counts up within the kind; `body` is JSON; at most one of a kind is active."""

    kind: str
    number: int
    at: int
    who: str
    note: str
    body: str
    active: bool


class Mark(NamedTuple):
    """What a staff member found of a patent for a need."""

    who: str
    fits: bool


class Need(NamedTuple):
    """A technical need that is not closed: its ticket's number, when it was opened (UTC ms), state, fields, and marks by patent number."""

    number: str
    opened: int
    state: str
    fields: Mapping[str, str]
    marks: Mapping[str, Mark]


class Moved(Exception):
    """Somebody else published meanwhile: what was looked at is not in force any more."""


class Store(Protocol):
    """Where conversations are kept. Every method is durable when it returns."""

    async def load(self, channel: str, address: str) -> Conversation | None:
        """The conversation of an address."""

    async def commit(self, work: Work) -> Outcome:
        """Inbox mark, state, messages, outbox, ticket and sheet in one transaction."""

    async def receive(self, conversation: Conversation, external: str, digest: str, body: str, at: int) -> bool:
        """First stage: keep a raw message. False when it was received before."""

    async def waiting(self, before: int) -> Sequence[Waiting]:
        """Messages received before a time and not done, oldest first."""

    async def amend(self, channel: str, address: str, external: str, body: str) -> bool:
        """Put an edited text in the place of what was said. False when there is no such message, or it was erased."""

    async def reach(self, channel: str, address: str, at: int | None, now: int) -> None:
        """The citizen of an address cannot be written to since `at` (UTC ms), or can again (None)."""

    async def ready(self, channel: str, now: int, limit: int, without: Sequence[str] = ()) -> tuple[Sequence[Ready], int | None]:
        """Conversations with something due, the longest waiting first, and when the next one will be due."""

    async def claim(self, conversation: str, worker: str, now: int, until: int) -> Outgoing | None:
        """Take the conversation's first undelivered message, if it is due; it is this worker's until `until`."""

    async def sent_part(self, out: Outgoing, worker: str, parts: int, external: str, until: int) -> None:
        """So many parts of a claimed message are out; the claim goes on."""

    async def settle(self, out: Outgoing, worker: str, settled: Settled, now: int) -> bool:
        """Write down how an attempt ended. False when the claim was lost meanwhile."""

    async def orphans(self, channel: str, now: int, alone: bool) -> int:
        """Free messages whose claim is over (`alone`: no other worker lives): the outcome of their attempt is unknown. How many."""

    async def depth(self, channel: str, now: int) -> Depth:
        """How full a channel's outbox is."""

    async def changed(self, conversation: str, after: int, limit: int = 200) -> Changed | None:
        """Lines after a sequence number, and the owner now; None for an unknown conversation."""

    async def sheet(self, token: str, now: int) -> Sheet | None:
        """The sheet kept under a token; None when there is none, or its time is over, or it was erased."""

    async def sheets(self, conversation: str) -> Sequence[Sheet]:
        """All sheets kept of a conversation, oldest first."""

    async def parked(self, code: str, now: int) -> Parked | None:
        """The guide put aside under a code; None when there is none, it was used, or its time is over."""

    async def expire_sheets(self, now: int) -> int:
        """Empty the sheets and guides put aside whose time is over at a UTC ms; how many."""

    async def filed(self, conversation: str) -> Sequence[Filed]:
        """A conversation's tickets, newest first."""
    async def publish(self, new: Revision, after: int) -> Revision:
        """Keep changed data and put them in force, with the next number, if revision `after` (0: none) still is. Raises Moved."""

    async def revisions(self, kind: str) -> Sequence[Revision]:
        """All revisions of a kind, the newest first."""

    async def active(self, kind: str) -> Revision | None:
        """The revision in force; None when the files are."""

    async def activate(self, kind: str, number: int, after: int) -> None:
        """Put an older revision in force, 0 for the files alone, if revision `after` still is. Raises Moved, KeyError."""

    async def needs(self) -> Sequence[Need]:
        """Technical needs that are not closed, the longest-waiting first."""

    async def mark(self, need: str, patent: str, who: str, fits: bool, at: int) -> None:
        """Keep whether a patent fits a need, as a staff member found. Raises TicketRefused when the need is closed or unknown."""

    async def foreign(self) -> bool:
        """Whether another process changed anything since the last call."""

    async def retain(self, before: int) -> int:
        """Empty a slice of what was said before a time; how many messages."""

    async def close(self) -> None:
        """Finish what is under way."""


class StoreDown(Exception):
    """The store cannot write now (disk full, locked for too long): nothing was accepted, try again later."""
