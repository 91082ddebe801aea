"""How fast a channel may write: so many messages a second to one address, and to all together. No clock of its own."""

from bot.channel import Pace

KEPT = 10_000


class Pacing:
    """Slots in time, each given once (the generic cell rate algorithm)."""

    def __init__(self, pace: Pace):
        self._each = 1.0 / pace.rate
        self._ahead = (pace.burst - 1) * self._each
        self._next: dict[str, float] = {}

    def wait(self, key: str, now: float) -> float:
        """Take the next slot of a key; how many seconds there are until it."""
        slot = max(self._next.get(key, 0.0), now)
        self._next[key] = slot + self._each
        if len(self._next) > KEPT:
            self._next = {k: v for k, v in self._next.items() if v > now}
        return max(0.0, slot - now - self._ahead)
