"""Chat in a terminal: a channel like the others, with numbered choices."""

import asyncio
import json
from collections.abc import Callable
from hashlib import blake2b

from bot.desk import Desk, Receipt
from bot.ids import new_id
from bot.model import Message
from bot.sheets.card import ADDRESS as SHEETS

ADDRESS = "terminal"
Write = Callable[[str], None]


def digest(text: str, key: bytes) -> str:
    """A keyed fingerprint of a message's words."""
    return blake2b(text.encode(errors="surrogatepass"), key=key, digest_size=16).hexdigest()


async def chat(desk: Desk, address: str, key: bytes, read: Callable[[], str | None], write: Write) -> None:
    """Read lines until the end or 退出; write the answers. Staff lines that came meanwhile are shown first."""
    await desk.refresh()
    write(desk.rules.notice())
    write("直接打字提问；打数字选择；“转人工”找工作人员；“退出”结束。")
    known = await desk.store.load("terminal", address)
    last = known.seq if known else 0
    while (line := await asyncio.to_thread(read)) is not None and line.strip() not in ("退出", "exit", "quit"):
        at = desk.clock()
        receipt = await desk.receive("terminal", address, Message(new_id(at), at, line, digest=digest(line, key)))
        last = await _show_staff(desk, receipt, last, write)
        for reply in receipt.replies:
            write(shown(reply.body))
        if not receipt.replies:
            write("（工作人员在处理，您的话已转达）")


async def _show_staff(desk: Desk, receipt: Receipt, last: int, write: Write) -> int:
    changed = await desk.store.changed(receipt.conversation, last)
    for line in changed.lines if changed else ():
        if line.sender == "staff":
            write(f"【工作人员】{line.text}")
    return receipt.seq


def shown(body: str) -> str:
    """A stored reply as lines of text, choices numbered."""
    value = json.loads(body)
    lines = [value["text"].replace("**", "")]
    lines += [f"  {n}. {choice['label']}" for n, choice in enumerate(value["choices"], 1)]
    actions = [action for card in value["cards"] for action in card["actions"]]
    lines += [f"  {a['label']}：在本服务的网址后面加上 {a['url']}" for a in actions if a.get("url", "").startswith(SHEETS)]
    if value["sources"]:
        first = value["sources"][0]
        titles = "；".join(s["title"] for s in value["sources"])
        lines.append(f"  依据：{titles}，{first['as_of']} 核对")
    return "\n".join(lines)
