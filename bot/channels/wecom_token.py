"""The access token: one for all who share a store, asked for by one at a time, renewed before it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

EARLY_MS = 300_000  # before its end; WeCom gives the same token until then


class Token(NamedTuple):
    """A token and the UTC ms until which it is used."""

    text: str
    until: int


class Kept(Protocol):
    """Where tokens are kept for other processes and for the next start."""

    async def token(self) -> Token | None:
        """The token kept, whatever its age."""

    async def keep_token(self, token: Token) -> None:
        """Keep this one instead."""


class Tokens:
    """Hands out a token that holds. `fetch` asks WeCom for one: its text and its seconds."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[str, int]]], kept: Kept, clock: Callable[[], int]):
        self._fetch, self._kept, self._clock = fetch, kept, clock
        self._token = Token("", 0)
        self._one = asyncio.Lock()

    async def current(self) -> str:
        """A token that should hold. Raises what `fetch` raises."""
        if self._holds(self._token):
            return self._token.text
        return await self._another("")

    async def renewed(self, refused: str) -> str:
        """Another one than the one refused; whoever was refused the same one at the same time gets the same new one."""
        return await self._another(refused)

    async def _another(self, refused: str) -> str:
        async with self._one:
            if self._token.text != refused and self._holds(self._token):
                return self._token.text
            kept = await self._kept.token()
            if kept is not None and kept.text != refused and self._holds(kept):
                self._token = kept
                return kept.text
            text, seconds = await self._fetch()
            self._token = Token(text, self._clock() + seconds * 1000 - EARLY_MS)
            await self._kept.keep_token(self._token)
            return text

    def _holds(self, token: Token) -> bool:
        return token.until > self._clock()
