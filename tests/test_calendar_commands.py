"""The schedule of days off from the command line."""

from datetime import date
from pathlib import Path

import pytest

from bot import calendar_commands
from bot.rules import Rules
from tests.published import filled
from tests.running import ROOT, Service

TODAY = date(2026, 11, 24)


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
