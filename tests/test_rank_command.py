"""`python -m intents rank`: any field's examples in, candidates out; what is broken is named by its line. ZHIWEN_TORTURE=1: 100,000 examples."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from intents.model import Example
from tests.running import ROOT
from tests.test_large import corpus, nearest

COMMAND = [sys.executable, "-m", "intents", "rank"]
CAFE = {
    "order.coffee": ["来一杯拿铁", "我要一杯美式咖啡", "点杯咖啡", "一杯卡布奇诺", "来杯热咖啡"],
    "order.cake": ["来一块蛋糕", "我要一份提拉米苏", "点一块芝士蛋糕", "有蛋糕吗来一块", "要个巧克力蛋糕"],
    "bill": ["买单", "结账", "一共多少钱", "我要付钱", "埋单，扫码付"],
    "seat": ["有靠窗的座位吗", "几个人坐的位子", "想换个座位", "还有空位吗", "能坐外面吗"],
}

TORTURE = bool(os.environ.get("ZHIWEN_TORTURE"))


def written(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def cafe(tmp_path: Path) -> Path:
    return written(tmp_path / "cafe.jsonl", [{"intent": name, "text": text} for name, texts in CAFE.items() for text in texts])


def rank(questions: bytes | str, *options: object) -> subprocess.CompletedProcess[str]:
    data = questions if isinstance(questions, bytes) else questions.encode()
    done = subprocess.run([*COMMAND, *map(str, options)], cwd=ROOT, input=data, capture_output=True)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def answers(done: subprocess.CompletedProcess[str]) -> list[dict[str, list[dict[str, object]]]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_any_field_is_ranked_best_first(cafe: Path) -> None:
    asked = [{"id": "a", "text": "一杯拿鐵"}, {"id": 2, "text": "结帐多少钱"}, {"id": "空", "text": ""}]
    done = rank("\n\n".join(json.dumps(q) for q in asked), "--examples", cafe, "--top", 3)
    found = answers(done)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line["id"] for line in found] == ["a", 2, "空"]
    assert [line["candidates"][0]["intent"] for line in found[:2]] == ["order.coffee", "bill"]
    for line in found:
        scores = [c["score"] for c in line["candidates"]]
        assert len(scores) == 3 and scores == sorted(scores, reverse=True) and all(0 <= s <= 1 for s in scores)


def test_broken_questions_are_named_and_skipped(cafe: Path) -> None:
    lines = [
        b"\xef\xbb\xbf" + b'{"id": "1", "text": "a"}',
        b"{",
        b'{"id": "3"}',
        b'{"text": "x"}',
        b'{"id": "5", "text": 5}',
        b'{"id": true, "text": ""}',
    ]
    lines += [b"[1]", b'{"id": "8", "text": "\xff"}', b"[" * 100_000, b'{"id": 10, "text": "\\ud800"}']
    done = rank(b"\n".join(lines), "--examples", cafe)
    assert done.returncode == 1
    assert [line["id"] for line in answers(done)] == ["1", 10]
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [f"questions:{n}" for n in range(2, 10)]


@pytest.mark.parametrize(
    "rows", [[("a", "你好")], [("a", "你好"), ("b", "再见")], [("a", "你好"), ("a", "您好"), ("b", "再见"), ("c", "谢谢")], [("a", "？")]]
)
def test_a_handful_of_examples_is_enough(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    file = written(tmp_path / "few.jsonl", [{"intent": i, "text": t} for i, t in rows])
    done = rank('{"id": 1, "text": "你好呀"}', "--examples", file)
    found = answers(done)[0]["candidates"]
    assert done.returncode == 0 and found[0]["intent"] == "a" and len(found) == len({i for i, _ in rows})


def test_a_lexicon_teaches_other_words(cafe: Path, tmp_path: Path) -> None:
    lexicon = tmp_path / "words.yaml"
    lexicon.write_text("terms: {买单: {same: [会钞], spoken: [算下账]}}\n", encoding="utf-8")
    question = '{"id": 1, "text": "会钞"}'
    assert answers(rank(question, "--examples", cafe, "--lexicon", lexicon))[0]["candidates"][0]["intent"] == "bill"


@pytest.mark.parametrize(
    ("examples", "lexicon", "said"),
    [
        (
            '{"intent": "a", "text": "x"}\n{"intent": "a"}\n{"intent": "", "text": "x"}\noh',
            None,
            ('bad:2: no "text"', 'bad:3: "intent"', "bad:4: not JSON"),
        ),
        ("\n\n", None, ("bad: no examples",)),
        ('{"intent": "a", "text": "x"}', "terms: [", ("words: ", "line 1")),
        ('{"intent": "a", "text": "x"}', "- a", ("words: needs terms",)),
        ('{"intent": "a", "text": "x"}', "terms: {a: {same: 5}}", ("words: ",)),
    ],
)
def test_unusable_files_are_named_by_line(tmp_path: Path, examples: str, lexicon: str | None, said: tuple[str, ...]) -> None:
    (tmp_path / "bad").write_text(examples, encoding="utf-8")
    (tmp_path / "words").write_text(lexicon or "", encoding="utf-8")
    done = rank("", "--examples", tmp_path / "bad", *(("--lexicon", tmp_path / "words") if lexicon else ()))
    assert (done.returncode, done.stdout) == (2, "") and all(part in done.stderr for part in said), done.stderr


@pytest.mark.parametrize("options", [(), ("--examples", "/nowhere.jsonl"), ("--examples", "/dev/null", "--top", "0")])
def test_wrong_arguments_end_with_two(options: tuple[str, ...]) -> None:
    done = rank("", *options)
    assert done.returncode == 2 and "error" in done.stderr and "Traceback" not in done.stderr


def test_help_tells_the_formats() -> None:
    done = rank("", "--help")
    assert done.returncode == 0 and all(word in done.stdout for word in ("--examples", "--top", "--lexicon", '"candidates"', "exit code"))


def test_thousands_of_lines_take_seconds(cafe: Path) -> None:
    began = time.perf_counter()
    done = rank("".join(f'{{"id": {n}, "text": "来{n}杯咖啡"}}\n' for n in range(5000)), "--examples", cafe, "--top", "1")
    assert len(done.stdout.splitlines()) == 5000 and time.perf_counter() - began < 20


@pytest.mark.parametrize(("intents", "each"), [(2000, 51), (90, 1130)] if TORTURE else [(250, 52)])
def test_very_many_examples_are_ranked_and_a_hundred_thousand_keep_within_time_and_memory(tmp_path: Path, intents: int, each: int) -> None:
    rows = corpus(intents, each)
    asked, examples = rows[:1000], [Example(text, intent) for intent, text in rows[1000:]]
    file = written(tmp_path / "many.jsonl", [{"intent": e.intent, "text": e.text} for e in examples])
    first, took, megabytes, right = one_by_one(file, asked)
    least = nearest(examples, asked)
    told = f"first answer {first:.0f} s, p50 {np.median(took) * 1e3:.2f} ms, peak {megabytes:.0f} MB, right {right:.3f}, nearest {least:.3f}"
    print(f"{len(examples)} examples, {intents} intents: {told}")
    assert right >= least, told
    if TORTURE:
        assert first < 120 and np.median(took) < 0.003 and megabytes < 430, told  # a bare Python with numpy takes 30 of them
        assert len(examples) >= 100_000


def one_by_one(file: Path, asked: Sequence[tuple[str, str]]) -> tuple[float, list[float], float, float]:
    """(seconds to the first answer, seconds of each, the whole process's peak in MB, the share right)."""
    took: list[float] = []
    found: list[str] = []
    with subprocess.Popen([*COMMAND, "--examples", str(file)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        for _, text in [asked[0], *asked]:
            at = time.perf_counter()
            process.stdin.write(json.dumps({"id": 0, "text": text}).encode() + b"\n")
            process.stdin.flush()
            found.append(json.loads(process.stdout.readline())["candidates"][0]["intent"])
            took.append(time.perf_counter() - at)
        most = peak(process.pid)
        process.stdin.close()
    return took[0], took[1:], most, float(np.mean([name == intent for name, (intent, _) in zip(found[1:], asked, strict=True)]))


def peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))
