"""A running service sees what is published beside it."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.ports import Revision
from bot.store.sqlite import SqliteStore
from tests.published import ASK, ROW, filled, revision
from tests.running import Service
from tests.visitor import Visitor, call

PATIENCE = 15  # seconds on a loaded machine; the service looks twice a second


def eventually(said: Any, part: str) -> str:
    """What is said once a part is in it; what was said last when patience ends."""
    until = time.monotonic() + PATIENCE
    text = said()
    while part not in text and time.monotonic() < until:
        time.sleep(0.2)
        text = said()
    return str(text)


def test_a_running_service_answers_from_what_was_published_and_from_what_was_taken_back(own_service: Service, tmp_path: Path) -> None:
    own_service.start()
    citizen = Visitor(own_service.url)

    def said() -> str:
        return "\n".join(reply["text"] for reply in citizen.says(ASK)["replies"])

    def ready() -> str:
        return str(call(own_service.url, "GET", "/readyz").json["revision"])

    assert "地址和电话待核实" in said() and "+" not in ready()
    assert own_service.zhiwen("stations", "import", filled(tmp_path, ROW), "--by", "3号", "--yes").returncode == 0
    assert "+stations.1" in eventually(ready, "+stations.1")
    assert "0000-1234567" in said()
    card = citizen.says(ASK)["replies"][0]["cards"][0]
    assert card["kind"] == "station" and card["actions"][0]["url"].startswith("https://uri.amap.com/marker?position=104.62")
    own_service.stop()
    own_service.start()
    assert "0000-1234567" in said(), "published data outlive a restart"
    assert own_service.zhiwen("stations", "undo", "--yes").returncode == 0
    eventually(lambda: "gone" if "+" not in ready() else "there", "gone")
    assert "地址和电话待核实" in said()
    with closing(sqlite3.connect(own_service.store)) as db:
        stored = {name for (name,) in db.execute("SELECT revision FROM message")}
    assert any("+stations.1" in str(name) for name in stored), "each answer keeps the revision that it was made from"


def test_a_wrong_phone_is_flagged_over_http_and_worked_off(own_service: Service, tmp_path: Path) -> None:
    own_service.start()
    citizen = Visitor(own_service.url)
    card = citizen.says("兰州代办处电话")["replies"][0]["cards"][0]
    answer = citizen.send(choice=card["actions"][-1]["choice"]).json
    assert answer["owner"] == "bot" and "已记下" in answer["replies"][0]["text"]
    number = own_service.zhiwen("tickets", "list").stdout.split()[0]
    assert "lanzhou_patent_office" in own_service.zhiwen("tickets", "show", number).stdout
    assert own_service.zhiwen("tickets", "accept", number, "--by", "3号").returncode == 0
    assert citizen.says("商标续展多少钱")["owner"] == "bot", "the talk stays with the bot"
    assert own_service.zhiwen("tickets", "close", number, "--by", "3号").returncode == 0


def test_broken_published_data_stop_the_start_and_leave_a_running_service_as_it_was(own_service: Service) -> None:
    own_service.start()
    asyncio.run(_publish(own_service.store, revision("stations", '{"stations":[{"id":"x"}]}'), 0))
    time.sleep(1.5)
    assert "地址和电话待核实" in Visitor(own_service.url).says(ASK)["replies"][0]["text"]
    own_service.stop()
    done = own_service.zhiwen("serve")
    assert done.returncode == 1 and "已发布的网点第1版" in done.stderr and "Traceback" not in done.stderr
    for words in (("ask", ASK), ("chat",)):
        assert "已发布的网点第1版" in own_service.zhiwen(*words, stdin="退出\n").stderr
    assert own_service.zhiwen("stations", "undo", "--yes", "--to", "0").returncode == 0
    own_service.start()


async def _publish(path: Path, new: Revision, after: int) -> None:
    store = SqliteStore.open(path)
    await store.publish(new, after)
    await store.close()
