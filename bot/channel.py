"""What a place where citizens are must do for us, and what we do for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from aiohttp import web

from bot.model import Message
from bot.ports import Outgoing

# The hub's key of a channel's outbox.
OUTBOX = "outbox:"
Kind = Literal["later", "away", "unknown", "hold", "blocked", "refused"]
State = Literal["starting", "up", "away", "refused"]


class DeliveryError(Exception):
    """A message was not delivered, or perhaps was. The text names the cause, never what was sent.

    later: not delivered, again after `after` seconds. away: not delivered, the platform cannot be reached at all. unknown: it may have been
    delivered. hold: not before the citizen writes again. blocked: the citizen does not want it. refused: this message can never be delivered.
    """

    def __init__(self, kind: Kind, text: str, after: float = 0.0):
        super().__init__(text)
        self.kind = kind
        self.after = after

    @property
    def retry(self) -> bool:
        """Whether it is tried again by itself."""
        return self.kind in ("later", "away", "unknown")


class Pace(NamedTuple):
    """So many messages a second in the long run, so many at once."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do: buttons, files both ways, asking for a position; who owns a chat that people answer; how fast it may write."""

    buttons: bool
    files: bool
    location: bool
    handover: Literal["relayed", "native"]
    each: Pace  # to one address
    all: Pace  # to all together


class Window(NamedTuple):
    """Whether the channel may write to an address now, until when (UTC ms), and how many messages are left. None: without end."""

    is_open: bool
    until: int | None = None
    left: int | None = None


class Sent(NamedTuple):
    """A part of a message is out: the platform's id of it, and whether there are further parts."""

    external: str
    more: bool = False


class Document(NamedTuple):
    """A file of ours to be sent."""

    name: str
    content: bytes


class Incoming(NamedTuple):
    """A message as a platform delivered it. `order` sorts those of one address; `sent` is the platform's time, UTC ms."""

    address: str
    message: Message
    order: int
    sent: int


class Inbox(Protocol):
    """Where a channel puts what it receives."""

    async def keep(self, channel: str, incoming: Sequence[Incoming]) -> Sequence[Incoming]:
        """Make messages durable; those that are new. When this returns, the platform may be told that they have arrived. Raises StoreDown."""

    def stamped(self, incoming: Incoming) -> Incoming:
        """A message as it is to be kept, for a channel that makes it durable itself together with something else; then `go`."""

    def go(self, channel: str, incoming: Iterable[Incoming]) -> None:
        """Answer messages that were kept, in this order; returns at once."""

    async def edit(self, channel: str, address: str, message: Message) -> None:
        """An earlier message, found by its id, now says something else. Durable when it returns."""

    async def reach(self, channel: str, address: str, reachable: bool) -> None:
        """A citizen has shut us out, or let us in again."""


class Channel(Protocol):
    """A platform that pushes messages to us and takes ours."""

    name: str

    @property
    def abilities(self) -> Abilities:
        """What it can do."""

    @property
    def state(self) -> State:
        """Whether it works now, for the operator."""

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """The addresses that the platform calls."""

    async def run(self, inbox: Inbox) -> None:
        """Stay connected until cancelled. Never fails because the platform is away."""

    async def window(self, address: str) -> Window:
        """Whether it may write to an address now."""

    async def send(self, out: Outgoing, part: int) -> Sent:
        """Deliver one part of a message. Raises DeliveryError."""

    async def typing(self, address: str) -> None:
        """Show that an answer is being written, where the platform can; never fails."""

    async def alive(self) -> bool:
        """Ask the platform whether it answers us now."""

    async def close(self) -> None:
        """End what is open."""
