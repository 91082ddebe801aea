"""`zhiwen ask --jsonl`: each answer has the agreed keys and means what they say, whatever was asked."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.ask import BadQuestion, Question, as_json, ask
from bot.rules import Rules
from tests.running import ROOT, Service

KEYS = ["id", "decision", "item", "facet", "confidence", "candidates", "slots", "owner", "reply"]
TODAY = date(2026, 11, 24)
DECISIONS = {"answer", "clarify", "handoff", "reject", "flow", "smalltalk"}
ASKED = [
    "商标续展多少钱", "转人工", "你好", "谢谢", "今天天气怎么样", "啊这个那个", "", "   ", "😀", "\u200b", "？？", "商" * 3000, "<b>续展</b>", "我不想活了",
    "删除我的记录", "导出我的记录", "第二个", "1", "详细", "上一个", "专利", "多少钱", "300w能贷吗", "兰州哪里能办", "hello", "how much is trademark renewal",
]  # fmt: skip


def answered(rules: Rules, **question: Any) -> dict[str, Any]:
    asked = Question.of(json.dumps({"id": 1, **question}))
    return json.loads(json.dumps(as_json(rules, asked, ask(rules, asked, TODAY)), ensure_ascii=False))


@pytest.mark.parametrize("text", ASKED, ids=lambda text: ascii(text)[:24])
def test_whatever_is_asked_the_answer_has_the_agreed_form(rules: Rules, text: str) -> None:
    value = answered(rules, text=text)
    assert [k for k in value if k != "result"] == KEYS
    assert value["decision"] in DECISIONS and value["owner"] in {"bot", "queue"}
    assert (value["item"] is None) == (value["decision"] == "reject"), "only what is not our business has no item"
    assert (value["facet"] is None) == (value["item"] is None)
    assert 0 <= value["confidence"] <= 1 and value["reply"]
    candidates = value["candidates"]
    assert len(candidates) <= 5 and all(list(c) == ["item", "facet", "confidence"] for c in candidates)
    assert len({c["item"] for c in candidates}) == len(candidates)
    assert [c["confidence"] for c in candidates] == sorted((c["confidence"] for c in candidates), reverse=True)
    assert all(c["item"] in rules.library.catalog.items and c["facet"] for c in candidates)
    assert value["item"] is None or value["item"] in {c["item"] for c in candidates}


@pytest.mark.parametrize(("text", "item", "decision"), [("转人工", "meta.human", "handoff"), ("你好", "meta.greeting", "smalltalk"), ("谢谢", "meta.thanks", "smalltalk")])
def test_talk_about_the_talk_has_items_of_its_own(rules: Rules, text: str, item: str, decision: str) -> None:
    value = answered(rules, text=text)
    assert (value["item"], value["decision"], value["facet"]) == (item, decision, "overview")


def test_the_history_is_played_before(rules: Rules) -> None:
    assert answered(rules, text="那要多少钱", history=["商标续展怎么办"])["item"] == "trademark.renewal"
    assert answered(rules, text="专利呢", history=["注册商标要多少钱"])["item"] == "patent.apply"
    assert answered(rules, text="第二个", history=["商标续展多少钱"])["facet"] == "deadline"


def test_a_person_called_in_the_history_does_not_silence_the_answer(rules: Rules) -> None:
    value = answered(rules, text="商标续展多少钱", history=["转人工", "我不想活了"])
    assert (value["decision"], value["owner"]) == ("answer", "bot") and "450 元" in value["reply"]


def test_the_day_asked_about_decides_the_law_and_relative_dates_count_from_it(rules: Rules) -> None:
    assert "3 个月" in answered(rules, text="商标异议期多久", date="2026-12-31")["reply"]
    assert "3 个月" not in answered(rules, text="商标异议期多久", date="2027-01-01")["reply"].split("\n")[0]
    assert answered(rules, text="商标明天到期了怎么办", date="2026-12-31")["slots"]["date"] == "2027-01-01"


def test_asking_twice_gives_the_same(rules: Rules) -> None:
    assert [answered(rules, text=text) for text in ASKED] == [answered(rules, text=text) for text in ASKED]


@pytest.mark.parametrize(
    "line",
    ["", "[]", "5", "null", '"text"', "{}", '{"id":1}', '{"text":5}', '{"text":null}', '{"text":"a","history":"b"}', '{"text":"a","history":[1]}',
     '{"text":"a","history":{"a":1}}', '{"text":"a","date":"tomorrow"}', '{"text":"a","date":"2026-02-30"}', '{"text":"a","date":20260101}', '{"text":"a"', "[" * 5000],
    ids=lambda line: line[:30],
)  # fmt: skip
def test_a_line_that_is_no_question_is_refused_in_chinese(line: str) -> None:
    with pytest.raises(BadQuestion, match=r"[\u4e00-\u9fff]"):
        Question.of(line)


# The last one reads and writes as a Chinese or an English locale does.
@pytest.mark.parametrize("locale", [{"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C"}, {"PYTHONIOENCODING": "utf-8:strict"}], ids=["utf-8", "plain", "strict"])
def test_bytes_that_are_no_text_harm_no_other_line(tmp_path: Path, rules: Rules, locale: dict[str, str]) -> None:
    good = [json.dumps({"id": n, "text": "商标续展多少钱"}, ensure_ascii=n == 1).encode() for n in (1, 2)]
    given = b"\n".join([good[0], b'{"id":9,"text":"\xff\xfe"}', b'{"id":"\\ud800","text":"a"}', good[1], b""])
    environment = {**Service(tmp_path).environment, **locale}
    done = subprocess.run([sys.executable, "-m", "bot", "ask", "--jsonl"], cwd=ROOT, env=environment, input=given, capture_output=True, timeout=120)
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [a["id"] for a in answers if a["id"] in (1, 2)] == [1, 2]
    assert b"Traceback" not in done.stderr and done.returncode in (0, 1)


def test_thousands_of_questions_are_answered_in_one_go(tmp_path: Path, rules: Rules) -> None:
    count = 20_000 if os.environ.get("ZHIWEN_TORTURE") else 2_000
    given = "\n".join(json.dumps({"id": n, "text": ASKED[n % len(ASKED)]}) for n in range(count))
    done = Service(tmp_path).zhiwen("ask", "--jsonl", stdin=given)
    assert done.returncode == 0 and [json.loads(line)["id"] for line in done.stdout.splitlines()] == list(range(count))
