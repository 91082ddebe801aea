"""Wakes whoever watches a conversation. Carries no content: watchers read the store from where they are."""

import asyncio


class Hub:
    """Conversation id → events of those who watch."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Event]] = {}

    def watch(self, conversation: str) -> asyncio.Event:
        """An event that is set whenever the conversation changes; give it back with `leave`."""
        event = asyncio.Event()
        self._watchers.setdefault(conversation, set()).add(event)
        return event

    def leave(self, conversation: str, event: asyncio.Event) -> None:
        """Stop watching."""
        watchers = self._watchers.get(conversation, set())
        watchers.discard(event)
        if not watchers:
            self._watchers.pop(conversation, None)

    def publish(self, conversation: str) -> None:
        """Something new in a conversation."""
        for event in self._watchers.get(conversation, ()):
            event.set()

    def publish_all(self) -> None:
        """Anything may be new: another process wrote."""
        for watchers in self._watchers.values():
            for event in watchers:
                event.set()

    @property
    def count(self) -> int:
        """How many watch."""
        return sum(len(w) for w in self._watchers.values())
