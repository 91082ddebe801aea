"""Patents to be had and technical needs: taken in by the command line, compared by the matcher, told to staff alone until they have looked.

The sample records are filed in 2099: data as shipped refuse them, only the data set made here takes them.
"""

import re
import shutil
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

from bot import matching, overlay, patent_commands, patent_import
from bot.ports import Revision
from bot.rules import Rules
from knowledge import patents as records
from knowledge.loader import DataError
from knowledge.patents import Patent
from tests import books, casebook
from tests.running import ROOT, Service
from tests.visitor import Visitor, call

TODAY = date(2026, 11, 24)
SAMPLES = Path(__file__).parent / "data" / "patents" / "samples.csv"
STARCH = "ZL209910000001.8"
NEED = ["登记技术需求", "环保与水处理", "马铃薯淀粉加工", "淀粉废水里蛋白多，怎么处理才能达标排放，想回收蛋白做饲料", "跳过", "都可以", "20万", "半年内", "安定区", "企业"]
PHONE = "13812345678"
PATIENCE = 15  # seconds on a loaded machine; the service looks twice a second


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data, but for the one line that lets samples in."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "knowledge", home / "knowledge", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(ROOT / "intents", home / "intents", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copy(ROOT / "service_catalog.yaml", home)
    with (home / "knowledge" / "patents.yaml").open("a", encoding="utf-8") as file:
        file.write("sample_year: 2099\n")
    return home


@pytest.fixture
def zhiwen(tmp_path: Path, home: Path) -> Iterator[Service]:
    """A service and commands on a store of their own. Not started yet."""
    made = Service(tmp_path, home=str(home))
    yield made
    if made.process and made.process.poll() is None:
        made.stop()


@pytest.fixture(scope="session")
def sampled(rules: Rules) -> Rules:
    """The rules with the samples published."""
    known = rules.library.patent_rules.model_copy(update={"sample_year": 2099})
    base = replace(rules, library=replace(rules.library, patent_rules=known))
    body = overlay.PatentList(patents=samples(base)).model_dump_json()
    return overlay.laid_over(base, {"patents": Revision("patents", 1, 1, "3号", "", body, True)}, TODAY)


def samples(rules: Rules) -> tuple[Patent, ...]:
    taken = patent_import.imported(rows(SAMPLES, rules), (), rules.library.patent_rules, TODAY, False)
    assert taken.wrong == ()
    return taken.patents


def rows(path: Path, rules: Rules) -> Any:
    from bot import spreadsheets

    return spreadsheets.read(path, rules.library.patent_rules.columns, records.NEEDED)[0]


def table(folder: Path, text: str) -> str:
    path = folder / "patents.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def head(lines: int) -> str:
    """The first lines of the samples."""
    return "\n".join(SAMPLES.read_text(encoding="utf-8").splitlines()[:lines])


# The records.


def test_samples_cannot_be_taken_in_with_the_data_as_shipped(rules: Rules, tmp_path: Path) -> None:
    assert rules.library.patent_rules.sample_year is None and rules.library.patents == ()
    done = Service(tmp_path).zhiwen("patents", "import", str(SAMPLES), "--yes")
    assert done.returncode == 1 and "第 2 行，专利号：申请年份 2099 不对" in done.stderr
    assert "共 36 处不对，没有导入任何记录" in done.stderr
    assert "共 0 件" in Service(tmp_path).zhiwen("patents", "list").stdout


def test_a_published_sample_stops_the_data_as_shipped(rules: Rules, sampled: Rules) -> None:
    body = overlay.PatentList(patents=sampled.library.patents[:1]).model_dump_json()
    with pytest.raises(DataError, match=r"已发布的专利清单第4版.*申请年份 2099"):
        overlay.laid_over(rules, {"patents": Revision("patents", 4, 1, "3号", "", body, True)}, TODAY)


def test_numbers_are_known_in_every_form_by_their_check_digit() -> None:
    assert records.check_digit("200310100002") == "X"  # the example of the standard, ZC 0006—2003
    forms = ["ZL209910000001.8", "zl 2099 1 0000001.8", "2099100000018", "209910000001.8"]
    row = {"title": "名称", "abstract": "摘" * 20, "holder": "样例单位", "field": "water", "contact": "0931-0000001"}
    assert {Patent(number=form, **row).number for form in forms} == {STARCH}


