"""Telegram: the Bot API by python-telegram-bot inside our own loop, by webhook or by polling, with nothing lost on the way."""

import asyncio
import logging
import os
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import telegram
from aiohttp import web
from telegram.constants import ChatAction, ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.channel import Abilities, Document, Inbox, Pace, Sent, State, Window
from bot.channels.telegram_errors import delivery_error, is_markup
from bot.channels.telegram_polling import poll
from bot.channels.telegram_render import AskPosition, File, Part, Text, Venue, parts
from bot.channels.telegram_text import html, plain
from bot.channels.telegram_updates import COMMANDS, Reader, Update
from bot.channels.telegram_webhook import PATH, Webhook
from bot.ports import Outgoing

log = logging.getLogger("zhiwen.telegram")
T = TypeVar("T")
API = "https://api.telegram.org"
CONNECT, WRITE, PROBE = 5.0, 20.0, 5.0  # seconds
CONNECTIONS = 32  # for each request the library's pool looks at all of them
OTHERS = 8  # connections for what is not a message
LONGEST_RETRY = 60.0
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """What an operator decides. `secret`: what Telegram must show at the webhook. `rate`: messages a second to all together; `each`: to one
    citizen. `patience`: seconds that an answer of Telegram is waited for."""

    token: str
    mode: str
    secret: str
    base_url: str = API
    public_url: str = ""
    rate: float = 30.0
    each: Pace = Pace(1.0, 4)
    patience: float = 15.0


class Connected(NamedTuple):
    """The library's bot, and the connections that it does not close by itself."""

    bot: telegram.Bot
    requests: tuple[HTTPXRequest, HTTPXRequest]

    async def close(self) -> None:
        """End the connections."""
        for request in self.requests:
            await request.shutdown()


