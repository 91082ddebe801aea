"""`zhiwen patents matches | confirm | dismiss`: what may answer the open needs, and what staff found of it."""

import getpass
from collections.abc import Callable
from typing import Annotated, Optional

import typer

from bot import matching, patent_listing, publishing
from bot.desk import utc_ms
from bot.overlay import PATENTS
from bot.ports import Need, Store
from bot.publishing import Who
from bot.rules import Rules
from bot.settings import Settings
from bot.store.tickets import TicketRefused
from knowledge.patents import Patent, PatentRules

NeedNumber = Annotated[str, typer.Argument(help="需求的受理编号")]
PatentNumber = Annotated[str, typer.Argument(help="专利号")]


def add(app: typer.Typer, load: Callable[[], Settings]) -> None:
    """Put the commands about matches into the `patents` group."""

    @app.command()
    def matches(need: Annotated[Optional[str], typer.Option(help="只看一个需求：受理编号")] = None) -> None:  # noqa: UP045
        """列出未关闭的技术需求和可能合适的专利（分数 0—1，越高越像）；核对为合适的才显示双方联系方式。"""

        async def look(store: Store, rules: Rules) -> None:
            now = publishing.laid(rules, await store.active(PATENTS), PATENTS)
            known = {patent.number: patent for patent in now.library.patents}
            listed = await _needs(store, need)
            for each in listed:
                found = matching.patents_for(now, each.fields)
                typer.echo("\n".join(patent_listing.matches(now.library.patent_rules, each, found, known)))
            typer.echo("核对后：zhiwen patents confirm 受理编号 专利号，或 dismiss。" if listed else "没有未关闭的技术需求。")

        publishing.with_store(load(), look)

    @app.command()
    def confirm(need: NeedNumber, patent: PatentNumber, by: Who = None) -> None:
        """核对为合适：记入受理单的经过，并显示双方联系方式。先问过需求方，再告诉专利权人。"""
        publishing.with_store(load(), lambda store, rules: _marked(store, rules, need, patent, by or getpass.getuser(), True))

    @app.command()
    def dismiss(need: NeedNumber, patent: PatentNumber, by: Who = None) -> None:
        """核对为不合适：记入受理单的经过。"""
        publishing.with_store(load(), lambda store, rules: _marked(store, rules, need, patent, by or getpass.getuser(), False))


async def _needs(store: Store, number: str | None) -> list[Need]:
    """The open needs, or the one named. Ends the command when there is no such one."""
    listed = [each for each in await store.needs() if number is None or each.number == _plain(number)]
    if number is not None and not listed:
        raise publishing.stop(f"没有未关闭的技术需求：{number}")
    return listed


async def _marked(store: Store, rules: Rules, need: str, number: str, who: str, fits: bool) -> None:
    library = publishing.laid(rules, await store.active(PATENTS), PATENTS).library
    patent = next((p for p in library.patents if p.number == _plain(number)), None)
    if patent is None:
        raise publishing.stop(f"清单里没有这件专利：{number}")
    (each,) = await _needs(store, need)
    try:
        await store.mark(each.number, patent.number, who, fits, utc_ms())
    except TicketRefused as error:
        raise publishing.stop(str(error)) from error
    for text in _told(library.patent_rules, each, patent, fits):
        typer.echo(text)


def _told(known: PatentRules, each: Need, patent: Patent, fits: bool) -> list[str]:
    line = f"{each.number}：{patent_listing.line(known, patent)}"
    if not fits:
        return [f"已记为不合适。{line}"]
    return [f"已记为合适。{line}", *patent_listing.reached(known, each, patent), "联系专利权人以前，先在对话里问过需求方。"]


def _plain(number: str) -> str:
    return number.upper().lstrip("#").strip()
