"""Sheets over HTTP: whoever has the link gets it in all forms, for its time; nobody else gets anything."""

import asyncio
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from icalendar import Calendar

from bot.desk import utc_ms
from bot.ids import new_id, secret_token
from bot.model import Message, NewSheet, Reply, Sheet, Turn
from bot.ports import Done, Work, Written
from bot.rules import Rules
from bot.sheets.card import DAY_MS, with_sheet
from bot.store.sqlite import SqliteStore
from bot.wire import body
from tests.running import Service, Start
from tests.sheet_case import HOSTILE, case, large
from tests.test_http_addresses import STEADY, policy
from tests.test_http_messages import problem
from tests.test_http_secrets import Heard
from tests.test_sheets import close, said, texts
from tests.visitor import EXPORT, Answer, Visitor, call

FORMS = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "ics": "text/calendar; charset=utf-8"}


async def _finish(service: Service, rules: Rules, visitor: Visitor, sheet: Sheet, ago: int) -> str:
    """The turn that ends a guide, as the dialogue makes it, committed beside the running service."""
    conversation = visitor.says("商标续展多少钱")["conversation"]
    store, token, at = SqliteStore.open(service.store), secret_token(), utc_ms()
    try:
        address = await store.run(lambda db: db.execute("SELECT address FROM conversation WHERE id = ?", (conversation,)).fetchone()[0])
        before = await store.load("web", address)
        assert before
        turn = with_sheet(Turn(before, (Reply("办好了"),), decision="flow"), sheet, rules, token, at)
        assert turn.sheet
        turn = replace(turn, sheet=NewSheet(token, turn.sheet.sheet, turn.sheet.expires - ago))
        lines = [Written(new_id(at), "citizen", body(Reply("好了"))), *(Written(new_id(at), "bot", body(reply)) for reply in turn.replies)]
        assert isinstance(await store.commit(Work(before, Message("end", at, "好了", digest="d"), turn, tuple(lines), at, False)), Done)
    finally:
        await store.close()
    return token


def finished(service: Service, rules: Rules, visitor: Visitor | None = None, sheet: Sheet | None = None, ago: int = 0) -> str:
    """The token of a new sheet, made so many ms ago."""
    return asyncio.run(_finish(service, rules, visitor or Visitor(service.url), sheet or large(), ago))


def get(service: Service, token: str, form: str, method: str = "GET") -> Answer:
    return call(service.url, method, f"/api/v1/sheets/{token}.{form}")


def is_gone(answer: Answer) -> bool:
    """Whether an answer is the kind page of a link that leads nowhere."""
    text = answer.raw.decode()
    return answer.status == 404 and answer.headers["Content-Type"] == "text/html; charset=utf-8" and "打不开了" in text and "14 天" in text


@pytest.fixture(scope="module")
def token(service: Service, rules: Rules) -> str:
    """A sheet of the shared service."""
    return finished(service, rules)


def test_the_paper_comes_as_a_pdf(service: Service, token: str) -> None:
    answer = get(service, token, "pdf")
    assert answer.status == 200 and answer.raw.startswith(b"%PDF-")
    text = said(answer.raw)
    assert close(HOSTILE) in text and "合计810元" in text and "要记住的日子" in text
    assert get(service, token, "pdf").raw == answer.raw


def test_the_page_comes_escaped_and_needs_nothing_that_the_policy_forbids(service: Service, token: str) -> None:
    answer = get(service, token, "html")
    made = answer.raw.decode()
    assert "<script>alert" not in made and "&lt;script&gt;alert(1)&lt;/script&gt;" in made
    assert [t for t in texts(case()) if close(t) not in close(re.sub(r"<[^>]+>", "", made))] == []
    for path in re.findall(r'(?:href|src)="(/[^"]*)"', made):
        assert call(service.url, "GET", path).status == 200, path
    assert f'href="{token}.pdf"' in made and f'href="{token}.ics"' in made


def test_the_days_come_as_a_calendar(service: Service, token: str) -> None:
    events = Calendar.from_ical(get(service, token, "ics").raw).walk("VEVENT")
    assert [e.decoded("dtstart") for e in events] == sorted(each.day for each in case().days)
    assert all(e.walk("VALARM") for e in events)


