"""`zhiwen patents …`: look at the patents to be had, take in a table, take it back; beside a running service."""

import getpass
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Optional

import typer

from bot import matching, overlay, patent_import, patent_listing, publishing, spreadsheets
from bot.desk import today
from bot.overlay import PATENTS
from bot.patent_import import Change, Taken
from bot.ports import Revision, Store
from bot.publishing import Who, Yes
from bot.rules import Rules
from bot.settings import Settings
from knowledge import patents as records
from knowledge.library import Library
from knowledge.loader import DataError
from knowledge.patents import COLUMNS, Patent
from knowledge.table import Wrong


def add(app: typer.Typer, load: Callable[[], Settings]) -> None:
    """Put the commands about the list into the `patents` group."""

    @app.command("list")
    def list_(
        word: Annotated[str, typer.Option(help="只看名称、摘要、领域里有这个词的")] = "",
        history: Annotated[bool, typer.Option("--history", help="只列发布过的各版")] = False,
    ) -> None:
        """列出可对接的专利；专利权人和联系方式不显示。"""

        async def look(store: Store, rules: Rules) -> None:
            if history:
                typer.echo("\n".join(map(publishing.line, await store.revisions(PATENTS))) or publishing.line(None))
                return
            active = await store.active(PATENTS)
            library = publishing.laid(rules, active, PATENTS).library
            for patent in library.patents:
                if word in patent_listing.line(library.patent_rules, patent) + patent.abstract:
                    typer.echo(patent_listing.line(library.patent_rules, patent))
            typer.echo(f"共 {len(library.patents)} 件。{publishing.line(active)}")

        publishing.with_store(load(), look)

    @app.command("import")
    def import_(
        file: Annotated[Path, typer.Argument(help="填好的表：.xlsx 或 .csv（先用 zhiwen patents template 取空表）")],
        yes: Yes = False,
        whole: Annotated[bool, typer.Option("--whole", help="整表替换：表里没有的专利视为撤下")] = False,
        note: Annotated[str, typer.Option(help="这次改了什么、谁提供的，记入版本")] = "",
        by: Who = None,
    ) -> None:
        """导入沉睡专利清单：先逐行核对，再列出新增、修改、撤下，确认后立即生效，并与未关闭的技术需求比对。有一处不对就什么都不导入。"""

        async def take(store: Store, rules: Rules) -> None:
            active = await store.active(PATENTS)
            library = publishing.laid(rules, active, PATENTS).library
            after = _checked(file, library, whole)
            changes = list(patent_import.changes(library.patents, after))
            if not changes:
                typer.echo("表里的内容与现在用的完全一样，不用导入。")
                return
            typer.echo(patent_listing.preview(library.patent_rules, changes))
            publishing.agreed("确认导入？", yes)
            body = overlay.PatentList(patents=after).model_dump_json()
            made = await publishing.publish(store, PATENTS, body, by or getpass.getuser(), note or file.name, active.number if active else 0)
            typer.echo(f"已发布第{made.number}版，运行中的服务两秒内生效。撤回：zhiwen patents undo")
            await _compared(store, publishing.laid(rules, made, PATENTS), changes)

        publishing.with_store(load(), take)

    @app.command()
    def undo(yes: Yes = False, to: Annotated[Optional[int], typer.Option(help="退到第几版；0 为没有清单")] = None) -> None:  # noqa: UP045
        """撤回：退到上一版（或 --to 指定的一版）。"""

        async def back(store: Store, rules: Rules) -> None:
            target, now = await publishing.earlier(store, PATENTS, to)
            after = publishing.laid(rules, target, PATENTS).library
            typer.echo(_difference(rules, await store.active(PATENTS), after))
            publishing.agreed(f"退到：{publishing.line(target)}？", yes)
            await store.activate(PATENTS, target.number if target else 0, now)
            typer.echo("已撤回，运行中的服务两秒内生效。")

        publishing.with_store(load(), back)

    @app.command()
    def template(file: Annotated[Path, typer.Argument(help="写到哪里：.xlsx 或 .csv")]) -> None:
        """写一张空表，供填报；.xlsx 的第二张表说明每一列怎么填。"""

        async def make(store: Store, rules: Rules) -> None:
            known = rules.library.patent_rules
            spreadsheets.write(file, [known.columns[c] for c in COLUMNS], [], list(patent_listing.help(known)))
            typer.echo(f"已写好空表：{file}")

        publishing.with_store(load(), make)

    @app.command()
    def export(file: Annotated[Path, typer.Argument(help="写到哪里：.xlsx 或 .csv")]) -> None:
        """把现在用的清单写成表，改好可以再导入；里面有联系方式，注意保管。"""

        async def make(store: Store, rules: Rules) -> None:
            library = publishing.laid(rules, await store.active(PATENTS), PATENTS).library
            known = library.patent_rules
            head = [known.columns[c] for c in COLUMNS]
            spreadsheets.write(file, head, [records.cells(p, known) for p in library.patents], list(patent_listing.help(known)))
            typer.echo(f"已写出 {len(library.patents)} 件专利：{file}")

        publishing.with_store(load(), make)


def _difference(rules: Rules, active: Revision | None, after: Library) -> str:
    """What going back changes; a broken revision can be gone back from too."""
    try:
        before = publishing.laid(rules, active, PATENTS).library
    except DataError as error:
        return f"现在这一版是坏的：\n{error}"
    return patent_listing.preview(before.patent_rules, list(patent_import.changes(before.patents, after.patents)))


def _checked(file: Path, library: Library, whole: bool) -> tuple[Patent, ...]:
    """The list after the import. Ends the command with every fault: row, column, reason."""
    taken = _taken(file, library, today(), whole)
    if taken.wrong:
        lines = _faults(library, taken)
        raise publishing.stop("\n".join([*lines, f"共 {len(lines)} 处不对，没有导入任何记录。"]))
    return taken.patents


def faults(file: Path, library: Library, on: date) -> list[str]:
    """Everything wrong in a table, as staff read it."""
    return _faults(library, _taken(file, library, on, False))


def _taken(file: Path, library: Library, on: date, whole: bool) -> Taken:
    known = library.patent_rules
    rows, shape = spreadsheets.read(file, known.columns, records.NEEDED)
    taken = patent_import.imported(rows, library.patents, known, on, whole)
    return Taken(taken.patents, (*shape, *taken.wrong))


def _faults(library: Library, taken: Taken) -> list[str]:
    columns = library.patent_rules.columns
    return [_fault(columns.get(wrong.column, wrong.column), wrong) for wrong in sorted(taken.wrong, key=lambda wrong: wrong.number)]


def _fault(column: str, wrong: Wrong) -> str:
    return f"{f'第 {wrong.number} 行' if wrong.number else '整张表'}，{column}：{wrong.reason}"


async def _compared(store: Store, rules: Rules, changes: Sequence[Change]) -> None:
    """Open needs that what is new or changed may answer."""
    numbers = [change.after.number for change in changes if change.after]
    needs = {each.number: each for each in await store.needs()}
    found = matching.needs_for(rules, numbers, {number: each.fields for number, each in needs.items()}) if numbers else {}
    for number, matches in found.items():
        typer.echo(patent_listing.need(needs[number]))
        for match in matches:
            typer.echo(f"  {match.score:.2f}  {patent_listing.line(rules.library.patent_rules, match.patent)}")
    if needs:
        typer.echo(f"与 {len(needs)} 个未关闭的技术需求比对，{len(found)} 个可能合适。逐个看：zhiwen patents matches")
