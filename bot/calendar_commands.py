"""`zhiwen calendar …`: take in the schedule of days off that the State Council's office publishes each autumn."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import typer

from bot import publishing, spreadsheets
from bot.overlay import CALENDAR, CalendarChanges
from bot.ports import Store
from bot.publishing import Who, Yes
from bot.rules import Rules
from bot.settings import Settings
from knowledge import calendar_days
from knowledge.calendar_days import Day
from knowledge.workdays import Workdays

HEADINGS = {"date": "日期", "weekday": "星期", "type": "类型", "name": "节日"}


def add(app: typer.Typer, load: Callable[[], Settings]) -> None:
    """Put the commands into the `calendar` group."""

    @app.command("list")
    def list_() -> None:
        """列出有放假安排的年份和发布过的各版。"""

        async def look(store: Store, rules: Rules) -> None:
            days = publishing.laid(rules, await store.active(CALENDAR), CALENDAR).library.workdays
            for year in sorted(days.years):
                typer.echo(f"{year}年：放假 {sum(d.year == year for d in days.off)} 天，调休上班 {sum(d.year == year for d in days.worked)} 天")
            typer.echo("\n".join(map(publishing.line, await store.revisions(CALENDAR))) or publishing.line(None))

        publishing.with_store(load(), look)

    @app.command("import")
    def import_(file: Path, yes: Yes = False, note: str = typer.Option("", help="依据哪份通知，记入版本"), by: Who = None) -> None:
        """导入国务院办公厅的放假安排（.csv 或 .xlsx：日期、类型、节日），按年整年替换，核对后立即生效。"""

        async def take(store: Store, rules: Rules) -> None:
            active = await store.active(CALENDAR)
            before = publishing.laid(rules, active, CALENDAR).library.workdays
            days, faults = checked(file, before)
            if faults:
                raise publishing.stop("\n".join([*faults, f"共 {len(faults)} 处不对，没有导入。"]))
            after = before.with_years(days)
            changed = list(_changes(before, after, days))
            typer.echo("\n".join(changed) or "与现在用的完全一样，不用导入。")
            for warning in disagreements(after, days):
                typer.echo(f"提醒：{warning}")
            if not changed:
                return
            publishing.agreed("确认导入？", yes)
            kept = CalendarChanges.model_validate_json(active.body).days if active else ()
            years = {day.date.year for day in days}
            body = CalendarChanges(days=(*(d for d in kept if d.date.year not in years), *days)).model_dump_json()
            made = await publishing.publish(store, CALENDAR, body, by or getpass.getuser(), note or file.name, active.number if active else 0)
            typer.echo(f"已发布第{made.number}版，运行中的服务两秒内生效。撤回：zhiwen calendar undo")

        publishing.with_store(load(), take)

    @app.command()
    def undo(yes: Yes = False) -> None:
        """撤回：退到上一版放假安排。"""

        async def back(store: Store, rules: Rules) -> None:
            target, now = await publishing.earlier(store, CALENDAR, None)
            publishing.laid(rules, target, CALENDAR)
            publishing.agreed(f"退到：{publishing.line(target)}？", yes)
            await store.activate(CALENDAR, target.number if target else 0, now)
            typer.echo("已撤回，运行中的服务两秒内生效。")

        publishing.with_store(load(), back)


def checked(file: Path, now: Workdays) -> tuple[Sequence[Day], list[str]]:
    """The days of a file, and everything wrong: row, column, reason."""
    rows, shape = spreadsheets.read(file, HEADINGS, ("date", "type", "name"))
    days, faults = calendar_days.parsed(rows)
    lines = [f"{f'第 {w.number} 行' if w.number else '整张表'}，{HEADINGS.get(w.column, w.column)}：{w.reason}" for w in (*shape, *faults)]
    if not lines:
        lines = [f"整张表：{text}" for text in (calendar_days.missing(days, now.statutory) if days else ["没有一天"])]
    return days, lines


def _changes(before: Workdays, after: Workdays, days: Sequence[Day]) -> Iterator[str]:
    for year in sorted({day.date.year for day in days}):
        if year not in before.years:
            count = [sum(d.date.year == year and d.type == kind for d in days) for kind in (calendar_days.OFF, calendar_days.WORKED)]
            yield f"新增 {year}年：放假 {count[0]} 天，调休上班 {count[1]} 天"
            continue
        for day in _of_year(year):
            was, now = _called(before, day), _called(after, day)
            if was != now:
                yield f"修改 {day}：{was} → {now}"


def disagreements(workdays: Workdays, days: Sequence[Day]) -> Iterator[str]:
    """Where the library `chinesecalendar` says otherwise; what it doesn't know, or when it isn't there, is said too."""
    try:
        import chinese_calendar
    except ImportError:
        yield "没有安装 chinesecalendar，没有作比对"
        return
    for year in sorted({day.date.year for day in days}):
        try:
            other = [day for day in _of_year(year) if chinese_calendar.is_workday(day) != workdays.is_working(day)]
        except NotImplementedError:
            yield f"chinesecalendar 还没有 {year}年的数据，没有作比对"
            continue
        yield from (f"{day} 这里是{'上班' if workdays.is_working(day) else '休息'}，chinesecalendar 相反，请对照通知核实" for day in other)


def _of_year(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    yield from (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def _called(workdays: Workdays, day: date) -> str:
    if day in workdays.worked:
        return calendar_days.WORKED
    return f"{workdays.off[day]}放假" if day in workdays.off else "照常"
