"""A command's one look into the store, beside a service that may be running."""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import TypeVar

import typer

from bot.ports import StoreDown
from bot.settings import Settings
from bot.store.sqlite import SqliteStore
from bot.store.tickets import TicketRefused

T = TypeVar("T")


def done(settings: Settings, job: Callable[[sqlite3.Connection], T]) -> T:
    """What a job in a transaction of its own gives. A refusal is told, and the command ends with 1."""

    async def once() -> T:
        store = SqliteStore.open(settings.sqlite_path)
        try:
            return await store.run(job)
        finally:
            await store.close()

    try:
        return asyncio.run(once())
    except (TicketRefused, StoreDown) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