@pytest.mark.parametrize("form", FORMS)
def test_nobody_keeps_a_copy_and_the_file_has_a_name(service: Service, token: str, form: str) -> None:
    answer = get(service, token, form)
    assert answer.headers["Content-Type"] == FORMS[form]
    assert answer.headers["Cache-Control"] == "private, no-store" and answer.headers["X-Robots-Tag"] == "noindex"
    assert {k: answer.headers[k] for k in STEADY} == STEADY and policy(answer)["default-src"] == "'none'"
    found = re.fullmatch(r"(inline|attachment); filename=\"sheet\.\w+\"; filename\*=UTF-8''([A-Za-z0-9%._~-]+)", answer.headers["Content-Disposition"])
    assert found and unquote(found[2]) == f"一次告知单-商标注册申请（个体工商户，网上办理）.{form}"
    head = get(service, token, form, "HEAD")
    assert (head.status, head.raw) == (200, b"")


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_token_and_one_whose_time_is_over_look_the_same(service: Service, rules: Rules, form: str) -> None:
    over = get(service, finished(service, rules, ago=14 * DAY_MS), form)
    wrong = get(service, secret_token(), form)
    assert is_gone(over) and is_gone(wrong) and over.raw == wrong.raw
    assert wrong.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["short.pdf", f"{'t' * 32}.exe", f"{'t' * 32}", f"{'t' * 65}.pdf", "..%2f.pdf", f"{'t' * 32}.pdf/x"])
def test_what_is_no_address_of_a_sheet_is_missing(service: Service, path: str) -> None:
    problem(call(service.url, "GET", f"/api/v1/sheets/{path}"), 404)


def test_deleting_one_s_records_deletes_the_sheet(service: Service, rules: Rules) -> None:
    visitor = Visitor(service.url)
    token = finished(service, rules, visitor)
    assert get(service, token, "pdf").status == 200
    conversation = visitor.says("删除我的记录")["conversation"]
    assert visitor.send(choice="p:erase").status == 200
    assert all(is_gone(get(service, token, form)) for form in FORMS)
    with closing(sqlite3.connect(service.store)) as db:
        assert db.execute("SELECT body FROM sheet WHERE conversation = ?", (conversation,)).fetchall() == [(None,)]


def test_the_export_has_the_sheets_and_the_history_the_links(service: Service, rules: Rules) -> None:
    visitor = Visitor(service.url)
    token = finished(service, rules, visitor)
    (sheet,) = call(service.url, "GET", EXPORT, headers={"X-Visitor": visitor.secret}).json["sheets"]
    assert sheet["title"] == case().title and sheet["days"][0]["day"] == "2027-01-25"
    (card,) = visitor.lines()[-1]["cards"]
    assert [action["url"] for action in card["actions"]] == [f"/api/v1/sheets/{token}.{form}" for form in FORMS]


def test_many_at_once_get_the_same_and_messages_are_answered_meanwhile(service: Service, token: str) -> None:
    with ThreadPoolExecutor(9) as pool:
        papers = [pool.submit(get, service, token, "pdf") for _ in range(8)]
        answer = pool.submit(Visitor(service.url).says, "商标续展多少钱")
        assert answer.result()["replies"]
        assert len({paper.result().raw for paper in papers}) == 1


def test_links_tried_too_fast_are_refused_for_a_while(start: Start) -> None:
    service = start(address_rate="0.001", address_burst="2")
    assert [get(service, secret_token(), "html").status for _ in range(3)] == [404, 404, 429]
    assert int(get(service, secret_token(), "pdf").headers["Retry-After"]) >= 1


def test_one_sheet_is_not_drawn_over_and_over(start: Start, rules: Rules) -> None:
    service = start(visitor_rate="0.001", visitor_burst="3")
    token = finished(service, rules)
    assert [get(service, token, "ics").status for _ in range(4)] == [200, 200, 200, 429]
    assert get(service, finished(service, rules), "ics").status == 200, "others are not held up"


def test_the_log_has_neither_link_nor_case(rules: Rules, tmp_path: Path) -> None:
    service = Heard(tmp_path, log_level="debug")
    service.start()
    token = finished(service, rules)
    answers = [get(service, token, form).status for form in FORMS] + [get(service, secret_token(), "pdf").status]
    assert service.stop() == 0 and answers == [200, 200, 200, 404]
    assert token not in service.log and "陇上" not in service.log and "Traceback" not in service.log


def test_a_link_holds_as_long_as_the_operator_says(start: Start) -> None:
    service = start(sheet_days="3")
    assert "3 天" in get(service, secret_token(), "html").raw.decode()
