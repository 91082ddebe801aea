"""What Telegram's errors mean for a message: by class, and by the words of a 400 where the class says too little. Pure."""

from datetime import timedelta

import httpx
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channel import DeliveryError

# The request never left us, or nobody was there to take it.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "bot was blocked", "have no rights to send")
_TEXT = 200


def delivery_error(error: TelegramError) -> DeliveryError:
    """The error of an attempt to send. Its text names the cause; Telegram's words never carry ours."""
    text = f"{type(error).__name__}: {error.message}"[:_TEXT]
    if isinstance(error, RetryAfter):
        return DeliveryError("later", text, seconds(error))
    if isinstance(error, Forbidden):
        return DeliveryError("blocked", text)
    if isinstance(error, InvalidToken):
        return DeliveryError("away", text)
    if isinstance(error, Conflict):
        return DeliveryError("later", text)
    if isinstance(error, ChatMigrated):
        return DeliveryError("refused", text)
    if isinstance(error, BadRequest):
        return DeliveryError("blocked" if any(words in error.message.lower() for words in _GONE) else "refused", text)
    if isinstance(error.__cause__, _NOT_SENT):
        return DeliveryError("away", text)
    return DeliveryError("unknown", text)


def seconds(error: RetryAfter) -> float:
    """How long to wait; a number today, a timedelta in later versions of the library."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def is_markup(error: TelegramError) -> bool:
    """Whether the same words without markup would be taken."""
    return isinstance(error, BadRequest) and "can't parse entities" in error.message.lower()
