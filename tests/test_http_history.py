"""What was said, page by page, exported, and as it comes."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.running import Service
from tests.test_http_messages import problem
from tests.visitor import EVENTS, EXPORT, MESSAGES, Visitor, call


@pytest.fixture
def visitor(service: Service) -> Visitor:
    return Visitor(service.url)


def hear(visitor: Visitor, text: str, after: int | None = None) -> list[tuple[str, str]]:
    """(kind, id or owner) of all events up to one that says a text."""
    with visitor.stream(after) as stream:
        assert stream.status == 200
        return [(event.kind, event.id or event.data["owner"]) for event in stream.until(text)]


def test_a_newcomer_has_an_empty_history(visitor: Visitor) -> None:
    assert visitor.history() == {"conversation": None, "owner": "bot", "seq": 0, "messages": [], "more": False}


def test_the_history_holds_what_was_said_with_choices_cards_and_sources(visitor: Visitor) -> None:
    answer = visitor.says("转人工")
    asked, replied = visitor.lines()
    assert (asked["from"], asked["text"], asked["seq"]) == ("citizen", "转人工", 1)
    assert {k: replied[k] for k in answer["replies"][0]} == answer["replies"][0]
    assert replied["from"] == "bot" and replied["cards"][0]["kind"] == "ticket"
    assert visitor.history()["owner"] == "queue"


def test_the_history_after_a_number_is_what_came_later(visitor: Visitor) -> None:
    for n in range(3):
        visitor.says(f"商标续展多少钱{n}")
    assert [line["seq"] for line in visitor.history(4)["messages"]] == [5, 6]
    assert visitor.history(6)["messages"] == [] == visitor.history(10**14)["messages"]


def test_a_long_history_comes_in_pages_without_gap(visitor: Visitor) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: visitor.says("商标续展多少钱", id=f"m{n}"), range(130)))
    first = visitor.history()
    assert first["more"] and len(first["messages"]) < 260 == first["seq"]
    assert [line["seq"] for line in visitor.lines()] == list(range(1, 261))


@pytest.mark.parametrize("after", ["-1", "a", "1.5", "9999999999999999", "", "%EF%BC%91", "1e3", "0x1", " 1"])
def test_a_number_that_is_none_is_refused(visitor: Visitor, after: str) -> None:
    answer = call(visitor.url, "GET", f"{MESSAGES}?after={after.replace(' ', '%20')}", headers={"X-Visitor": visitor.secret})
    assert "after" in problem(answer, 422)["detail"]


@pytest.mark.parametrize("path", [MESSAGES, EVENTS, EXPORT])
@pytest.mark.parametrize("secret", ["", "short", "a" * 65, "with blank and more", "visitor=aaaaaaaaaaaaaaaa"])
def test_without_a_good_secret_nothing_is_told(service: Service, path: str, secret: str) -> None:
    assert "X-Visitor" in problem(call(service.url, "GET", path, headers={"X-Visitor": secret}), 422)["detail"]


def test_a_secret_in_the_address_is_no_secret(visitor: Visitor) -> None:
    visitor.says("商标续展多少钱")
    assert call(visitor.url, "GET", f"{MESSAGES}?visitor={visitor.secret}&X-Visitor={visitor.secret}").status == 422


def test_the_export_is_a_file_with_everything(visitor: Visitor) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: visitor.says("商标续展多少钱", id=f"m{n}"), range(130)))
    answer = call(visitor.url, "GET", EXPORT, headers={"X-Visitor": visitor.secret})
    assert answer.status == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.json["messages"] == visitor.lines() and len(answer.json["messages"]) == 260


def test_the_export_link_of_the_bot_leads_to_the_export(visitor: Visitor) -> None:
    (reply,) = visitor.says("导出我的记录")["replies"]
    path = reply["cards"][0]["actions"][0]["url"]
    assert call(visitor.url, "GET", path, headers={"X-Visitor": visitor.secret}).json["messages"][0]["text"] == "导出我的记录"


def test_after_deleting_the_history_is_empty_and_the_talk_goes_on(visitor: Visitor) -> None:
    visitor.says("商标续展多少钱")
    visitor.says("删除我的记录")
    visitor.says("确定删除")
    lines = visitor.lines()
    assert [line["text"] for line in lines[:4]] == [""] * 4 and [line["seq"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert "每类 450 元" in visitor.says("商标续展多少钱")["replies"][0]["text"]


def test_answers_with_what_was_said_are_not_cached(visitor: Visitor) -> None:
    visitor.says("商标续展多少钱")
    for path in (MESSAGES, EXPORT):
        assert call(visitor.url, "GET", path, headers={"X-Visitor": visitor.secret}).headers["Cache-Control"] == "no-store"


def test_a_stream_tells_the_owner_and_then_every_line(visitor: Visitor) -> None:
    visitor.says("商标续展多少钱")
    visitor.says("转人工")
    assert hear(visitor, "已转给" if "已转给" in str(visitor.lines()) else "已为您登记") == [("owner", "queue"), *(("message", str(n)) for n in range(1, 5))]


def test_a_stream_goes_on_after_the_last_event_id(visitor: Visitor) -> None:
    for n in range(3):
        visitor.says(f"商标续展多少钱{n}")
    assert hear(visitor, "450 元", after=4) == [("owner", "bot"), ("message", "5"), ("message", "6")]


def test_a_line_of_the_stream_is_a_line_of_the_history(visitor: Visitor) -> None:
    visitor.says("商标续展多少钱")
    with visitor.stream() as stream:
        told = [event.data for event in stream.until("450 元") if event.kind == "message"]
    assert told == visitor.lines()


def test_a_stream_opened_before_the_first_message_tells_it_at_once(visitor: Visitor) -> None:
    with visitor.stream() as stream:
        visitor.says("商标续展多少钱")
        assert [event.kind for event in stream.until("450 元")] == ["owner", "message", "message"]


def test_every_open_page_hears_every_line_in_order(visitor: Visitor) -> None:
    visitor.says("商标续展多少钱")
    with visitor.stream() as one, visitor.stream() as other:
        for n in range(5):
            visitor.says(f"专利年费多少钱{n}")
        visitor.says("转人工")
        for stream in (one, other):
            heard = stream.until("受理编号")
            assert [event.id for event in heard if event.kind == "message"] == [str(n) for n in range(1, 15)]


def test_a_stream_tells_when_the_owner_changes(visitor: Visitor) -> None:
    visitor.says("商标续展多少钱")
    with visitor.stream() as stream:
        stream.until("450 元")
        visitor.says("转人工")
        heard = [event.data["owner"] for event in stream.until("受理编号") if event.kind == "owner"]
    assert heard == ["queue"]


@pytest.mark.parametrize("last", ["-1", "a", "9999999999999999"])
def test_a_last_event_id_that_is_no_number_is_refused(visitor: Visitor, last: str) -> None:
    problem(call(visitor.url, "GET", EVENTS, headers={"X-Visitor": visitor.secret, "Last-Event-ID": last}), 422)


def test_too_many_open_pages_are_refused_and_closed_ones_do_not_count(visitor: Visitor) -> None:
    visitor.says("商标续展多少钱")
    open_pages = [visitor.stream() for _ in range(8)]
    with visitor.stream() as ninth:
        assert ninth.status == 429 and int(ninth.answer.headers["Retry-After"]) >= 1
        assert re.search("[\u4e00-\u9fff]", json.loads(ninth.answer.read())["detail"])
    for page in open_pages:
        page.close()
    deadline = time.monotonic() + 8
    while (again := visitor.stream()).status != 200:
        again.close()
        assert time.monotonic() < deadline, "pages closed long ago still count"
    again.close()


def test_what_staff_do_in_commands_reaches_an_open_page(service: Service) -> None:
    visitor = Visitor(service.url)
    visitor.says("转人工")
    (number,) = re.findall(r"受理编号 (\w{6})", visitor.lines()[1]["cards"][0]["title"])
    with visitor.stream() as stream:
        stream.until("受理编号")
        for words in (["accept", number], ["say", number, "您好，我看一下"]):
            assert service.zhiwen("tickets", *words, "--by", "王").returncode == 0
        heard = stream.until("您好，我看一下")
    assert [event.data["owner"] for event in heard if event.kind == "owner"] == ["staff"]
    assert (heard[-1].data["from"], heard[-1].id) == ("staff", "3")
