"""The `zhiwen` command."""

import asyncio
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Optional

import typer
from pydantic import ValidationError

from bot import ask as asking
from bot import settings as configuration
from bot.desk import today
from bot.ports import StoreDown
from bot.rules import Rules
from bot.settings import Settings
from knowledge.loader import DataError

app = typer.Typer(help="知问：知识产权公共服务问答", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
tickets = typer.Typer(help="转人工的受理单", no_args_is_help=True)
app.add_typer(tickets, name="tickets")
guides = typer.Typer(help="办理指南", no_args_is_help=True)
app.add_typer(guides, name="guides")
stations = typer.Typer(help="网点：窗口、工作站、指导站的地址电话", no_args_is_help=True)
app.add_typer(stations, name="stations")
patents = typer.Typer(help="可对接的专利清单，和技术需求的比对", no_args_is_help=True)
app.add_typer(patents, name="patents")
calendar = typer.Typer(help="放假安排：哪天上班、哪天休息", no_args_is_help=True)
app.add_typer(calendar, name="calendar")
telegram = typer.Typer(help="Telegram 渠道", no_args_is_help=True)
app.add_typer(telegram, name="telegram")
outbox = typer.Typer(help="没有送到的消息", no_args_is_help=True)
app.add_typer(outbox, name="outbox")
wecom = typer.Typer(help="微信客服渠道", no_args_is_help=True)
app.add_typer(wecom, name="wecom")


def _fail(text: str, code: int = 1) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(code)


def _settings() -> Settings:
    try:
        return configuration.load()
    except ValidationError as error:
        lines = [f"ZHIWEN_{'.'.join(map(str, e['loc'])).upper()}：{e['msg']}" for e in error.errors()]
        raise _fail("设置有误：\n" + "\n".join(lines), 2) from error
    except OSError as error:
        raise _fail(f"设置文件读不了：{error}", 2) from error


def _rules(settings: Settings) -> Rules:
    from bot import snapshot

    try:
        return snapshot.load(settings, lambda text: typer.echo(text, err=True))
    except DataError as error:
        raise _fail(f"数据有误，不能启动：\n{error}") from error


def _published(settings: Settings) -> Rules:
    """The files' data with what is published in the store on top."""
    from bot import overlay
    from bot.store import revisions

    rules = _rules(settings)
    try:
        return overlay.laid_over(rules, revisions.peek(settings.sqlite_path, overlay.KINDS), today())
    except (DataError, StoreDown, ValueError) as error:
        raise _fail(f"已发布的数据用不了：\n{error}") from error


@app.command()
def serve() -> None:
    """启动网页聊天服务。"""
    from bot.serve import Refused, log_to_stderr
    from bot.serve import serve as run

    settings = _settings()
    log_to_stderr(settings.log_level)
    try:
        run(settings)
    except DataError as error:
        raise _fail(f"数据有误，不能启动：\n{error}") from error
    except (Refused, ValueError) as error:
        raise _fail(str(error)) from error


@app.command()
def ask(
    text: Annotated[Optional[str], typer.Argument(help="问题")] = None,  # noqa: UP045 - typer reads this form
    explain: Annotated[bool, typer.Option("--explain", help="说明为什么这样理解")] = False,
    day: Annotated[Optional[str], typer.Option("--date", help="按哪一天的规定回答，YYYY-MM-DD")] = None,  # noqa: UP045
    jsonl: Annotated[bool, typer.Option("--jsonl", help="从标准输入逐行读 JSON 问题，逐行写答案")] = False,
) -> None:
    """问一个问题，不保存。"""
    settings = _settings()
    if jsonl:
        _ask_lines(_published(settings))
        return
    if not text:
        raise _fail('请给出问题，例如：zhiwen ask "商标续展多少钱"', 2)
    try:
        on = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise _fail("--date 应为 YYYY-MM-DD", 2) from error
    rules = _published(settings)
    question = asking.Question(1, text, (), on)
    asked = asking.ask(rules, question, today())
    typer.echo(asking.as_json(rules, question, asked)["reply"])
    for choice in asked.turn.replies[-1].choices if asked.turn.replies else ():
        typer.echo(f"  〔{choice.label}〕")
    if explain:
        typer.echo("\n".join(["", *asking.explained(rules, question, asked)]))


def _ask_lines(rules: Rules) -> None:
    day, broken = today(), 0
    for number, raw in enumerate(sys.stdin.buffer, 1):
        if not raw.strip():
            continue
        try:
            question = asking.Question.of(asking.decoded(raw))
        except asking.BadQuestion as error:
            typer.echo(f"第 {number} 行：{error}", err=True)
            broken += 1
            continue
        value = asking.as_json(rules, question, asking.ask(rules, question, day))
        sys.stdout.buffer.write(asking.encoded(value) + b"\n")
    sys.stdout.buffer.flush()
    if broken:
        raise typer.Exit(1)


@app.command()
def chat(name: Annotated[str, typer.Option("--name", help="对话的名字：同名接着聊")] = "terminal") -> None:
    """在终端里聊天。"""
    from bot import terminal
    from bot.desk import Desk
    from bot.serve import secret
    from bot.store.sqlite import SqliteStore

    settings = _settings()
    rules = _rules(settings)

    def read() -> str | None:
        try:
            return input("> ")
        except (EOFError, KeyboardInterrupt):
            return None

    async def run() -> None:
        store = SqliteStore.open(settings.sqlite_path)
        await terminal.chat(Desk(store, rules), name, secret(settings), read, typer.echo)
        await store.close()

    try:
        asyncio.run(run())
    except DataError as error:
        raise _fail(f"已发布的数据用不了：\n{error}") from error


@app.command()
def check() -> None:
    """核对全部数据文件；打印覆盖表、过期和将到期的事实。有误则退出码为 1。"""
    from bot import checking

    settings = _settings()
    try:
        report = checking.report(settings, today())
    except DataError as error:
        raise _fail(f"{error}\n共 {len(error.faults)} 处错误") from error
    checking.show(report)


@guides.command("diagram")
def diagram(
    folder: Annotated[Optional[Path], typer.Option("--folder", help="写到哪个文件夹；不填写到 docs/guides")] = None,  # noqa: UP045
) -> None:
    """画出每份办理指南：步骤、条件、走不下去的地方（Markdown，含 mermaid 图和表）。"""
    from knowledge import guide_diagram, library

    settings = _settings()
    try:
        known = library.load(settings.home)
    except DataError as error:
        raise _fail(f"数据有误：\n{error}") from error
    target = folder or settings.home / "docs" / "guides"
    target.mkdir(parents=True, exist_ok=True)
    for name, text in guide_diagram.pages(known.guides, known.catalog).items():
        (target / name).write_text(text, encoding="utf-8")
        typer.echo(target / name)


@app.command("eval")
def evaluate(
    files: Annotated[Optional[list[Path]], typer.Argument(help="题目文件（.jsonl、.yaml）或文件夹；不填用 ZHIWEN_EVAL，再不然用自带题目")] = None,  # noqa: UP045
    html: Annotated[Optional[Path], typer.Option("--html", help="另写一份网页报告")] = None,  # noqa: UP045
    out: Annotated[Optional[Path], typer.Option("--out", help="另写结果文件（JSON，含逐题预测）")] = None,  # noqa: UP045
    compare: Annotated[Optional[Path], typer.Option("--compare", help="与以前的结果文件相比")] = None,  # noqa: UP045
    show: Annotated[Optional[list[str]], typer.Option("--show", help="列出题目：wrong | facet | foreign | missed，可写多次")] = None,  # noqa: UP045
    bar: Annotated[bool, typer.Option("--bar", help="不达门槛则退出码为 1")] = False,
) -> None:
    """用审核过的题目评测理解得好不好，不保存。"""
    from bot.evaluate import command

    settings = _settings()
    options = command.Options(tuple(files or ()), html, out, compare, tuple(show or ()), bar)
    try:
        code = command.run(lambda: _rules(settings), options, today(), typer.echo)
    except DataError as error:
        raise _fail(command.explained(error), 2) from error
    raise typer.Exit(code)


@app.command("settings")
def show_settings() -> None:
    """列出全部设置、当前值和说明。"""
    current = _settings()
    for name, field in Settings.model_fields.items():
        typer.echo(f"ZHIWEN_{name.upper()}={getattr(current, name) if getattr(current, name) is not None else ''}\n    {field.description}")


def main() -> None:
    """Entry point of the installed command."""
    from bot import calendar_commands, match_commands, patent_commands, station_commands, telegram_commands, ticket_commands, wecom_commands

    ticket_commands.add(tickets, _settings)
    station_commands.add(stations, _settings)
    calendar_commands.add(calendar, _settings)
    patent_commands.add(patents, _settings)
    match_commands.add(patents, _settings)
    telegram_commands.add(telegram, outbox, _settings)
    wecom_commands.add(wecom, _settings)
    app()


if __name__ == "__main__":
    main()
