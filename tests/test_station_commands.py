"""Stations from the command line: checked row by row, shown first, taken back."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot import station_commands
from bot.rules import Rules
from knowledge import table
from tests import casebook
from tests.published import ASK, HEAD, ROW, filled
from tests.running import ROOT, Service


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
