"""What the channel has to remember, and the port to where it is kept: how far we have pulled, whose a session is, how many messages are left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from bot.channels.wecom_items import Answered, Bounced, Entered, Moved, Recalled
from bot.channels.wecom_token import Token
from bot.model import Owner

NAME = "wecom"
NATIVE = "wecom_native"  # `via` of a chat that a person answers in WeCom
BUDGET, WINDOW_MS = 5, 48 * 3600 * 1000  # messages after one of the citizen's, and how long
RESERVE = 1  # of these, for what the service itself has to say, e.g. that a colleague takes over
NEW, BOT, POOL, PERSON, ENDED = range(5)  # session states


@dataclass(frozen=True, slots=True)
class Account:
    """How far we are with one account. `token` came with the last callback, at `called`; `started`: when it was first seen. UTC ms."""

    cursor: str
    token: str
    called: int
    started: int


class Row(NamedTuple):
    """A citizen's message as it is kept: address, the platform's id, fingerprint, body; `sent` and `at` are UTC ms."""

    address: str
    external: str
    digest: str
    body: str
    sent: int
    at: int


class Fact(NamedTuple):
    """An event with its id. Each is taken once."""

    msgid: str
    address: str
    sent: int
    item: Answered | Bounced | Entered | Moved | Recalled


class Taken(NamedTuple):
    """A page is durable: ids of the messages that are new (`silent`: said to a person), new facts, conversations that changed without a turn."""

    new: frozenset[str]
    silent: frozenset[str]
    facts: tuple[Fact, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with one citizen: our owner, and what is known of WeCom's session. `state` None: not known."""

    conversation: str
    address: str
    owner: Owner
    via: str | None
    version: int
    asked: int = 0  # when the citizen wrote last, UTC ms
    sent: int = 0  # messages of ours since
    state: int | None = None
    servicer: str = ""
    code: str = ""  # one message more may be sent under it until `code_until`
    code_until: int = 0
    bounced: int = 0  # how often the message in question did not arrive
    refused: bool = False  # WeCom would not move the session as the conversation is now

    def left(self, now: int) -> int:
        """How many messages may still be sent; 0 when the window is over."""
        return max(0, BUDGET - self.sent) if now < self.asked + WINDOW_MS else 0

    def for_people(self, now: int) -> int:
        """How many of them people may send: one is kept in reserve, none while people have the session in WeCom or it is over."""
        return 0 if self.state in (POOL, PERSON, ENDED) else max(0, self.left(now) - RESERVE)

    def usable_code(self, now: int) -> str:
        """The code for one message more, if it still holds."""
        return self.code if now < self.code_until else ""


class Books(Protocol):
    """Where all this is kept. Every method is durable when it returns; all raise StoreDown."""

    async def token(self) -> Token | None:
        """The access token kept, whatever its age."""

    async def keep_token(self, token: Token) -> None:
        """Keep this access token instead."""

    async def begin(self, kfids: Sequence[str], now: int) -> None:
        """Make a page for accounts seen for the first time: what is older is history."""

    async def account(self, kfid: str) -> Account | None:
        """How far we are with an account; None for one that is not ours."""

    async def called(self, kfid: str, token: str, now: int) -> bool:
        """There is something to be pulled, with this token. False for an account that is not ours."""

    async def take(self, kfid: str, before: str, after: str, items: Sequence[Row | Fact], now: int) -> Taken | None:
        """A page in its order and the cursor behind it, in one transaction; None, and nothing taken, when the cursor is no longer `before`."""

    async def standing(self, conversation: str, seq: int = 0) -> Standing:
        """How things stand with a citizen, and with their message `seq`."""

    async def address(self, address: str) -> Standing | None:
        """The same by address; None for somebody unknown."""

    async def sent(self, conversation: str, counted: bool) -> None:
        """A message is out; `counted`: towards the five, else under the code, which is used up."""

    async def moved(self, conversation: str, now: int, state: int, servicer: str = "", code: str = "", until: int = 0) -> None:
        """WeCom's session is now in this state; owner and ticket follow where a person has it or the session is over."""

    async def refused(self, conversation: str, version: int) -> None:
        """WeCom did not move the session as this version of the conversation wanted: not to be asked again for it."""

    async def adrift(self, native: Sequence[str]) -> Sequence[Standing]:
        """Conversations whose owner and session do not fit, of accounts where people answer in WeCom; none that WeCom has refused to move, none
        with something still to be said."""

    async def noticed(self, address: str, now: int) -> None:
        """Somebody new has been told the notice of first contact."""
