"""Counters for Prometheus. Labels are closed sets: never a citizen's words."""

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
TURNS = Counter("zhiwen_turns_total", "Messages answered, durable", ["channel", "decision"])
REFUSED = Counter("zhiwen_refused_total", "Requests refused", ["status"])
DECIDE = Histogram("zhiwen_decide_seconds", "Understanding and deciding one message", buckets=_FAST)
COMMIT = Histogram("zhiwen_commit_seconds", "Waiting for the turn to be durable", buckets=_FAST)
STREAMS = Gauge("zhiwen_event_streams", "Open event streams")
OVERDUE = Gauge("zhiwen_facts_overdue", "Facts and answers past their review date")
READY = Gauge("zhiwen_ready", "1 when the service takes messages")
STUCK = Counter("zhiwen_inbox_stuck_total", "Received messages that could not be decided", ["channel"])
SENT = Counter("zhiwen_deliveries_total", "Attempts to deliver, by how they ended", ["channel", "outcome"])
WAITING = Gauge("zhiwen_outbox_waiting", "Messages not yet delivered", ["channel"])
OLDEST = Gauge("zhiwen_outbox_oldest_seconds", "Age of the oldest message not yet delivered", ["channel"])
DEAD = Gauge("zhiwen_outbox_dead", "Messages that could not be delivered and wait for staff", ["channel"])
CHANNEL_UP = Gauge("zhiwen_channel_up", "1 while the platform answers", ["channel"])
CALLBACKS = Counter("zhiwen_callbacks_total", "Callbacks of a platform that brings no words itself", ["channel", "outcome"])
PULLED = Counter("zhiwen_pulled_total", "Items pulled from a platform, by kind", ["channel", "kind"])
ALARM = Gauge("zhiwen_channel_alarm", "1 while a platform refuses what only an operator can change", ["channel"])

_turns: dict[tuple[str, str], Counter] = {}


def turn(channel: str, decision: str) -> None:
    """Count one durable turn."""
    key = (channel, decision)
    counter = _turns.get(key)
    if counter is None:
        counter = _turns[key] = TURNS.labels(channel, decision)
    counter.inc()
