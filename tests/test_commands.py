"""The zhiwen command: what it prints, what it refuses, and what it does beside a running service."""

import json
from pathlib import Path

import pytest

from tests.running import ROOT, Service
from tests.visitor import Visitor

KEYS = {"id", "decision", "item", "facet", "confidence", "candidates", "slots", "owner", "reply"}


@pytest.fixture
def zhiwen(tmp_path: Path) -> Service:
    """Commands on a store of their own; no service runs."""
    return Service(tmp_path)


def test_without_words_it_explains_itself(zhiwen: Service) -> None:
    done = zhiwen.zhiwen("--help")
    assert done.returncode == 0
    for command in ("serve", "ask", "chat", "check", "settings", "tickets", "eval"):
        assert command in done.stdout


def test_a_question_is_answered_with_figure_and_source(zhiwen: Service) -> None:
    done = zhiwen.zhiwen("ask", "商标续展多少钱")
    assert done.returncode == 0
    assert "450 元" in done.stdout and "依据：" in done.stdout
    assert not zhiwen.store.exists(), "asking stores nothing"


def test_the_law_of_the_day_asked_about_answers(zhiwen: Service) -> None:
    assert "3 个月" in zhiwen.zhiwen("ask", "商标异议期多久", "--date", "2026-12-31").stdout
    later = zhiwen.zhiwen("ask", "商标异议期多久", "--date", "2027-02-01").stdout
    assert "2 个月" in later and "《中华人民共和国商标法》（2026年修订）" in later


def test_it_explains_why(zhiwen: Service) -> None:
    said = zhiwen.zhiwen("ask", "牌子到期续一下", "--explain").stdout
    assert "trademark.renewal" in said and "最像的例句" in said and "数据版本" in said


@pytest.mark.parametrize("words", [("ask",), ("ask", "商标", "--date", "明天"), ("tickets", "list", "--state", "lost"), ("nonsense",)])
def test_what_makes_no_sense_is_refused_with_a_word(zhiwen: Service, words: tuple[str, ...]) -> None:
    done = zhiwen.zhiwen(*words)
    assert done.returncode != 0 and done.stderr and "Traceback" not in done.stderr


def test_many_questions_keep_their_order_and_a_broken_line_harms_no_other(zhiwen: Service) -> None:
    lines = [
        {"id": "a", "text": "那要多少钱", "history": ["我想续展商标"]},
        {"id": 2, "text": "商标异议期多久", "date": "2027-02-01"},
        {"id": "c", "text": "给我找个真人"},
        {"id": "d", "text": "明天会下雨吗"},
    ]
    text = "\n".join([json.dumps(lines[0]), "{broken", "", *(json.dumps(line) for line in lines[1:])])
    done = zhiwen.zhiwen("ask", "--jsonl", stdin=text)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == ["a", 2, "c", "d"]
    assert all(set(a) >= KEYS and set(a) <= {*KEYS, "result"} for a in answers)
    assert (answers[0]["item"], answers[0]["facet"]) == ("trademark.renewal", "fee")
    assert "2 个月" in answers[1]["reply"]
    assert (answers[2]["decision"], answers[2]["item"], answers[2]["owner"]) == ("handoff", "meta.human", "queue")
    assert (answers[3]["decision"], answers[3]["item"], answers[3]["facet"]) == ("reject", None, None)
    assert done.returncode == 1 and "第 2 行" in done.stderr


def test_settings_are_listed_and_wrong_ones_refused(zhiwen: Service) -> None:
    assert "ZHIWEN_STORE=" in zhiwen.zhiwen("settings").stdout
    zhiwen.environment["ZHIWEN_PORT"] = "many"
    done = zhiwen.zhiwen("settings")
    assert done.returncode == 2 and "ZHIWEN_PORT" in done.stderr


def test_a_talk_in_the_terminal_takes_a_number_for_a_choice_and_goes_on_later(zhiwen: Service) -> None:
    first = zhiwen.zhiwen("chat", stdin="商标续展多少钱\n1\n退出\n")
    assert "450 元" in first.stdout and "  1. " in first.stdout and "删除我的记录" in first.stdout
    later = zhiwen.zhiwen("chat", stdin="转人工\n")
    assert "受理编号" in later.stdout


def test_a_second_service_on_the_same_file_and_a_taken_port_are_refused(own_service: Service, tmp_path: Path) -> None:
    own_service.start()
    done = own_service.zhiwen("serve")
    assert done.returncode == 1 and "另一个 zhiwen serve" in done.stderr
    other = Service(tmp_path / "other", port=own_service.url.rsplit(":", 1)[1])
    done = other.zhiwen("serve")
    assert done.returncode == 1 and "端口" in done.stderr and "PORT=9000" in done.stderr


def test_a_ticket_is_worked_off_beside_the_running_service(own_service: Service) -> None:
    own_service.start()
    citizen = Visitor(own_service.url)
    assert citizen.send("转人工").json["owner"] == "queue"
    number = own_service.zhiwen("tickets", "list").stdout.split()[0]
    assert "转人工" in own_service.zhiwen("tickets", "show", number).stdout
    assert own_service.zhiwen("tickets", "accept", number, "--by", "3号").returncode == 0
    assert own_service.zhiwen("tickets", "say", number, "您好，我来办", "--by", "5号").returncode == 1, "only who accepted it may answer"
    assert own_service.zhiwen("tickets", "say", number, "您好，我来办", "--by", "3号").returncode == 0
    answer = citizen.send("商标续展多少钱").json
    assert (answer["owner"], answer["replies"]) == ("staff", []), "the bot is silent while a person owns the talk"
    assert own_service.zhiwen("tickets", "close", number, "--by", "3号").returncode == 0
    assert own_service.zhiwen("tickets", "close", number, "--by", "3号").returncode == 1
    back = citizen.send("商标续展多少钱").json
    assert back["owner"] == "bot" and any("450 元" in r["text"] for r in back["replies"])


def test_the_readme_names_commands_that_exist(zhiwen: Service) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "test", "bench", "lint", "torture"):
        assert f"make {target}" in readme and f"\n{target}:" in makefile
    assert "PORT=9000 make run" in readme
    named = {line.split("#")[0].split()[1] for line in readme.splitlines() if line.startswith("zhiwen ")}
    assert named >= {"ask", "chat", "check", "tickets", "settings", "serve", "eval"}
    for command in sorted(named):
        assert zhiwen.zhiwen(command, "--help").returncode == 0
