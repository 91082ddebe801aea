"""Updates over several connections may overtake each other: their numbers, which count up by one, say whether an earlier one is still on its way."""

import asyncio
from collections.abc import Awaitable, Callable

HOLD = 0.5  # seconds that an earlier update is waited for
FAR = 1000  # a gap this wide is none: the numbers began anew


class Order:
    """The numbers seen so far. Before the first one nothing is known to be missing."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep):
        self._sleep = sleep
        self._next: int | None = None  # everything below has been seen or given up
        self._seen: set[int] = set()
        self._moved = asyncio.Event()

    def seen(self, number: int) -> None:
        """An update is kept."""
        if self._next is None or abs(number - self._next) > FAR:
            self._next, self._seen = number, set()
        self._seen.add(number)
        self._advance()

    def is_turn(self, number: int) -> bool:
        """Whether nothing below is missing."""
        return self._next is None or number < self._next

    async def turn(self, number: int) -> None:
        """Wait until nothing below is missing, or for so long that it is given up."""
        waited = asyncio.ensure_future(self._sleep(HOLD))
        try:
            while not self.is_turn(number) and not waited.done():
                moved = asyncio.ensure_future(self._moved.wait())
                await asyncio.wait((waited, moved), return_when=asyncio.FIRST_COMPLETED)
                moved.cancel()
        finally:
            waited.cancel()
        if not self.is_turn(number):
            self._next = max(self._next or 0, number)
            self._advance()

    def _advance(self) -> None:
        while self._next in self._seen:
            self._seen.discard(self._next)
            self._next += 1
        self._moved.set()
        self._moved = asyncio.Event()
