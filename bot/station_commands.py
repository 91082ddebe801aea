"""`zhiwen stations …`: look at the stations, take in a table, take it back; beside a running service."""

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Optional

import typer

from bot import overlay, publishing, spreadsheets, station_import, station_listing
from bot.desk import today
from bot.overlay import STATIONS
from bot.ports import Store
from bot.publishing import Who, Yes
from bot.rules import Rules
from bot.settings import Settings
from knowledge import stations as records
from knowledge.library import Library
from knowledge.loader import DataError
from knowledge.stations import COLUMNS, Station
from knowledge.table import Wrong


def add(app: typer.Typer, load: Callable[[], Settings]) -> None:
    """Put the commands into the `stations` group."""

    @app.command("list")
    def list_(
        kind: Annotated[str, typer.Option(help="只看一类：类别编号或名称")] = "",
        place: Annotated[str, typer.Option(help="只看一地：市州或县区名称里的字")] = "",
        history: Annotated[bool, typer.Option("--history", help="只列发布过的各版")] = False,
    ) -> None:
        """列出现在用的网点。"""

        async def look(store: Store, rules: Rules) -> None:
            if history:
                revisions = await store.revisions(STATIONS)
                typer.echo("\n".join(map(publishing.line, revisions)) or publishing.line(None))
                return
            active = await store.active(STATIONS)
            library = publishing.laid(rules, active, STATIONS).library
            for station in library.stations:
                if station_listing.is_kind(library, station, kind) and place in station.place:
                    typer.echo(station_listing.line(library, station))
            typer.echo(publishing.line(active))

        publishing.with_store(load(), look)

    @app.command()
    def report() -> None:
        """按市州列出缺地址、电话、时间、坐标的，和核对日期超过 180 天的。"""

        async def look(store: Store, rules: Rules) -> None:
            library = publishing.laid(rules, await store.active(STATIONS), STATIONS).library
            for text in station_listing.report(library, today()):
                typer.echo(text)

        publishing.with_store(load(), look)

    @app.command("import")
    def import_(
        file: Annotated[Path, typer.Argument(help="填好的表：.xlsx 或 .csv（先用 zhiwen stations template 取空表）")],
        yes: Yes = False,
        whole: Annotated[bool, typer.Option("--whole", help="整表替换：表里没有的网点视为撤销")] = False,
        note: Annotated[str, typer.Option(help="这次改了什么，记入版本")] = "",
        by: Who = None,
    ) -> None:
        """导入网点表：先逐行核对，再列出新增、修改、撤销，确认后立即生效。有一处不对就什么都不导入。"""

        async def take(store: Store, rules: Rules) -> None:
            active = await store.active(STATIONS)
            library = publishing.laid(rules, active, STATIONS).library
            after, faults = checked(file, library, whole)
            if faults:
                raise publishing.stop("\n".join([*faults, f"共 {len(faults)} 处不对，没有导入任何记录。"]))
            changes = list(station_import.changes(library.stations, after))
            if not changes:
                typer.echo("表里的内容与现在用的完全一样，不用导入。")
                return
            typer.echo(station_listing.preview(library, changes))
            publishing.agreed("确认导入？", yes)
            body = overlay.changes(rules.library.stations, after).model_dump_json(exclude_defaults=True)
            made = await publishing.publish(store, STATIONS, body, by or getpass.getuser(), note or file.name, active.number if active else 0)
            typer.echo(f"已发布第{made.number}版，运行中的服务两秒内生效。撤回：zhiwen stations undo")

        publishing.with_store(load(), take)

    @app.command()
    def undo(yes: Yes = False, to: Annotated[Optional[int], typer.Option(help="退到第几版；0 为文件里的数据")] = None) -> None:  # noqa: UP045
        """撤回：退到上一版（或 --to 指定的一版）。"""

        async def back(store: Store, rules: Rules) -> None:
            target, now = await publishing.earlier(store, STATIONS, to)
            after = publishing.laid(rules, target, STATIONS).library
            try:
                before = publishing.laid(rules, await store.active(STATIONS), STATIONS).library
                typer.echo(station_listing.preview(before, list(station_import.changes(before.stations, after.stations))))
            except DataError as error:
                typer.echo(f"现在这一版是坏的：\n{error}")
            publishing.agreed(f"退到：{publishing.line(target)}？", yes)
            await store.activate(STATIONS, target.number if target else 0, now)
            typer.echo("已撤回，运行中的服务两秒内生效。")

        publishing.with_store(load(), back)

    @app.command()
    def template(file: Annotated[Path, typer.Argument(help="写到哪里：.xlsx 或 .csv")]) -> None:
        """写一张空表，供填报。"""

        async def make(store: Store, rules: Rules) -> None:
            kinds = rules.library.station_kinds
            spreadsheets.write(file, [kinds.columns[c] for c in COLUMNS], [], list(station_listing.help(rules.library)))
            typer.echo(f"已写好空表：{file}")

        publishing.with_store(load(), make)

    @app.command()
    def export(file: Annotated[Path, typer.Argument(help="写到哪里：.csv（可直接替换 knowledge/stations.csv）或 .xlsx")]) -> None:
        """把现在用的网点写成表；同样的内容，写出的 .csv 每次都一样。"""

        async def make(store: Store, rules: Rules) -> None:
            library = publishing.laid(rules, await store.active(STATIONS), STATIONS).library
            _write(file, library)
            typer.echo(f"已写出 {len(library.stations)} 个网点：{file}")

        publishing.with_store(load(), make)


def _write(file: Path, library: Library) -> None:
    if file.suffix.lower() == ".xlsx":
        head = [library.station_kinds.columns[c] for c in COLUMNS]
        spreadsheets.write(file, head, [records.cells(s) for s in library.stations], list(station_listing.help(library)))
    else:
        file.write_text(records.written(library.stations), encoding="utf-8")


def checked(file: Path, library: Library, whole: bool) -> tuple[tuple[Station, ...], list[str]]:
    """The stations with the file taken in, and everything wrong: row, column, reason."""
    rows, shape = spreadsheets.read(file, library.station_kinds.columns, station_import.NEEDED)
    if shape:
        return (), [_fault(library, fault) for fault in shape]
    taken = station_import.imported(rows, library.stations, overlay.known(library, today()), whole)
    return taken.stations, [_fault(library, fault) for fault in sorted(taken.wrong, key=lambda w: w.number)]


def _fault(library: Library, wrong: Wrong) -> str:
    place = f"第 {wrong.number} 行" if wrong.number else "整张表"
    return f"{place}，{library.station_kinds.columns.get(wrong.column, wrong.column)}：{wrong.reason}"
