"""How many messages a visitor and an address may send: token buckets in memory. Pure but for what they remember."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Tokens left, and when they were counted."""

    tokens: float
    at: float


class Buckets:
    """One bucket a key; the longest unused are forgotten."""

    def __init__(self, rate: float, burst: int, kept: int = 100_000):
        self.rate, self.burst, self._limit = rate, float(burst), kept
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, now: float) -> float:
        """Take one token: 0 when there was one, else the seconds until there is. `now` in seconds of any steady clock."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self.burst, now)
            if len(self._buckets) > self._limit:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.at) * self.rate)
        bucket.at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / self.rate
