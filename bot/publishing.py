"""Publish changed data from the command line, beside a running service: look, ask, put in force, take back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Optional, TypeVar

import typer

from bot import overlay
from bot.desk import utc_ms
from bot.ports import Moved, Revision, Store, StoreDown
from bot.rules import Rules, local
from bot.settings import Settings
from bot.store.sqlite import SqliteStore
from intents.meaning import Context, Meaning
from knowledge.loader import DataError

T = TypeVar("T")
Who = Annotated[Optional[str], typer.Option("--by", help="工作人员姓名或编号，默认当前系统用户")]  # noqa: UP045 - typer reads this form
Yes = Annotated[bool, typer.Option("--yes", "-y", help="不再询问，直接生效")]
Job = Callable[[Store, Rules], Awaitable[T]]


def with_store(settings: Settings, job: Job[T]) -> T:
    """Run a job with the store and the files' data. What goes wrong is told, and ends with exit code 1."""
    from bot import snapshot

    try:
        path = settings.sqlite_path
    except ValueError as error:
        raise stop(str(error)) from error

    async def once() -> T:
        store = SqliteStore.open(path)
        try:
            return await job(store, snapshot.load(settings, read=_unread))
        finally:
            await store.close()

    try:
        return asyncio.run(once())
    except DataError as error:
        raise stop(f"数据有误：\n{error}") from error
    except Moved as error:
        raise stop("刚才有人发布了新的一版，没有改动；请重新看一遍再来") from error
    except StoreDown as error:
        raise stop(f"数据库用不了：{error}") from error


def _unread(text: str, context: Context, today: object) -> Meaning:
    raise AssertionError("these commands read no sentences")


def stop(text: str) -> typer.Exit:
    """Say why nothing happened."""
    typer.echo(text, err=True)
    return typer.Exit(1)


async def publish(store: Store, kind: str, body: str, who: str, note: str, after: int) -> Revision:
    """Keep and put in force what was looked at with revision `after` in force. Raises Moved."""
    return await store.publish(Revision(kind, 0, utc_ms(), who, note, body, True), after)


async def earlier(store: Store, kind: str, to: int | None) -> tuple[Revision | None, int]:
    """(what to go back to, None being the files; the number in force). Ends the command when there is nothing to take back."""
    known = {revision.number: revision for revision in await store.revisions(kind)}
    now = next((number for number, revision in known.items() if revision.active), 0)
    if to is None:
        if not now:
            raise stop("没有已发布的版本可以撤回")
        to = max((number for number in known if number < now), default=0)
    if to and to not in known:
        raise stop(f"没有第{to}版")
    if to == now:
        raise stop(f"第{to}版正在用，不用撤回" if to else "现在用的就是文件里的数据")
    return known.get(to), now


def agreed(question: str, yes: bool) -> None:
    """Ask unless told to go ahead; ends the command on anything but yes."""
    if not yes and not typer.confirm(question, default=False):
        raise stop("没有改动")


def line(revision: Revision | None) -> str:
    """A revision in a list."""
    if revision is None:
        return "文件里的数据（没有发布过）"
    mark = "（正在用）" if revision.active else ""
    note = f"  {revision.note}" if revision.note else ""
    return f"第{revision.number}版  {local(revision.at):%Y-%m-%d %H:%M}  {revision.who}{note}{mark}"


def laid(rules: Rules, revision: Revision | None, kind: str) -> Rules:
    """The files' data with one kind's revision on top, checked. Raises DataError."""
    return overlay.laid_over(rules, {kind: revision} if revision else {}, local(utc_ms()).date())
