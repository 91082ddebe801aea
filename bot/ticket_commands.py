"""`zhiwen tickets …`: staff work from the command line, beside a running service."""

import getpass
import sqlite3
from collections.abc import Callable
from typing import Annotated, Any, Optional, TypeVar

import typer

from bot import store_jobs
from bot.desk import utc_ms
from bot.ports import THRIFTY
from bot.rules import local
from bot.settings import Settings
from bot.store import tickets

T = TypeVar("T")
KINDS = {
    "chat": "对话", "loan_need": "融资需求", "tech_need": "技术需求", "contact_flag": "联系方式有误", "message_left": "留言", "deletion": "删除请求",
}  # fmt: skip
STATES = {"open": "等待受理", "accepted": "已受理", "closed": "已关闭"}
REASONS = {
    "asked": "要求人工", "none_of_these": "选项都不是", "not_understood": "两次没听懂", "danger": "人身安全", "cancelled": "本人取消",
    "need": "本人登记", "dead": "打不通", "failed": "系统出错，没能自动回答",
}  # fmt: skip
_SENT = "已发送。"
_SENT_WITHIN = "已发送。市民再发消息以前，还可以发 {left} 条。"
_HELD = "已存下，现在发不出去（市民发一条消息后最多回 5 条，48 小时内有效）；市民下次发消息时最先送达。"
Who = Annotated[Optional[str], typer.Option("--by", help="工作人员姓名或编号，默认当前系统用户")]  # noqa: UP045 - typer reads this form


def add(app: typer.Typer, load: Callable[[], Settings]) -> None:
    """Put the commands into the `tickets` group."""

    def run(job: Callable[[sqlite3.Connection], T]) -> T:
        return store_jobs.done(load(), job)

    @app.command("list")
    def list_(state: Annotated[Optional[str], typer.Option(help="open | accepted | closed；不填为未关闭的")] = None) -> None:  # noqa: UP045
        """列出受理单，等得最久的在前。"""
        if state is not None and state not in STATES:
            raise typer.BadParameter("应为 open、accepted 或 closed")
        rows = run(lambda db: tickets.listed(db, state))
        for row in rows:
            typer.echo(_line(row))
        if not rows:
            typer.echo("没有受理单。")

    @app.command()
    def show(number: str) -> None:
        """看一张受理单：经过和全部对话。"""
        for line in _shown(run(lambda db: tickets.shown(db, number))):
            typer.echo(line)

    @app.command()
    def accept(number: str, by: Who = None) -> None:
        """受理：对话由人接管，智能助手不再说话；登记的需求等受理后，智能助手照常回答。"""
        who = by or getpass.getuser()
        row = run(lambda db: tickets.accept(db, number, who, utc_ms()))
        typer.echo(f"{row['number']} 已由 {who} 受理。回复：zhiwen tickets say {row['number']} \"……\"")

    @app.command()
    def say(number: str, text: str, by: Who = None) -> None:
        """回复市民。"""
        who = by or getpass.getuser()
        if not text.strip():
            raise typer.BadParameter("回复不能为空")
        run(lambda db: tickets.say(db, number, who, text.strip(), utc_ms()))
        left = run(lambda db: _left(db, number))
        typer.echo(_SENT if left is None else _SENT_WITHIN.format(left=left) if left >= 0 else _HELD)

    @app.command()
    def close(
        number: str, by: Who = None, result: Annotated[str, typer.Option(help="结果：answered | referred | no_reply | other")] = "answered"
    ) -> None:
        """关闭：之后市民的话由智能助手回答。"""
        row = run(lambda db: tickets.close(db, number, by or getpass.getuser(), result, utc_ms()))
        typer.echo(f"{row['number']} 已关闭（{result}）。")


def _left(db: sqlite3.Connection, number: str) -> int | None:
    """How many messages people may still send; less than 0 when the last one has to wait; None where nobody counts."""
    talk = tickets.shown(db, number)["conversation"]
    (channel,) = db.execute("SELECT channel FROM conversation WHERE id = ?", (talk,)).fetchone()
    if channel not in THRIFTY:
        return None
    from bot.store import wecom

    (waiting,) = db.execute("SELECT count(*) FROM outbox WHERE conversation = ? AND state NOT IN ('sent', 'void', 'dead')", (talk,)).fetchone()
    return wecom.standing(db, talk, 0).for_people(utc_ms()) - int(waiting)


def _time(at: int | None) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}" if at else "—"


def _line(row: dict[str, Any]) -> str:
    by = f"  {row['accepted_by']}" if row["accepted_by"] else ""
    what = f"{KINDS.get(row['kind'], row['kind'])}  {REASONS.get(row['reason'], row['reason'])}"
    return f"{row['number']}  {STATES[row['state']]}  {_time(row['opened'])}  {what}{by}"


def _shown(ticket: dict[str, Any]) -> list[str]:
    names = {"citizen": "市民", "bot": "智能助手", "staff": "工作人员"}
    lines = [_line(ticket)]
    lines += [f"  {key}: {value}" for key, value in ticket["fields"].items()]
    lines += [f"  {_time(e['at'])}  {e['who']}  {e['what']}" for e in ticket["events"]]
    lines.append("对话：")
    for line in ticket["lines"]:
        text = line.text.replace("\n", "\n      ") or "（内容已删除）"
        lines.append(f"  {_time(line.at)}  {names[line.sender]}：{text}")
    return lines
