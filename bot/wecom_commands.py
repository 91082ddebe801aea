"""`zhiwen wecom …`: whether 微信客服 is set up as it must be."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.ports import StoreDown
from bot.settings import Settings


def add(app: typer.Typer, load: Callable[[], Settings]) -> None:
    """Put the commands into the `wecom` group."""

    @app.command()
    def check() -> None:
        """检查微信客服的设置：凭证、客服账号、接待人员、回调地址。有问题则退出码为 1。"""
        settings = load()
        if not settings.wecom_corp_id:
            typer.echo("没有设置微信客服（ZHIWEN_WECOM_CORP_ID 等），见 docs/wecom.md。", err=True)
            raise typer.Exit(2)
        from bot import wecom_checking

        try:
            results = asyncio.run(wecom_checking.checked(settings))
        except StoreDown as error:
            typer.echo(f"数据库打不开：{error}", err=True)
            raise typer.Exit(1) from error
        for good, text in results:
            typer.echo(f"{'✓' if good else '✗'} {text}")
        if not all(good for good, _ in results):
            raise typer.Exit(1)

    @app.command()
    def fetch(number: str, folder: Annotated[Path, typer.Argument(help="放到哪个文件夹")] = Path("files")) -> None:
        """取市民在一张受理单的对话里发来的图片、语音和文件（平台只保留三天）。"""
        from bot import wecom_fetching
        from bot.store.tickets import TicketRefused

        try:
            results = asyncio.run(wecom_fetching.fetched(load(), number, folder))
        except (TicketRefused, StoreDown) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        for good, text in results:
            typer.echo(text, err=not good)
        if not results:
            typer.echo("没有文件。")