def test_a_field_left_out_is_told_by_the_class(sampled: Rules) -> None:
    known = sampled.library.patent_rules
    classes = ["C02F1/66", "C05F17/20", "A23L23/10", "A61K36/344", "H01M10/54", "H02S40/10", "B01D53/56", "B26D1/28", "G06V20/10", ""]
    assert [known.field_of(ipc) for ipc in classes] == ["water", "water", "agri", "health", "material", "energy", "water", "machine", "info", ""]


@pytest.mark.parametrize("case", casebook.read("broken_patents"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_a_broken_row_is_told_with_its_number_its_column_and_the_reason(sampled: Rules, tmp_path: Path, case: dict[str, Any]) -> None:
    text = head(2)
    assert case.get("find", "") in text
    text = text.replace(case.get("find", ""), case.get("put", ""), 1) if "find" in case else text + "\n" + text.splitlines()[1]
    said = patent_commands.faults(Path(table(tmp_path, text)), sampled.library, TODAY)
    assert len(said) == len(case["says"]) and [part for part in case["says"] if part not in "\n".join(said)] == [], said


def test_a_list_too_long_to_compare_is_refused(sampled: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patent_import, "MOST", 38)
    three = head(4).replace("ZL2099", "ZL2010").splitlines()
    numbers = [f"2010{kind}000000{n}" for n, kind in enumerate("122", 1)]
    lines = [three[0], *(re.sub(r"ZL[^,]*", f"ZL{d}{records.check_digit(d)}", line) for d, line in zip(numbers, three[1:], strict=True))]
    assert patent_commands.faults(Path(table(tmp_path, "\n".join(lines))), sampled.library, TODAY) == ["整张表，-：清单会有 39 件，最多 38 件；先撤下已经失效、已经转让的"]


# The matcher against judged needs.


@pytest.mark.parametrize("need", casebook.read("tech_needs"), ids=lambda need: need["product"] + need["need"][:4])
def test_a_need_finds_the_patent_that_answers_it(sampled: Rules, need: dict[str, Any]) -> None:
    titles = [match.patent.title for match in matching.patents_for(sampled, need)]
    if need["best"] is None:
        assert (titles == []) == need.get("quiet", True), titles
    else:
        assert any(need["best"] in title for title in titles[:3]), titles
        assert (need["best"] in titles[0]) == need.get("first", True), titles


def test_without_a_list_or_without_words_nothing_matches(rules: Rules, sampled: Rules) -> None:
    assert matching.patents_for(rules, {"need": "淀粉废水"}) == () == matching.patents_for(sampled, {"field": "其他"})


def test_scores_lie_between_nothing_and_one_best_first(sampled: Rules) -> None:
    for need in casebook.read("tech_needs"):
        scores = [match.score for match in matching.patents_for(sampled, need)]
        assert scores == sorted(scores, reverse=True) and all(0 < score <= 1 for score in scores) and len(scores) <= matching.MOST


# The command line.


def test_a_list_is_taken_in_told_without_who_holds_it_and_taken_back(zhiwen: Service, tmp_path: Path) -> None:
    done = zhiwen.zhiwen("patents", "import", table(tmp_path, head(4)), "--by", "3号", "--yes")
    assert done.returncode == 0, done.stderr
    assert "新增 3，修改 0，撤下 0" in done.stdout and "已发布第1版" in done.stdout
    changed = head(3).replace("样例单位1,", "样例单位一,")
    done = zhiwen.zhiwen("patents", "import", table(tmp_path, changed), "--by", "5号", "--yes", "--whole")
    assert f"修改  {STARCH}" in done.stdout and "：专利权人\n" in done.stdout and "新增 0，修改 1，撤下 1" in done.stdout
    listed = zhiwen.zhiwen("patents", "list").stdout
    assert "一种马铃薯淀粉废水蛋白回收方法（环保与水处理）" in listed and "共 2 件" in listed
    for said in (listed, done.stdout):
        assert "样例单位" not in said and "0931-" not in said
    assert zhiwen.zhiwen("patents", "undo", "--yes").returncode == 0
    assert "共 3 件" in zhiwen.zhiwen("patents", "list").stdout
    history = zhiwen.zhiwen("patents", "list", "--history").stdout
    assert "第2版" in history and "5号" in history and history.count("正在用") == 1


def test_one_broken_row_and_nothing_is_taken_in_and_no_means_no(zhiwen: Service, tmp_path: Path) -> None:
    done = zhiwen.zhiwen("patents", "import", table(tmp_path, head(4).replace("样例 0931-0000002", "")), "--yes")
    assert done.returncode == 1 and "第 3 行，联系方式：要有电话" in done.stderr and "没有导入任何记录" in done.stderr
    done = zhiwen.zhiwen("patents", "import", table(tmp_path, head(4)), stdin="n\n")
    assert done.returncode == 1 and "没有改动" in done.stderr
    assert "没有发布过" in zhiwen.zhiwen("patents", "list", "--history").stdout


def test_the_empty_table_is_filled_in_and_the_export_is_taken_in_again(zhiwen: Service, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert zhiwen.zhiwen("patents", "template", str(path)).returncode == 0
    book = load_workbook(path)
    assert [cell.value for cell in book.worksheets[0][1]] == head(1).split(",")
    assert "校验位" in "".join(str(c.value) for row in book["说明"].iter_rows() for c in row)
    book.worksheets[0].append(head(2).splitlines()[1].split(","))
    book.save(path)
    assert "新增 1" in zhiwen.zhiwen("patents", "import", str(path), "--yes").stdout
    out = tmp_path / "out.xlsx"
    assert "已写出 1 件" in zhiwen.zhiwen("patents", "export", str(out)).stdout
    assert "完全一样" in zhiwen.zhiwen("patents", "import", str(out), "--whole", "--yes").stdout


def test_line_breaks_in_a_cell_of_an_abstract_are_blanks(sampled: Rules, tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "a.xlsx"
    book.active.append(head(1).split(","))
    book.active.append([cell.replace("，", "，\n", 1) for cell in head(2).splitlines()[1].split(",")])
    book.save(path)
    (patent,) = patent_import.imported(rows(path, sampled), (), sampled.library.patent_rules, TODAY, False).patents
    assert "\n" not in patent.abstract


# From a citizen's need to what staff see, on a running service.


def texts(answer: Any) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def file_need(citizen: Visitor, *rest: str) -> Any:
    """Walk through the guide to its end; the last answer."""
    for words in NEED:
        citizen.says(words)
    for words in rest:
        citizen.says(words)
    return citizen.says("确认")


def number(answer: Any) -> str:
    found = re.search(r"受理编号 ([0-9A-Z]{6})", texts(answer))
    assert found, texts(answer)
    return found.group(1)


def eventually(said: Any, part: str) -> str:
    until = time.monotonic() + PATIENCE
    text = said()
    while part not in text and time.monotonic() < until:
        time.sleep(0.2)
        text = said()
    return str(text)


def test_a_need_is_matched_told_as_a_count_and_its_contacts_wait_for_staff(zhiwen: Service) -> None:
    zhiwen.start()
    assert zhiwen.zhiwen("patents", "import", str(SAMPLES), "--by", "3号", "--yes").returncode == 0
    assert "+patents.1" in eventually(lambda: str(call(zhiwen.url, "GET", "/readyz").json["revision"]), "+patents.1")
    citizen = Visitor(zhiwen.url)
    done = file_need(citizen, "同意，留电话", PHONE)
    need = number(done)
    assert "可能合适的有 1 件" in texts(done) and "核对" in texts(done)
    heard = str(citizen.lines()) + str(done)
    assert not any(secret in heard for secret in ("样例单位", "0931-0000", STARCH, "蛋白回收方法", PHONE))
    listed = zhiwen.zhiwen("patents", "matches", "--need", need).stdout
    assert re.search(rf"需求 {need} .*环保与水处理：马铃薯淀粉加工——淀粉废水.*（定西市安定区）", listed)
    assert re.search(rf"0\.\d\d  {STARCH}  一种马铃薯淀粉废水蛋白回收方法", listed)
    assert not any(secret in listed for secret in ("样例单位", "0931-0000", PHONE))
    confirmed = zhiwen.zhiwen("patents", "confirm", need, STARCH, "--by", "3号").stdout
    assert "样例单位1" in confirmed and "0931-0000001" in confirmed and PHONE in confirmed
    assert "合适（3号 核对）" in zhiwen.zhiwen("patents", "matches").stdout
    assert f"match confirmed: {STARCH}" in zhiwen.zhiwen("tickets", "show", need).stdout
    assert "已记为不合适" in zhiwen.zhiwen("patents", "dismiss", need, STARCH, "--by", "5号").stdout
    after = zhiwen.zhiwen("patents", "matches").stdout
    assert "不合适（5号 核对）" in after and "样例单位" not in after
    assert "样例单位" not in str(citizen.lines())


def test_new_patents_are_compared_with_the_needs_that_wait_and_an_erased_need_is_gone(zhiwen: Service, tmp_path: Path) -> None:
    zhiwen.start()
    citizen, other = Visitor(zhiwen.url), Visitor(zhiwen.url)
    done = file_need(citizen, "同意，不留电话")
    assert "清单还没有导入" in texts(done)
    need = number(done)
    assert citizen.history()["owner"] == "bot"
    others = number(file_need(other, "同意，不留电话"))
    imported = zhiwen.zhiwen("patents", "import", str(SAMPLES), "--yes").stdout
    assert f"需求 {need}" in imported and STARCH in imported and "与 2 个未关闭的技术需求比对，2 个可能合适" in imported
    other.says("删除我的记录")
    other.says("确定删除")
    assert zhiwen.zhiwen("tickets", "close", need).returncode == 0
    assert "没有未关闭的技术需求" in zhiwen.zhiwen("patents", "matches").stdout
    for gone in (need, others):
        refused = zhiwen.zhiwen("patents", "confirm", gone, STARCH)
        assert refused.returncode == 1 and "没有未关闭的技术需求" in refused.stderr and "样例单位" not in refused.stdout
    unknown = zhiwen.zhiwen("patents", "confirm", need, "ZL209910000099.7")
    assert unknown.returncode == 1 and "清单里没有这件专利" in unknown.stderr


def test_the_same_need_again_opens_nothing_new_and_consent_is_kept_with_its_version(zhiwen: Service, rules: Rules) -> None:
    zhiwen.start()
    citizen = Visitor(zhiwen.url)
    first = number(file_need(citizen, "同意，留电话", PHONE))
    again = file_need(citizen, "同意，留电话", PHONE)
    assert f"已经登记过，受理编号 {first}" in texts(again)
    assert "等待受理" in texts(citizen.says("我的需求办到哪了"))
    with closing(sqlite3.connect(zhiwen.store)) as db:
        assert db.execute("SELECT count(*) FROM ticket WHERE kind = 'tech_need'").fetchone() == (1,)
        assert db.execute("SELECT consent, region FROM ticket").fetchone() == (rules.phrases["tech_need_consent_version"], "621102")
        assert ("tech_need", rules.phrases["tech_need_consent_version"]) in db.execute("SELECT kind, version FROM consent").fetchall()
        kept = str(db.execute("SELECT body FROM message").fetchall() + db.execute("SELECT body FROM sheet").fetchall())
        kept += str(db.execute("SELECT topic FROM conversation").fetchall())
        assert PHONE not in kept, "the number is in the ticket and nowhere else"
        assert books.problems(db) == []


def test_a_guide_put_aside_keeps_no_number(zhiwen: Service) -> None:
    zhiwen.start()
    citizen = Visitor(zhiwen.url)
    for words in [*NEED, "同意，留电话", PHONE]:
        citizen.says(words)
    citizen.says("稍后继续")
    with closing(sqlite3.connect(zhiwen.store)) as db:
        assert PHONE not in str(db.execute("SELECT body FROM parked").fetchall() + db.execute("SELECT topic FROM conversation").fetchall())
