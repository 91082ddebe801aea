"""POST /api/v1/chat/messages: what is taken, and that it is taken once."""

import http.client
import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import casebook
from tests.running import Service
from tests.visitor import MESSAGES, Answer, Visitor, call

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def visitor(service: Service) -> Visitor:
    return Visitor(service.url)


def problem(answer: Answer, status: int) -> Any:
    """The problem document, checked for its form."""
    assert answer.status == status, answer.raw.decode()
    assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    value = answer.json
    assert value["status"] == status and value["type"] and CHINESE.search(value["title"]) and CHINESE.search(value["detail"])
    return value


def test_a_question_is_answered_with_text_choices_cards_and_sources(visitor: Visitor) -> None:
    value = visitor.says("商标续展多少钱")
    assert value.keys() == {"conversation", "owner", "seq", "replies"}
    assert value["owner"] == "bot" and value["seq"] == 2
    (reply,) = value["replies"]
    assert reply.keys() == {"id", "seq", "text", "choices", "cards", "sources"}
    assert "450 元" in reply["text"] and reply["seq"] == 2
    assert all(choice.keys() == {"id", "label"} for choice in reply["choices"])
    assert all(source.keys() >= {"title", "as_of", "confidence"} for source in reply["sources"])


def test_the_same_id_and_body_give_the_same_answer_and_change_nothing(visitor: Visitor) -> None:
    first = visitor.send("转人工", id="same")
    assert first.status == 200
    for _ in range(3):
        assert visitor.send("转人工", id="same").raw == first.raw
    visitor.says("还在吗")
    assert visitor.send("转人工", id="same").raw == first.raw
    assert [line["text"] for line in visitor.lines() if line["from"] == "citizen"] == ["转人工", "还在吗"]


def test_the_order_of_keys_and_the_spelling_of_characters_do_not_make_another_body(visitor: Visitor) -> None:
    first = visitor.send("续展", id="same")
    turned = json.dumps({"text": "续展", "id": "same", "visitor": visitor.secret}, ensure_ascii=False, indent=1).encode()
    assert call(visitor.url, "POST", MESSAGES, turned, {"Content-Type": "application/json; charset=utf-8"}).raw == first.raw


@pytest.mark.parametrize("other", [{"text": "专利年费多少钱"}, {"choice": "h:human"}, {"location": {"lat": 36, "lon": 103}}, {"attachment": {"name": "a"}}])
def test_the_same_id_with_another_body_is_refused_and_changes_nothing(visitor: Visitor, other: dict[str, Any]) -> None:
    first = visitor.send("商标续展多少钱", id="same")
    problem(visitor.send(id="same", **other), 409)
    assert visitor.send("商标续展多少钱", id="same").raw == first.raw
    assert len(visitor.lines()) == 2


def test_an_id_of_one_visitor_says_nothing_of_another(service: Service) -> None:
    one, other = Visitor(service.url), Visitor(service.url)
    assert one.says("商标续展多少钱", id="same")["conversation"] != other.says("专利年费多少钱", id="same")["conversation"]


def test_the_same_message_from_twenty_connections_at_once_counts_once(visitor: Visitor) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: visitor.send("转人工", id="same"), range(20)))
    assert {answer.raw for answer in answers} == {answers[0].raw} and answers[0].status == 200
    assert len(visitor.lines()) == 2


def test_two_tabs_that_write_at_once_have_one_conversation_in_one_order(visitor: Visitor) -> None:
    with ThreadPoolExecutor(2) as pool:
        tabs = [pool.submit(lambda tab=tab: [visitor.says(f"商标续展多少钱{tab}{n}", id=f"{tab}{n}") for n in range(20)]) for tab in "ab"]
        said = [answer for tab in tabs for answer in tab.result()]
    lines = visitor.lines()
    assert len({answer["conversation"] for answer in said}) == 1
    assert [line["seq"] for line in lines] == list(range(1, 81))
    citizens = [line["text"] for line in lines if line["from"] == "citizen"]
    for tab in "ab":
        assert [text for text in citizens if f"钱{tab}" in text] == [f"商标续展多少钱{tab}{n}" for n in range(20)]


@pytest.mark.parametrize(
    "body",
    [
        {"choice": "i:trademark.renewal:fee"},
        {"location": {"lat": 36.06, "lon": 103.83}},
        {"attachment": {"name": "证书.pdf", "type": "application/pdf", "size": 1024}},
    ],
)
def test_choices_positions_and_files_are_taken_and_repeated_like_texts(visitor: Visitor, body: dict[str, Any]) -> None:
    first = visitor.send(id="same", **body)
    assert first.status == 200 and first.json["replies"]
    assert visitor.send(id="same", **body).raw == first.raw


ODD = ["", " ", "\u200b", "\x00", "\U0001f600", "<script>alert(1)</script>", "'; DROP TABLE message; --", "a" * 3000, "𠮷" * 10, "\u202e钱少多展续标商"]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_answered_and_stored_without_harm(visitor: Visitor, text: str) -> None:
    value = visitor.says(text)
    assert value["replies"] and "<script" not in value["replies"][0]["text"]
    assert len(visitor.lines()[0]["text"]) <= 2000
    assert not re.search("[\x00-\x08\u200b\u202e]", visitor.lines()[0]["text"])


def test_a_lone_surrogate_is_refused_or_dropped_and_never_an_error_of_ours(visitor: Visitor) -> None:
    raw = b'{"visitor":"%s","id":"m","text":"\\ud800"}' % visitor.secret.encode()
    assert call(visitor.url, "POST", MESSAGES, raw, {"Content-Type": "application/json"}).status in (200, 400, 422)


def sent(case: dict[str, Any]) -> bytes:
    """The body of a case as bytes."""
    if "body" in case:
        return json.dumps(case["body"]).encode()
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    if "utf16" in case:
        return str(case["utf16"]).encode("utf-16")
    return str(case["raw"]).replace("DIGITS", "9" * 1000).encode() if "raw" in case else str(case["repeat"]).encode() * int(case["times"])


@pytest.mark.parametrize("case", casebook.read("refused_bodies"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_what_is_wrong_is_refused_and_changes_nothing(visitor: Visitor, case: dict[str, Any]) -> None:
    kind = case.get("type", "application/json")
    raw = sent(case).replace(b'"V"', f'"{visitor.secret}"'.encode())
    answer = call(visitor.url, "POST", MESSAGES, raw, {"Content-Type": kind} if kind else {})
    assert case.get("says", "") in problem(answer, case["status"])["detail"]
    assert visitor.lines() == []


def test_a_body_without_announced_length_is_limited_too(visitor: Visitor) -> None:
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    address = urlsplit(visitor.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    connection.request("POST", MESSAGES, iter([chunk] * 16), headers, encode_chunked=False)
    assert connection.getresponse().status == 413
    connection.close()
