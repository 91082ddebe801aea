"""Published stations and days off: taken in by the command line, checked as the files are, seen by a running service, taken back."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot import calendar_commands, overlay, station_commands
from bot.ports import Moved, Revision, StoreDown
from bot.rules import Rules
from bot.store import revisions
from bot.store.sqlite import SqliteStore
from knowledge import calendar_days, table
from knowledge.loader import DataError
from knowledge.stations import Station
from tests import casebook
from tests.running import ROOT, Service
from tests.visitor import Visitor, call

TODAY = date(2026, 11, 24)
HEAD = "类别,名称,市州,县区,地址,电话,办公时间,纬度,经度,坐标系,来源,核对日期,可信程度"
ROW = "商标窗口,试验窗口,定西市,安定区,试验路1号,0000-1234567,工作日9:00-12:00；14:00-17:00,35.58,104.62,gcj02,试验资料,2026-11-20,已核对"
ASK = "定西商标窗口在哪"
PATIENCE = 15  # seconds on a loaded machine; the service looks twice a second


@pytest.fixture
def zhiwen(tmp_path: Path, rules: Rules) -> Service:
    """Commands on a store of their own; no service runs."""
    return Service(tmp_path)


def filled(folder: Path, *rows: str, head: str = HEAD, code: str = "utf-8") -> str:
    path = folder / "stations.csv"
    path.write_bytes("\n".join([head, *rows]).encode(code))
    return str(path)


def revision(kind: str, body: str, number: int = 0) -> Revision:
    return Revision(kind, number, 1, "3号", "", body, True)


# The store: numbers count up, one is in force, and nobody overwrites what another has just published.


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = asyncio.run(_opened(tmp_path / "zhiwen.db"))
    yield opened
    asyncio.run(opened.close())


async def _opened(path: Path) -> SqliteStore:
    return SqliteStore.open(path)


def test_revisions_count_up_and_one_is_in_force(store: SqliteStore) -> None:
    async def play() -> None:
        assert await store.active("stations") is None
        first = await store.publish(revision("stations", "{}"), 0)
        second = await store.publish(revision("stations", '{"removed":["a"]}'), 1)
        other = await store.publish(revision("calendar", "{}"), 0)
        assert (first.number, second.number, other.number) == (1, 2, 1)
        assert [(r.number, r.active) for r in await store.revisions("stations")] == [(2, True), (1, False)]
        await store.activate("stations", 1, 2)
        active = await store.active("stations")
        assert active and active.number == 1
        third = await store.publish(revision("stations", "{}"), 1)
        assert third.number == 3, "a number is never used twice"
        await store.activate("stations", 0, 3)
        assert await store.active("stations") is None and len(await store.revisions("stations")) == 3

    asyncio.run(play())


def test_what_was_looked_at_must_still_be_in_force(store: SqliteStore) -> None:
    async def play() -> None:
        await store.publish(revision("stations", "{}"), 0)
        for late in (store.publish(revision("stations", "{}"), 0), store.activate("stations", 0, 2)):
            with pytest.raises(Moved):
                await late
        with pytest.raises(KeyError):
            await store.activate("stations", 7, 1)
        active = await store.active("stations")
        assert active and active.number == 1, "a refused change leaves everything as it was"

    asyncio.run(play())


def test_two_processes_publish_at_once_and_one_is_told_so(tmp_path: Path) -> None:
    async def play() -> list[Any]:
        stores = [SqliteStore.open(tmp_path / "zhiwen.db") for _ in range(4)]
        done = await asyncio.gather(*(s.publish(revision("stations", "{}"), 0) for s in stores), return_exceptions=True)
        for each in stores:
            await each.close()
        return list(done)

    done = asyncio.run(play())
    assert sorted(type(d).__name__ for d in done) == ["Moved", "Moved", "Moved", "Revision"]


def test_a_look_from_outside_changes_nothing_and_knows_older_files(tmp_path: Path) -> None:
    assert revisions.peek(tmp_path / "none.db", overlay.KINDS) == {}
    assert not (tmp_path / "none.db").exists()
    with closing(sqlite3.connect(tmp_path / "old.db")) as db:
        db.execute("CREATE TABLE conversation (id TEXT)")
    assert revisions.peek(tmp_path / "old.db", overlay.KINDS) == {}
    (tmp_path / "broken.db").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(StoreDown):
        revisions.peek(tmp_path / "broken.db", overlay.KINDS)


# The overlay: added, replaced, taken away by id; the same check; the revision is named.


def station(rules: Rules, id: str) -> Station:
    return next(s for s in rules.library.stations if s.id == id)


def test_records_are_added_replaced_and_taken_away_by_id(rules: Rules) -> None:
    window = station(rules, "dingxi_tm_window").model_copy(update={"address": "试验路1号", "as_of": "2026-11-20", "confidence": "已核对"})
    new = window.model_copy(update={"id": "trial_window", "county": "安定区", "reach": "县区"})
    body = overlay.StationChanges(stations=(window, new), removed=("zunyi_tm_window",)).model_dump_json(exclude_defaults=True)
    after = overlay.laid_over(rules, {"stations": revision("stations", body, 3)}, TODAY)
    ids = [s.id for s in after.library.stations]
    assert "trial_window" in ids and "zunyi_tm_window" not in ids and ids == sorted(ids)
    assert station(after, "dingxi_tm_window").address == "试验路1号"
    assert after.revision == rules.revision + "+stations.3"
    again = overlay.changes(rules.library.stations, after.library.stations)
    assert {s.id for s in again.stations} == {"dingxi_tm_window", "trial_window"} and again.removed == ("zunyi_tm_window",)


@pytest.mark.parametrize("case", casebook.read("broken_overlays"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_a_broken_overlay_is_refused_and_named(rules: Rules, case: dict[str, Any]) -> None:
    body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"], ensure_ascii=False)
    with pytest.raises(DataError) as caught:
        overlay.laid_over(rules, {case["kind"]: revision(case["kind"], body, 2)}, TODAY)
    assert [part for part in case["says"] if part not in str(caught.value)] == [], str(caught.value)


def test_days_off_of_a_year_replace_that_year_and_no_other(rules: Rules) -> None:
    body = overlay.CalendarChanges(days=(calendar_days.Day(date=date(2027, 1, 1), type="放假", name="元旦"),)).model_dump_json()
    after = overlay.laid_over(rules, {"calendar": revision("calendar", body, 1)}, TODAY).library.workdays
    assert 2027 in after.years and after.off[date(2026, 10, 1)] == "国庆节"
    assert not after.is_working(date(2027, 1, 1)) and after.is_working(date(2027, 2, 8)), "nothing but the schedule counts for a published year"


# The command line.


def test_a_table_is_taken_in_listed_and_taken_back(zhiwen: Service, tmp_path: Path) -> None:
    done = zhiwen.zhiwen("stations", "import", filled(tmp_path, ROW), "--by", "3号", "--yes")
    assert done.returncode == 0, done.stderr
    assert "新增 1，修改 0，撤销 0" in done.stdout and "已发布第1版" in done.stdout
    assert "0000-1234567" in zhiwen.zhiwen("ask", ASK).stdout
    changed = ROW.replace("0000-1234567", "0000-7654321")
    done = zhiwen.zhiwen("stations", "import", filled(tmp_path, changed), "--by", "5号", "--yes")
    assert "电话：0000-1234567 → 0000-7654321" in done.stdout and "新增 0，修改 1，撤销 0" in done.stdout
    assert "0000-7654321" in zhiwen.zhiwen("ask", ASK).stdout
    assert zhiwen.zhiwen("stations", "undo", "--yes").returncode == 0
    assert "0000-1234567" in zhiwen.zhiwen("ask", ASK).stdout
    history = zhiwen.zhiwen("stations", "list", "--history").stdout
    assert "第2版" in history and "5号" in history and history.count("正在用") == 1
    assert zhiwen.zhiwen("stations", "undo", "--yes", "--to", "0").returncode == 0
    assert "地址和电话待核实" in zhiwen.zhiwen("ask", ASK).stdout
    again = zhiwen.zhiwen("stations", "undo", "--yes")
    assert again.returncode == 1 and "没有已发布的版本" in again.stderr


def test_the_same_table_twice_changes_nothing(zhiwen: Service, tmp_path: Path) -> None:
    path = filled(tmp_path, ROW)
    zhiwen.zhiwen("stations", "import", path, "--by", "3号", "--yes")
    again = zhiwen.zhiwen("stations", "import", path, "--by", "3号", "--yes")
    assert again.returncode == 0 and "完全一样" in again.stdout
    assert "第2版" not in zhiwen.zhiwen("stations", "list", "--history").stdout


def test_without_yes_it_asks_and_no_means_no(zhiwen: Service, tmp_path: Path) -> None:
    done = zhiwen.zhiwen("stations", "import", filled(tmp_path, ROW), "--by", "3号", stdin="n\n")
    assert done.returncode == 1 and "确认导入" in done.stdout + done.stderr and "没有改动" in done.stderr
    assert "没有发布过" in zhiwen.zhiwen("stations", "list", "--history").stdout
    done = zhiwen.zhiwen("stations", "import", filled(tmp_path, ROW), "--by", "3号", stdin="y\n")
    assert done.returncode == 0 and "已发布第1版" in done.stdout


@pytest.mark.parametrize("case", casebook.read("broken_tables"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_a_broken_row_is_told_with_its_number_its_column_and_the_reason(rules: Rules, tmp_path: Path, case: dict[str, Any]) -> None:
    rows = [ROW.replace("试验窗口", "另一个窗口"), *case.get("rows", [ROW.replace(case.get("find", ""), case.get("put", ""), 1)])]
    _, faults = station_commands.checked(Path(filled(tmp_path, *rows, head=case.get("head", HEAD))), rules.library, False)
    assert len(faults) == len(case["says"]), faults
    assert [part for part in case["says"] if part not in "\n".join(faults)] == [], faults


def test_one_broken_row_and_nothing_is_taken_in(zhiwen: Service, tmp_path: Path) -> None:
    rows = [ROW, ROW.replace("试验窗口", "另一个窗口").replace("0000-1234567", "=1+1")]
    done = zhiwen.zhiwen("stations", "import", filled(tmp_path, *rows), "--by", "3号", "--yes")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "第 3 行，电话：不能以 = + - @ 开头" in done.stderr and "没有导入任何记录" in done.stderr
    assert "没有发布过" in zhiwen.zhiwen("stations", "list", "--history").stdout


@pytest.mark.parametrize(("name", "content"), [("a.xlsx", b"PK no table"), ("a.txt", b"x"), ("a.csv", b""), ("a.csv", b"\xff\xfe\xff\x80"), ("none.csv", None)])
def test_a_file_that_is_no_table_is_refused_with_a_word(rules: Rules, tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    _, faults = station_commands.checked(tmp_path / name, rules.library, False)
    assert len(faults) == 1 and faults[0].startswith("整张表")


def test_a_table_of_a_chinese_table_program_is_read(zhiwen: Service, tmp_path: Path) -> None:
    assert zhiwen.zhiwen("stations", "import", filled(tmp_path, ROW, code="gb18030"), "--by", "3号", "--yes").returncode == 0
    assert "试验路1号" in zhiwen.zhiwen("ask", ASK).stdout


def test_an_excel_table_is_read_with_its_numbers_and_days_and_a_formula_is_refused(zhiwen: Service, tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "stations.xlsx"
    sheet = book.active
    sheet.append(HEAD.split(","))
    row: list[Any] = ROW.split(",")
    row[7:9], row[11] = [35.58, 104.62], date(2026, 11, 20)
    sheet.append(row)
    book.save(path)
    done = zhiwen.zhiwen("stations", "import", str(path), "--by", "3号", "--yes")
    assert done.returncode == 0, done.stderr
    assert "0000-1234567" in zhiwen.zhiwen("ask", ASK).stdout
    sheet.cell(2, 5).value = '=HYPERLINK("http://example.com","试验路")'
    book.save(path)
    done = zhiwen.zhiwen("stations", "import", str(path), "--by", "3号", "--yes")
    assert done.returncode == 1 and "第 2 行，地址：不能以 = + - @ 开头" in done.stderr


def test_the_whole_table_takes_away_what_it_leaves_out(zhiwen: Service, tmp_path: Path) -> None:
    exported = tmp_path / "all.csv"
    assert zhiwen.zhiwen("stations", "export", str(exported)).returncode == 0
    kept = [line for line in exported.read_text(encoding="utf-8").splitlines() if not line.startswith("dingxi_tm_window")]
    exported.write_text("\n".join(kept), encoding="utf-8")
    part = zhiwen.zhiwen("stations", "import", str(exported), "--by", "3号", "--yes")
    assert "完全一样" in part.stdout, "a part of the table says nothing about the rest"
    done = zhiwen.zhiwen("stations", "import", str(exported), "--by", "3号", "--yes", "--whole")
    assert "撤销  dingxi_tm_window" in done.stdout and "新增 0，修改 0，撤销 1" in done.stdout
    assert "已设" in zhiwen.zhiwen("ask", ASK).stdout
    assert "dingxi_tm_window" not in zhiwen.zhiwen("stations", "list").stdout


def test_the_export_is_the_file_byte_for_byte_and_changes_come_out_the_same_each_time(zhiwen: Service, tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    assert zhiwen.zhiwen("stations", "export", str(one)).returncode == 0
    assert one.read_bytes() == (ROOT / "knowledge" / "stations.csv").read_bytes()
    zhiwen.zhiwen("stations", "import", filled(tmp_path, ROW), "--by", "3号", "--yes")
    for path in (one, two):
        zhiwen.zhiwen("stations", "export", str(path))
    assert one.read_bytes() == two.read_bytes() and b"35.58,104.62,gcj02" in one.read_bytes()
    assert "完全一样" in zhiwen.zhiwen("stations", "import", str(one), "--yes", "--whole").stdout


def test_a_cell_that_a_table_program_would_run_leaves_harmless() -> None:
    assert table.written(["a", "b"], [["=1+1", "+86"], ["-1", "@x"], ["a=b", "1-2"]]) == "a,b\n'=1+1,'+86\n'-1,'@x\na=b,1-2\n"


def test_the_empty_table_is_filled_in_and_taken_in(zhiwen: Service, tmp_path: Path) -> None:
    for name in ("t.xlsx", "t.csv"):
        assert zhiwen.zhiwen("stations", "template", str(tmp_path / name)).returncode == 0
    book = load_workbook(tmp_path / "t.xlsx")
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert "坐标系" in heads and "gcj02" in "".join(str(c.value) for row in book["说明"].iter_rows() for c in row)
    filled_in = dict(zip(HEAD.split(","), ROW.split(","), strict=True))
    book.worksheets[0].append([filled_in.get(str(head), "") for head in heads])
    book.save(tmp_path / "t.xlsx")
    assert "新增 1" in zhiwen.zhiwen("stations", "import", str(tmp_path / "t.xlsx"), "--by", "3号", "--yes").stdout
    assert (tmp_path / "t.csv").read_text(encoding="utf-8-sig").startswith("编号,类别,名称")


def test_the_report_lists_what_is_missing_or_old_by_prefecture(zhiwen: Service, tmp_path: Path) -> None:
    fresh = ROW.replace("2026-11-20", date.today().isoformat())
    zhiwen.zhiwen("stations", "import", filled(tmp_path, fresh), "--by", "3号", "--yes")
    said = zhiwen.zhiwen("stations", "report").stdout
    assert "dingxi_tm_window  定西市商标受理窗口（名称待核）：缺地址、电话、办公时间、坐标" in said and "超过 180 天" in said
    assert "兰州代办处：缺办公时间、坐标" in said and "庆阳市（1 个）" in said and "试验窗口" not in said
    assert zhiwen.zhiwen("stations", "list", "--kind", "维权援助工作站", "--place", "中山").stdout.startswith("zhongshan")


# A running service sees it.


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


# The schedule of days off.

YEAR = ["2027-01-01,五,放假,元旦", *(f"2027-02-{d:02},,放假,春节" for d in range(5, 13)), "2027-02-14,日,调休上班,春节", "2027-04-05,一,放假,清明节",
        *(f"2027-05-{d:02},,放假,劳动节" for d in range(1, 6)), "2027-06-09,三,放假,端午节", "2027-09-15,三,放假,中秋节",
        *(f"2027-10-{d:02},,放假,国庆节" for d in range(1, 8))]  # fmt: skip
DAYS_HEAD = "日期,星期,类型,节日"


def test_a_schedule_is_taken_in_compared_and_taken_back(zhiwen: Service, tmp_path: Path) -> None:
    done = zhiwen.zhiwen("calendar", "import", filled(tmp_path, *YEAR, head=DAYS_HEAD), "--by", "3号", "--yes")
    assert done.returncode == 0, done.stderr
    assert "新增 2027年：放假 24 天，调休上班 1 天" in done.stdout and "chinesecalendar 还没有 2027年的数据" in done.stdout
    assert "2027年：放假 24 天" in zhiwen.zhiwen("calendar", "list").stdout
    assert "2月14日" not in zhiwen.zhiwen("ask", "春节天水商标窗口开门吗").stdout
    assert "2月5日是春节放假" in zhiwen.zhiwen("ask", "春节天水商标窗口开门吗").stdout
    assert zhiwen.zhiwen("calendar", "undo", "--yes").returncode == 0
    assert "法定放假日" in zhiwen.zhiwen("ask", "春节天水商标窗口开门吗").stdout


def test_a_schedule_that_differs_from_the_second_opinion_is_warned_of(zhiwen: Service, tmp_path: Path) -> None:
    rows = (ROOT / "knowledge" / "calendar_days.csv").read_text(encoding="utf-8").splitlines()
    of_2026 = [row for row in rows if row.startswith("2026") and not row.startswith("2026-10-07")]
    done = zhiwen.zhiwen("calendar", "import", filled(tmp_path, *of_2026, head=rows[0]), "--by", "3号", stdin="n\n")
    assert "修改 2026-10-07：国庆节放假 → 照常" in done.stdout
    assert "2026-10-07 这里是上班，chinesecalendar 相反" in done.stdout and done.returncode == 1
    same = zhiwen.zhiwen("calendar", "import", filled(tmp_path, *rows[1:], head=rows[0]), "--by", "3号", "--yes")
    assert same.returncode == 0 and "完全一样" in same.stdout and "提醒" not in same.stdout


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("2027-02-05,五,放假,春节", "写了两次"), ("2027-02-30,,放假,春节", "第 27 行，日期"), ("2027-08-02,一,调休上班,春节", "本来就上班"),
        ("2027-08-02,二,放假,春节", "是星期一"), ("2027-08-02,一,半天,春节", "应为 放假 或 调休上班"), ("2027-08-02,一,放假,=春节", "不能以 = + - @ 开头"),
    ],
)  # fmt: skip
def test_a_broken_schedule_is_refused(rules: Rules, tmp_path: Path, row: str, says: str) -> None:
    _, faults = calendar_commands.checked(Path(filled(tmp_path, *YEAR, row, head=DAYS_HEAD)), rules.library.workdays)
    assert len(faults) == 1 and says in faults[0], faults


def test_a_schedule_that_leaves_a_holiday_out_is_refused(zhiwen: Service, tmp_path: Path) -> None:
    done = zhiwen.zhiwen("calendar", "import", filled(tmp_path, *YEAR[:-7], head=DAYS_HEAD), "--by", "3号", "--yes")
    assert done.returncode == 1 and "2027-10-01 是国庆节，应当放假" in done.stderr


def test_rules_laid_over_twice_start_from_the_files_each_time(rules: Rules) -> None:
    one = overlay.laid_over(rules, {"stations": revision("stations", '{"removed":["zunyi_tm_window"]}', 1)}, TODAY)
    none = overlay.laid_over(rules, {}, TODAY)
    assert len(one.library.stations) == len(rules.library.stations) - 1 and none == replace(rules)
