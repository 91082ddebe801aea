"""Fetch updates: they are kept before the offset moves, so that a crash loses none. For development, and where no webhook can be reached."""

import asyncio
import logging
from collections.abc import Callable

import telegram
from telegram.error import Conflict, RetryAfter, TelegramError, TimedOut

from bot.channel import Inbox
from bot.channels.telegram_errors import seconds
from bot.channels.telegram_updates import ALLOWED, Reader, Unreadable, Update
from bot.channels.telegram_webhook import take
from bot.ports import StoreDown

log = logging.getLogger("zhiwen.telegram")
WAIT = 25  # seconds that Telegram keeps the question open
LONGEST_RETRY = 30.0
CONFLICT_RETRY = 10.0
Noticed = Callable[[Update], None]


async def poll(bot: telegram.Bot, channel: str, reader: Reader, inbox: Inbox, noticed: Noticed) -> None:
    """Ask for updates until cancelled."""
    offset: int | None = None
    failures = 0
    while True:
        try:
            found = await bot.get_updates(offset=offset, timeout=WAIT, allowed_updates=list(ALLOWED))
            await _taken(found, channel, reader, inbox, noticed)
            offset, failures = (found[-1].update_id + 1 if found else offset), 0
        except TimedOut:
            continue
        except (TelegramError, StoreDown) as error:
            failures += 1
            log.warning("telegram: polling: %s", type(error).__name__)
            await asyncio.sleep(_pause(error, failures))


async def _taken(found: tuple[telegram.Update, ...], channel: str, reader: Reader, inbox: Inbox, noticed: Noticed) -> None:
    updates = [_understood(reader, each) for each in found]
    await take(channel, updates, inbox, lambda update: inbox.go(channel, [update.incoming] if update.incoming else []))
    for update in updates:
        noticed(update)


def _understood(reader: Reader, update: telegram.Update) -> Update:
    try:
        return reader.understood(update)
    except Unreadable as error:
        log.warning("telegram: an update cannot be read: %s", error)
        return Update(update.update_id)


def _pause(error: Exception, failures: int) -> float:
    if isinstance(error, RetryAfter):
        return seconds(error)
    if isinstance(error, Conflict):
        log.error("telegram: 另有程序在收消息，或设置了 webhook；请停掉它，或运行 zhiwen telegram webhook delete")
        return CONFLICT_RETRY
    return min(LONGEST_RETRY, 2.0**failures)
