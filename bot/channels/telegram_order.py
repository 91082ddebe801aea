"""Updates over several connections may overtake each other: their numbers, which count up by one, say whether an earlier one is still on its way."""

import asyncio
from collections.abc import Callable

HOLD = 0.5  # seconds that an earlier update is waited for
FAR = 1000  # a gap this wide is none: the numbers began anew
Go = Callable[[], None]


class Order:
    """Lets updates go in the order of their numbers. Before the first one nothing is known to be missing."""

    def __init__(self) -> None:
        self._next: int | None = None  # everything below has gone, or is given up
        self._held: dict[int, Go] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    def put(self, number: int, go: Go) -> None:
        """Let an update go now, or when those before it have come, or after a moment without them."""
        if self._next is None or abs(number - self._next) > FAR:
            self._release(number)
        if number < (self._next or 0):
            go()
            return
        self._held[number] = go
        self._release(self._next or 0)
        if number in self._held:
            handle = asyncio.get_running_loop().call_later(HOLD, self._given_up, number)
            self._timers = {timer for timer in self._timers if timer.when() > asyncio.get_running_loop().time()} | {handle}

    def _given_up(self, number: int) -> None:
        if number in self._held:
            self._release(number)

    def _release(self, start: int) -> None:
        """Everything held below a number, then what follows on it without a gap."""
        for number in sorted(n for n in self._held if n < start):
            self._held.pop(number)()
        self._next = start
        while self._next in self._held:
            self._held.pop(self._next)()
            self._next += 1

    def close(self) -> None:
        """Forget what is held: it is kept in the inbox."""
        for timer in self._timers:
            timer.cancel()
        self._held.clear()
