"""Updates go in the order of their numbers; pacing gives each slot once; errors mean what the platform's page says."""

import asyncio

import httpx
import pytest
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channel import DeliveryError, Pace
from bot.channels import telegram_order
from bot.channels.telegram_errors import delivery_error
from bot.channels.telegram_order import Order
from bot.delivery import backoff, settled
from bot.pacing import Pacing
from bot.ports import Outgoing

DAY = 24 * 3600 * 1000


@pytest.mark.parametrize("numbers", [[5, 6, 7, 8], [5, 8, 7, 6], [5, 7, 8, 6], [5, 6, 8, 7], [5, 8, 6, 7]])
async def test_what_has_come_goes_in_order(numbers: list[int]) -> None:
    gone: list[int] = []
    order = Order()
    for number in numbers:
        order.put(number, lambda number=number: gone.append(number))  # type: ignore[misc]
    assert gone == [5, 6, 7, 8]
    order.close()


async def test_a_missing_one_is_given_up_and_a_late_one_still_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_order, "HOLD", 0.01)
    gone: list[int] = []
    order = Order()
    for number in (5, 9, 8):
        order.put(number, lambda number=number: gone.append(number))  # type: ignore[misc]
    assert gone == [5]
    while len(gone) < 3:
        await asyncio.sleep(0.005)
    order.put(6, lambda: gone.append(6))
    order.put(10, lambda: gone.append(10))
    assert gone == [5, 8, 9, 6, 10]
    order.close()


async def test_numbers_that_begin_anew_do_not_wait() -> None:
    gone: list[int] = []
    order = Order()
    for number in (900_000, 17, 18, 5_000_000):
        order.put(number, lambda number=number: gone.append(number))  # type: ignore[misc]
    assert gone == [900_000, 17, 18, 5_000_000]


async def test_what_is_held_at_the_end_goes_nowhere() -> None:
    order, gone = Order(), []
    for number in (5, 7):
        order.put(number, lambda number=number: gone.append(number))  # type: ignore[misc]
    order.close()
    order.put(6, lambda: gone.append(6))
    assert gone == [5, 6]


def test_a_burst_goes_at_once_and_then_by_time() -> None:
    pacing = Pacing(Pace(1.0, 3))
    assert [pacing.wait("a", 0.0) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert pacing.wait("b", 0.0) == 0, "each key has its own"
    assert pacing.wait("a", 100.0) == 0


NOT_SENT = [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x"), httpx.ProxyError("x")]
PERHAPS = [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x"), httpx.WriteError("x"), None]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), "blocked"), (BadRequest("Bad Request: chat not found"), "blocked"),
        (BadRequest("Bad Request: message is too long"), "refused"), (ChatMigrated(-100), "refused"), (InvalidToken("x"), "away"),
        (Conflict("x"), "later"), (TelegramError("Invalid server response"), "unknown"),
    ],
)  # fmt: skip
def test_what_an_error_means(error: TelegramError, kind: str) -> None:
    assert delivery_error(error).kind == kind


@pytest.mark.parametrize(("causes", "kind"), [(NOT_SENT, "away"), (PERHAPS, "unknown")])
def test_only_what_never_left_us_counts_as_not_sent(causes: list[Exception | None], kind: str) -> None:
    for cause in causes:
        for error in (TimedOut(), NetworkError("x")):
            error.__cause__ = cause
            assert delivery_error(error).kind == kind


def test_a_flood_says_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    error = delivery_error(RetryAfter(17))
    assert (error.kind, error.after) == ("later", 17.0)


def out(tries: int = 0) -> Outgoing:
    return Outgoing("c", "7", 2, "id", "bot", "{}", 0, tries)


@pytest.mark.parametrize(
    ("error", "now", "tries", "state", "unknown"),
    [
        (DeliveryError("later", "x", 30), 1000, 0, "waiting", False), (DeliveryError("unknown", "x"), 1000, 0, "waiting", True),
        (DeliveryError("away", "x"), 1000, 50, "waiting", False), (DeliveryError("away", "x"), 2 * DAY, 3, "waiting", False),
        (DeliveryError("away", "x"), 2 * DAY, 50, "dead", False), (DeliveryError("refused", "x"), 1000, 0, "dead", False),
        (DeliveryError("blocked", "x"), 1000, 0, "blocked", False), (DeliveryError("hold", "x"), 1000, 0, "held", False),
    ],
)  # fmt: skip
def test_what_becomes_of_a_message(error: DeliveryError, now: int, tries: int, state: str, unknown: bool) -> None:
    how = settled(error, out(tries), now, 0.0)
    assert (how.state, how.unknown) == (state, unknown)
    assert how.state != "waiting" or how.due >= now + error.after * 1000


def test_waiting_grows_and_is_spread_but_has_an_end() -> None:
    assert [backoff(n, 0.0) for n in range(4)] == [1, 2, 4, 8]
    assert backoff(50, 0.0) == 300 and backoff(50, 1.0) == 150
