"""微信客服, WeCom's channel to ordinary WeChat users: callbacks, pulling, sessions, sending, as one channel of the house."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from bot import metrics, wire
from bot.channel import OUTBOX, Abilities, Inbox, Pace, Sent, State, Window
from bot.channels.wecom_books import BUDGET, NAME, WINDOW_MS, Books, Taken
from bot.channels.wecom_callback import PATH, Callback
from bot.channels.wecom_client import WecomClient, own_id
from bot.channels.wecom_envelope import Envelope
from bot.channels.wecom_errors import Kind, WecomError
from bot.channels.wecom_items import Entered, Moved
from bot.channels.wecom_pull import Puller
from bot.channels.wecom_send import Attached, Sender, Words
from bot.channels.wecom_sessions import Modes, Sessions
from bot.channels.wecom_words import File, payloads
from bot.model import Reply
from bot.ports import Outgoing

log = logging.getLogger("zhiwen.wecom")
WELCOME_MS = 20_000
_REFUSED = {40001, 40013, 60020, 50003, 301007}  # nothing at all works


@dataclass(frozen=True, slots=True)
class WecomSettings:
    """What an operator decides. `modes`: account → `relay`, `native` or a person's id. Seconds: `poll` without callbacks, `tolerance` of timestamps,
    `look` at sessions whose owner was changed."""

    corp: str
    token: str
    aes_key: str
    modes: Modes
    public_url: str = ""
    poll: float = 60.0
    tolerance: int = 600
    look: float = 5.0


@dataclass(frozen=True)
class Sayings:
    """What the channel says of itself, as it is now: to somebody who opens the chat, to somebody whose chat with a person has ended."""

    words: Callable[[], Words]
    welcome: Callable[[], Reply]
    goodbye: Callable[[], Reply]


@dataclass
class WecomKf:
    """The channel. `changed` is told of what changed without a turn: a conversation, or the outbox."""

    settings: WecomSettings
    client: WecomClient
    books: Books
    clock: Callable[[], int]
    sayings: Sayings
    document: Attached
    changed: Callable[[str], None]
    name: str = NAME
    state: State = "starting"
    _pullers: Mapping[str, Puller] = field(default_factory=dict)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._sessions = Sessions(self.client, self.books, self.settings.modes, self.clock, self.changed)
        base = self.settings.public_url
        self._sender = Sender(self.client, self.books, self._sessions, self.clock, self.sayings.words, self.document, base)

    @property
    def abilities(self) -> Abilities:
        """Menus, files, positions; the platform's own limit is 10,000 calls a minute for each function."""
        handover: Literal["relayed", "native"] = "native" if self._sessions.native else "relayed"
        return Abilities(buttons=True, files=True, location=True, handover=handover, each=Pace(2.0, BUDGET), all=Pace(150.0, 300))

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """The callback, for its verification and for its calls."""
        envelope = Envelope(self.settings.token, self.settings.aes_key, self.settings.corp)
        callback = Callback(envelope, self._called, self.clock, self.settings.tolerance)
        return web.get(PATH, callback.verify, allow_head=False), web.post(PATH, callback.post)

    async def _called(self, kfid: str, token: str) -> bool:
        if not await self.books.called(kfid, token, self.clock()):
            return False
        if kfid in self._pullers:
            self._pullers[kfid].wake()
        return True

    async def run(self, inbox: Inbox) -> None:
        """Pull all accounts, and keep sessions with their owners, until cancelled."""
        await self.books.begin(tuple(self.settings.modes), self.clock())
        every = self.settings.poll
        pullers = {k: Puller(k, self.client, self.books, inbox, self.clock, every, self._effects) for k in self.settings.modes}
        self._pullers = pullers
        async with asyncio.TaskGroup() as group:
            for puller in pullers.values():
                group.create_task(puller.run())
            group.create_task(self._look_after_sessions())

    async def _look_after_sessions(self) -> None:
        """Where owner and session differ, the session follows: the owner was changed from outside, or we died in between."""
        while True:
            metrics.ALARM.labels(NAME).set(1 if self.client.calls.alarms else 0)
            try:
                for standing in await self.books.adrift(self._sessions.native):
                    await self._sessions.follow(standing)
            except Exception as error:  # the next look tries again
                log.warning("sessions are not looked after: %s", type(error).__name__)
            await asyncio.sleep(self.settings.look)

    async def _effects(self, taken: Taken) -> None:
        """What must be said within seconds is said beside the rest; what changed is told, and what was held may go."""
        for conversation in (*taken.changed, *([OUTBOX + NAME] if taken.new else [])):
            self.changed(conversation)
        for fact in taken.facts:
            if isinstance(fact.item, Entered) and fact.item.code:
                self._beside(self._greet(fact.address, fact.item.code, fact.msgid, fact.sent))
            elif isinstance(fact.item, Moved) and fact.item.change == 3 and fact.item.code:
                self._beside(self._at_once(fact.item.code, fact.msgid, fact.sent, self.sayings.goodbye()))

    async def _greet(self, address: str, code: str, msgid: str, sent: int) -> None:
        """The welcome carries the notice of first contact, so a new citizen is not told it again."""
        if await self._at_once(code, msgid, sent, self.sayings.welcome()):
            await self.books.noticed(address, self.clock())

    async def _at_once(self, code: str, msgid: str, sent: int, reply: Reply) -> bool:
        """Say one thing under a code that holds for 20 seconds; True when it is out."""
        if sent and self.clock() - sent > WELCOME_MS:
            return False
        payload = payloads(wire.body(reply), "bot", self.sayings.words(), self.settings.public_url)[0]
        if isinstance(payload, File):
            return False
        try:
            await self.client.send_on_event(code, own_id(msgid, 0, 0), payload)
        except WecomError as error:
            log.warning("a code was not used: %s", error)
            return False
        return True

    def _beside(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def window(self, address: str) -> Window:
        """Until 48 hours after the citizen wrote; what is left of the five besides the reserve; not while people have the session in WeCom."""
        standing, now = await self.books.address(address), self.clock()
        if standing is None:
            return Window(False, 0, 0)
        left = standing.for_people(now)
        return Window(left > 0, standing.asked + WINDOW_MS, left)

    async def send(self, out: Outgoing, part: int) -> Sent:
        """Deliver one part of a message. Raises DeliveryError."""
        return await self._sender.send(out, part)

    async def typing(self, address: str) -> None:
        """WeCom shows nothing of the kind."""

    async def alive(self) -> bool:
        """Whether the API answers, be it with a refusal that does not concern everything."""
        try:
            await self.client.accounts()
        except WecomError as error:
            refused = any(alarm.code in _REFUSED for alarm in self.client.calls.alarms.values())
            answers = error.code is not None or error.kind is Kind.PAUSE
            self.state = "refused" if refused else "up" if answers else "away"
        else:
            self.state = "up"
        return self.state == "up"

    async def close(self) -> None:
        """End connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.calls.close()


async def _quietly(work: Coroutine[Any, Any, object]) -> None:
    """Work that nobody waits for: what fails is said once."""
    try:
        await work
    except Exception as error:
        log.warning("beside: %s", type(error).__name__)
