"""One message in, one durable turn out: in order per conversation, parallel across conversations, each message once."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date

from bot import choices, guiding, handoff, metrics, overlay, thrift, wire
from bot.channel import OUTBOX
from bot.dialogue import decide, wants_tickets
from bot.handoff import NewTicket
from bot.hub import Hub
from bot.ids import new_id, secret_token, spoken_code, ticket_number
from bot.model import Conversation, Message, OpenTicket, Turn
from bot.ports import PULLED, THRIFTY, Conflict, Done, Duplicate, Store, Stored, Work, Written
from bot.privacy import masked
from bot.rules import TEXT_LIMIT, Rules, local
from intents.normalise import visible

KEPT = 20_000
TRIES = 8
Clock = Callable[[], int]
Decide = Callable[[Conversation, Message, Rules, NewTicket], Turn]


def utc_ms() -> int:
    """Now, UTC milliseconds."""
    return time.time_ns() // 1_000_000


def today() -> date:
    """The day in the province."""
    return local(utc_ms()).date()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The durable answer to one message."""

    conversation: str
    owner: str
    seq: int
    replies: tuple[Stored, ...]


class Reused(Exception):
    """The same message id came with another body."""


class Busy(Exception):
    """The conversation kept changing under us; nothing was accepted."""


class Desk:
    """Takes messages to turns. Keeps recent conversations in memory for speed; the store's version decides."""

    def __init__(self, store: Store, rules: Rules, clock: Clock = utc_ms):
        self.store = store
        self.rules = self._files = rules
        self.hub = Hub()
        self.clock = clock
        self._kept: OrderedDict[tuple[str, str], Conversation] = OrderedDict()
        self._next_ticket = _new_ticket(clock())
        self._last: dict[tuple[str, str], asyncio.Future[None]] = {}

    async def receive(self, channel: str, address: str, message: Message) -> Receipt:
        """Commit the turn that a message causes, or give the answer it had before. Raises Reused, Busy, StoreDown."""
        key = (channel, address)
        async with self._in_order(key):
            return await self._until_done(key, message)

    async def hand_over(self, channel: str, address: str, message: Message) -> Receipt:
        """Give a message to people that could not be decided by a mistake of ours: nothing that was received stays without an answer."""
        key = (channel, address)
        async with self._in_order(key):
            return await self._until_done(key, message, handoff.undecided)

    async def amend(self, channel: str, address: str, message: Message) -> None:
        """Put an edited message in the place of what was said; one that still waits is answered first. Raises StoreDown."""
        async with self._in_order((channel, address)):
            said = self._attached(message) + self._kept_text(message.text or "")
            await self.store.amend(channel, address, message.id, wire.plain_body(said))

    @asynccontextmanager
    async def _in_order(self, key: tuple[str, str]) -> AsyncIterator[None]:
        before = self._last.get(key)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._last[key] = mine
        try:
            if before is not None:  # earlier messages of this conversation first
                await asyncio.shield(before)  # whoever gives up waiting must not end it for the others
            yield
        finally:
            mine.set_result(None)
            if self._last.get(key) is mine:
                del self._last[key]

    async def _until_done(self, key: tuple[str, str], message: Message, how: Decide = decide) -> Receipt:
        for _ in range(TRIES):
            receipt = await self._try(key, message, how)
            if receipt is not None:
                return receipt
            self._kept.pop(key, None)
        raise Busy

    async def _try(self, key: tuple[str, str], message: Message, how: Decide) -> Receipt | None:
        before, is_new = await self._conversation(key, message.at)
        code = guiding.code_in(message.text)
        if code:
            message = replace(message, parked=await self.store.parked(code, self.clock()))
        message = await self._with_tickets(before, message)
        started = time.perf_counter()
        turn = how(before, message, self.rules, self._next_ticket)
        if key[0] in THRIFTY:
            turn = thrift.together(turn)
        if isinstance(turn.ticket, OpenTicket) or turn.sheet or turn.park:  # taken: nobody else may get this number, token or code
            self._next_ticket = _new_ticket(message.at)
        decided = time.perf_counter()
        work = Work(before, message, turn, self._lines(before, message, turn), self.clock(), is_new, key[0] not in PULLED, self._notice(turn))
        outcome = await self.store.commit(work)
        metrics.DECIDE.observe(decided - started)
        metrics.COMMIT.observe(time.perf_counter() - decided)
        if isinstance(outcome, Conflict):
            return None
        if isinstance(outcome, Duplicate):
            return _same(outcome, message)
        return self._done(key, turn, outcome)

    async def _with_tickets(self, before: Conversation, message: Message) -> Message:
        """The message with the conversation's tickets where it asks for them: `decide` sees no store."""
        if not wants_tickets(before, message, self.rules):
            return message
        return replace(message, filed=tuple(await self.store.filed(before.id)))

    def _done(self, key: tuple[str, str], turn: Turn, done: Done) -> Receipt:
        self._keep(key, done.conversation)
        metrics.turn(key[0], turn.decision)
        self.hub.publish(done.conversation.id)
        self.hub.publish(key[1])  # a page may watch its address before there is a conversation
        if done.replies and key[0] not in PULLED:
            self.hub.publish(OUTBOX + key[0])
        return Receipt(done.conversation.id, done.conversation.owner.value, done.conversation.seq, done.replies)

    async def _conversation(self, key: tuple[str, str], at: int) -> tuple[Conversation, bool]:
        kept = self._kept.get(key)
        if kept is None:
            kept = await self.store.load(*key)
        if kept is None:
            return Conversation(new_id(at), *key), True
        return kept, False

    def _keep(self, key: tuple[str, str], conversation: Conversation) -> None:
        self._kept[key] = conversation
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _lines(self, before: Conversation, message: Message, turn: Turn) -> tuple[Written, ...]:
        said = Written(new_id(message.at), "citizen", wire.plain_body(self.as_said(before, message)))
        return (said, *(Written(new_id(message.at), "bot", wire.body(reply)) for reply in turn.replies))

    def as_said(self, before: Conversation, message: Message) -> str:
        """What is stored of a message: visible characters, identifying numbers masked, a position never."""
        if message.text is not None:
            return self._attached(message) + self._kept_text(message.text)
        if message.files:
            return self._attached(message)
        if message.choice is not None:
            return self._label(before, message.choice)
        return "〔位置〕" if message.location is not None else "〔文件〕"

    def _kept_text(self, text: str) -> str:
        return masked(visible(text))[:TEXT_LIMIT]

    def _attached(self, message: Message) -> str:
        return "".join(f"〔{self.rules.phrases[f'file_{file.kind}']}〕" for file in message.files)

    def _label(self, before: Conversation, choice: str) -> str:
        offered = next((c.label for c in before.topic.offered if c.id == choice), None)
        if offered:
            return offered
        item = self.rules.library.catalog.items.get(choice.split(":")[1] if ":" in choice else "")
        name = choices.called(choice)
        return item.button if item else self.rules.phrases[name] if name else "〔选项〕"

    def _notice(self, turn: Turn) -> str:
        """The version of the text that a consent stands on: its own, or the notice of first contact."""
        return self.rules.phrases.get(f"{turn.consent}_consent_version", self.rules.library.desk.notice.version)

    async def refresh(self) -> bool:
        """Answer from what is published now; whether that is news. Raises DataError when it doesn't pass the check: then nothing changes."""
        found = [await self.store.active(kind) for kind in overlay.KINDS]
        active = {revision.kind: revision for revision in found if revision}
        if overlay.named(self._files, active) == self.rules.revision:
            return False
        rules = overlay.laid_over(self._files, active, local(self.clock()).date())
        await asyncio.to_thread(lambda: rules.patents_like)  # learnt beside the talk, so that no citizen waits for it
        self.rules = rules
        return True

    def forget(self) -> None:
        """Drop what is remembered: another process changed the store."""
        self._kept.clear()


def _new_ticket(at: int) -> NewTicket:
    return NewTicket(new_id(at), ticket_number(), secret_token(), spoken_code())


def _same(before: Duplicate, message: Message) -> Receipt:
    if before.digest != message.digest:
        raise Reused
    return Receipt(before.conversation, before.owner, before.seq, before.replies)