def connected(settings: TelegramSettings) -> Connected:
    """The library's bot for these settings; nothing is asked yet."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library's later way to tell times, without a warning each time
    root = settings.base_url.rstrip("/")
    timeouts: dict[str, Any] = {"connect_timeout": CONNECT, "read_timeout": settings.patience, "write_timeout": WRITE, "pool_timeout": CONNECT}
    sending, asking = HTTPXRequest(connection_pool_size=CONNECTIONS + OTHERS, **timeouts), HTTPXRequest(connection_pool_size=1, **timeouts)
    bot = telegram.Bot(settings.token, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot", request=sending, get_updates_request=asking)
    return Connected(bot, (sending, asking))


class Telegram:
    """The channel. `words`: the bot's sentences now; `document`: a file of ours by its address, None when its time is over."""

    name = "telegram"

    def __init__(
        self, settings: TelegramSettings, words: Callable[[], Words], document: Callable[[Outgoing, str], Awaitable[Document | None]]
    ):
        self._settings, self._words, self._document = settings, words, document
        self._connected = connected(settings)
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._bot = self._connected.bot
        self._reader = Reader(words)
        self._webhook: Webhook | None = None
        self._state: State = "starting"
        self._tasks: set[asyncio.Task[Any]] = set()
        self.abilities = Abilities(
            buttons=True, files=True, location=True, handover="relayed", each=settings.each, all=Pace(settings.rate, max(1, int(settings.rate)))
        )

    @property
    def state(self) -> State:
        """Whether Telegram answers us now."""
        return self._state

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """The webhook; none while polling."""
        if self._settings.mode != "webhook":
            return ()
        self._webhook = Webhook(self.name, self._settings.secret, self._reader, inbox, self._noticed)
        return (web.post(PATH, self._webhook.post),)

    async def run(self, inbox: Inbox) -> None:
        """Greet Telegram, again and again until it answers; then take updates, if they are to be fetched."""
        await self._greet()
        if self._settings.mode == "polling":
            await poll(self._bot, self.name, self._reader, inbox, self._noticed)

    async def _greet(self) -> None:
        failures = 0
        while not await self.alive():
            failures += 1
            await asyncio.sleep(min(LONGEST_RETRY, 2.0**failures) * random.uniform(0.5, 1))  # noqa: S311 - spreads retries
        words = self._words()
        menu = [telegram.BotCommand(name, words[phrase][:256]) for name, (phrase, _) in COMMANDS.items()]
        try:
            await self._bot.set_my_commands(menu, scope=telegram.BotCommandScopeAllPrivateChats())
            if self._settings.mode == "webhook":
                await self._look_at_webhook()
        except TelegramError as error:
            log.warning("telegram: the menu is not set: %s", type(error).__name__)

    async def _look_at_webhook(self) -> None:
        """Say to the operator what would keep updates away."""
        found = await self._bot.get_webhook_info()
        expected = self._settings.public_url.rstrip("/") + PATH
        if not found.url or (self._settings.public_url and found.url != expected):
            log.warning("telegram: webhook 没有指向本服务，收不到消息；请运行 zhiwen telegram webhook set")
        if found.last_error_message:
            log.warning("telegram: webhook 最近一次出错：%s；积压 %s 条", found.last_error_message, found.pending_update_count)

    async def alive(self) -> bool:
        """Ask getMe, which changes nothing."""
        try:
            await self._bot.get_me(read_timeout=PROBE)
        except InvalidToken:
            if self._state != "refused":
                log.error("telegram: 令牌被拒绝，请检查 ZHIWEN_TELEGRAM_TOKEN")
            self._state = "refused"
        except TelegramError as error:
            if self._state != "away":
                log.warning("telegram: cannot be reached: %s", type(error).__name__)
            self._state = "away"
        else:
            self._state = "up"
        return self._state == "up"

    async def window(self, address: str) -> Window:
        """A private chat may be written to at any time; whether the citizen blocked us shows at the attempt."""
        return Window(True)

    async def send(self, out: Outgoing, part: int) -> Sent:
        """Deliver one part of a message. Raises DeliveryError."""
        rendered = parts(out.body, out.sender, self._words(), self._settings.public_url)
        if part >= len(rendered):  # nothing to be seen in it
            return Sent("")
        try:
            async with self._free:  # waiting here costs nothing, waiting in the pool does
                external = await self._send(out, rendered[part])
        except TelegramError as error:
            raise delivery_error(error) from error
        return Sent(external, part + 1 < len(rendered))

    async def _send(self, out: Outgoing, part: Part) -> str:
        if isinstance(part, Text):
            return await self._send_text(int(out.address), part)
        if isinstance(part, Venue):
            sent = await self._bot.send_venue(int(out.address), part.lat, part.lon, part.title, part.address)
            return str(sent.message_id)
        if isinstance(part, AskPosition):
            return await self._send_position_button(int(out.address), part)
        return await self._send_file(out, part)

    async def _send_text(self, chat: int, part: Text) -> str:
        rows = [[telegram.InlineKeyboardButton(b.label, callback_data=b.choice) for b in row] for row in part.rows]
        keyboard = telegram.InlineKeyboardMarkup(rows) if rows else None
        more: dict[str, Any] = {"reply_markup": keyboard, "link_preview_options": telegram.LinkPreviewOptions(is_disabled=True)}
        try:
            sent = await self._bot.send_message(chat, html(part.spans), parse_mode=ParseMode.HTML, **more)
        except TelegramError as error:
            if not is_markup(error):
                raise
            log.warning("telegram: markup refused, sent as plain text")
            sent = await self._bot.send_message(chat, plain(part.spans), **more)
        return str(sent.message_id)

    async def _send_position_button(self, chat: int, part: AskPosition) -> str:
        button = telegram.KeyboardButton(part.label, request_location=True)
        keyboard = telegram.ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
        return str((await self._bot.send_message(chat, part.text, reply_markup=keyboard)).message_id)

    async def _send_file(self, out: Outgoing, part: File) -> str:
        found = await self._document(out, part.path)
        if found is None:
            return ""
        sent = await self._bot.send_document(int(out.address), found.content, filename=found.name, caption=part.label)
        return str(sent.message_id)

    async def typing(self, address: str) -> None:
        """Show that an answer comes."""
        await self._quietly(self._bot.send_chat_action(int(address), ChatAction.TYPING))

    def _noticed(self, update: Update) -> None:
        """A press is acknowledged at once, one that means nothing with a word; whether that arrives is of no weight."""
        if update.pressed:
            text = self._words()["stale_press"] if update.stale else None
            self._beside(self._quietly(self._bot.answer_callback_query(update.pressed, text=text)))

    async def _quietly(self, call: Coroutine[Any, Any, T]) -> None:
        try:
            await call
        except TelegramError as error:
            log.debug("telegram: %s", type(error).__name__)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something without anybody waiting for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End connections."""
        if self._webhook:
            self._webhook.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._connected.close()
