"""Guides over HTTP: put aside and taken up elsewhere, ended in a sheet; a counted day goes into the calendar."""

import re
from typing import Any

from icalendar import Calendar

from tests.running import Service
from tests.visitor import Visitor, call

FIRST = "个体户 想给袋装拉面注册商标 兰州"
REST = ["文字", "跳过", "不确定", "30 35", "10 项以内", "自己网上办", "跳过"]


def texts(answer: Any) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def labels(answer: Any) -> list[str]:
    return [choice["label"] for choice in answer["replies"][-1]["choices"]]


def links(answer: Any) -> dict[str, str]:
    """Links of all cards, by label."""
    return {a["label"]: a["url"] for reply in answer["replies"] for card in reply["cards"] for a in card["actions"] if "url" in a}


def code_of(answer: Any) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", texts(answer))
    assert found
    return found.group()


def put_aside(service: Service) -> str:
    citizen = Visitor(service.url)
    citizen.says(FIRST)
    citizen.says("文字")
    return code_of(citizen.says("稍后继续"))


def test_a_guide_ends_in_a_sheet_that_can_be_fetched(service: Service) -> None:
    citizen = Visitor(service.url)
    citizen.says(FIRST)
    for words in REST:
        answer = citizen.says(words)
    assert "请核对" in texts(answer) and "确认，出告知单" in labels(answer)
    done = citizen.says("确认")
    assert "官费合计 = 540 元" in texts(done)
    kinds = {url.rpartition(".")[2]: call(service.url, "GET", url) for url in links(done).values() if "/sheets/" in url}
    assert kinds.keys() == {"pdf", "html", "ics"} and all(answer.status == 200 for answer in kinds.values())
    assert kinds["pdf"].raw.startswith(b"%PDF")


def test_a_guide_put_aside_goes_on_with_another_visitor_and_only_once(service: Service) -> None:
    code = put_aside(service)
    other = Visitor(service.url)
    taken = other.says(code.lower().replace("-", " "))
    assert "接着办" in texts(taken) and "没有变化" in texts(taken) and "商标上写的是什么字" in texts(taken)
    other.says("返回")
    third = Visitor(service.url)
    assert "没有找到这个续办码" in texts(third.says(code))


def test_the_same_message_sent_twice_takes_a_guide_up_once(service: Service) -> None:
    code = put_aside(service)
    other = Visitor(service.url)
    assert other.send(code, id="again").raw == other.send(code, id="again").raw


def test_wrong_codes_are_counted_and_then_not_looked_up_any_more(service: Service) -> None:
    code = put_aside(service)
    guesser = Visitor(service.url)
    for number in range(5):
        assert "没有找到" in texts(guesser.says(f"AAAA-333{'34679'[number]}"))
    assert "次数太多" in texts(guesser.says(code))
    assert "接着办" in texts(Visitor(service.url).says(code))


def test_erased_records_take_the_code_with_them(service: Service) -> None:
    citizen = Visitor(service.url)
    citizen.says(FIRST)
    code = code_of(citizen.says("稍后继续"))
    citizen.says("删除我的记录")
    citizen.says("确定删除")
    assert "没有找到" in texts(Visitor(service.url).says(code))


def test_a_counted_day_can_be_put_into_the_calendar(service: Service) -> None:
    citizen = Visitor(service.url)
    answer = citizen.says("注册日是2017年3月8日的商标，续展最晚哪天办")
    url = next(url for url in links(answer).values() if url.endswith(".ics"))
    got = call(service.url, "GET", url)
    events = Calendar.from_ical(got.raw).walk("VEVENT")
    assert got.status == 200 and "2027-03-07" in {event.decoded("DTSTART").isoformat() for event in events}
    assert all(event.walk("VALARM") for event in events)
