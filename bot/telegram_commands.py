"""`zhiwen telegram …`: where Telegram sends updates to, and links to items. `zhiwen outbox …`: what could not be delivered."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot import store_jobs
from bot.desk import utc_ms
from bot.rules import local
from bot.settings import Settings
from bot.store import outbox

if TYPE_CHECKING:
    import telegram

    from bot.channels.telegram import TelegramSettings

T = TypeVar("T")
STATES = {"dead": "送不出", "blocked": "对方已屏蔽", "held": "等对方来信"}
SENDERS = {"bot": "智能助手", "staff": "工作人员"}
CONNECTIONS = 40  # of Telegram to us at once
SHOWN = 40


class Unable(Exception):
    """It cannot be done; the message says why and what to do, in Chinese."""


def add(telegram_app: typer.Typer, outbox_app: typer.Typer, load: Callable[[], Settings]) -> None:
    """Put the commands into their groups."""
    webhook = typer.Typer(help="Telegram 把消息推送到哪里", no_args_is_help=True)
    telegram_app.add_typer(webhook, name="webhook")

    @webhook.command("set")
    def set_() -> None:
        """让 Telegram 把消息推送到本服务（ZHIWEN_PUBLIC_URL，必须是 https）。"""
        typer.echo(_asked(load(), _set))

    @webhook.command()
    def delete() -> None:
        """不再推送（改用 polling 之前）。积压的消息保留。"""
        typer.echo(_asked(load(), _delete))

    @webhook.command()
    def info() -> None:
        """看推送到哪里、积压多少、最近的错误。"""
        typer.echo(_asked(load(), _info))

    @telegram_app.command()
    def link(item: str, facet: Annotated[str, typer.Argument(help="方面，如 fee；不填为概述")] = "overview") -> None:
        """给出直接打开一个事项的链接，可印在宣传单上。"""
        from bot.channels.telegram_updates import linked_choice, payload

        start = payload(item, facet)
        if not linked_choice(start):
            raise typer.BadParameter("不是事项编号或方面，例如 trademark.renewal fee")
        typer.echo(_asked(load(), lambda bot, _: _link(bot, start)))

    @outbox_app.command("list")
    def list_() -> None:
        """列出没有送到的消息：送不出、被屏蔽、等对方来信的。"""
        rows = store_jobs.done(load(), outbox.undeliverable)
        for row in rows:
            words = json.loads(row["body"])["text"][:SHOWN].replace("\n", " ") if row["body"] else "（内容已删除）"
            typer.echo(f"{row['conversation']}:{row['seq']}  {row['channel']}  {STATES[row['state']]}  {local(row['settled']):%Y-%m-%d %H:%M}")
            typer.echo(f"    {SENDERS[row['sender']]}：{words}  原因：{row['error'] or '—'}  试过 {row['tries']} 次")
        if not rows:
            typer.echo("没有送不到的消息。")

    @outbox_app.command()
    def retry(message: Annotated[str, typer.Argument(help="list 里的编号；只写冒号前的部分为该对话的全部")]) -> None:
        """再送一次。"""
        conversation, _, seq = message.partition(":")
        if seq and not seq.isdecimal():
            raise typer.BadParameter("应为 编号:序号")
        count = store_jobs.done(load(), lambda db: outbox.again(db, conversation, int(seq) if seq else None, utc_ms()))
        typer.echo(f"{count} 条将再送一次。" if count else "没有这样的消息。")
        if not count:
            raise typer.Exit(1)


async def _set(bot: "telegram.Bot", settings: "TelegramSettings") -> str:
    from bot.channels.telegram_updates import ALLOWED
    from bot.channels.telegram_webhook import PATH

    if not settings.public_url.startswith("https://"):
        raise Unable("请先设置 ZHIWEN_PUBLIC_URL（https://…，Telegram 只推送到 https 的 443、80、88、8443 端口）。")
    url = settings.public_url.rstrip("/") + PATH
    await bot.set_webhook(url, secret_token=settings.secret, allowed_updates=list(ALLOWED), max_connections=CONNECTIONS, drop_pending_updates=False)
    return f"已设置：{url}"


async def _delete(bot: "telegram.Bot", settings: "TelegramSettings") -> str:
    await bot.delete_webhook(drop_pending_updates=False)
    return "已取消推送。"


async def _info(bot: "telegram.Bot", settings: "TelegramSettings") -> str:
    found = await bot.get_webhook_info()
    lines = [f"推送到：{found.url or '（没有设置）'}", f"积压：{found.pending_update_count} 条"]
    if found.last_error_message:
        when = f"（{local(round(found.last_error_date.timestamp() * 1000)):%Y-%m-%d %H:%M}）" if found.last_error_date else ""
        lines.append(f"最近的错误：{found.last_error_message}{when}")
    return "\n".join(lines)


async def _link(bot: "telegram.Bot", start: str) -> str:
    return f"https://t.me/{(await bot.get_me()).username}?start={start}"


def _asked(settings: Settings, ask: "Callable[[telegram.Bot, TelegramSettings], Awaitable[str]]") -> str:
    """What Telegram answers; an error of it is told in a line."""
    from bot.serve import Refused, log_to_stderr, secret, telegram_settings  # with the whole service: other commands do without

    log_to_stderr("warning")
    try:
        channel = telegram_settings(settings, secret(settings))
        return asyncio.run(_once(channel, ask))
    except (Refused, Unable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


async def _once(channel: "TelegramSettings", ask: "Callable[[telegram.Bot, TelegramSettings], Awaitable[str]]") -> str:
    from telegram.error import InvalidToken, TelegramError

    from bot.channels.telegram import connected

    connection = connected(channel)
    try:
        return await ask(connection.bot, channel)
    except InvalidToken as error:
        raise Unable("令牌被 Telegram 拒绝，请检查 ZHIWEN_TELEGRAM_TOKEN。") from error
    except TelegramError as error:
        raise Unable(f"Telegram 没有答应：{error.message}") from error
    finally:
        await connection.close()
