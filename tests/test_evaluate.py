"""`zhiwen eval`: rows are judged as written, figures are what the textbook says, bad input is told with its place."""

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.evaluate import cases, command, compare, html, listing, measure, predict, report, result, sources
from bot.evaluate.cases import Case
from bot.evaluate.command import Options
from bot.evaluate.judge import Judged, Outcome
from bot.evaluate.measure import MEASURES, Share, wilson
from bot.evaluate.predict import Named, Prediction
from bot.evaluate.summary import Summary, bars, summary
from bot.evaluate.table import table, width
from bot.rules import Rules
from bot.settings import ROOT
from knowledge.loader import DataError
from tests import casebook

TODAY = date(2026, 11, 24)
ITEMS = ("trademark.renewal", "trademark.register", "trademark.change", "meta.human", "meta.greeting", "meta.thanks")
NAMES = {"trademark.renewal": "商标续展"}


def row(id: str, items: list[str], said: list[Any], confidence: float = 0.9, **more: Any) -> Judged:
    """A hand-made row: `said` is decision, item, facet, and other candidates, the best first."""
    decision, item, facet, *rest = said
    listed = rest[0] if rest else [item] if item else []
    case = Case("hand.yaml", id, more.pop("text", f"问题 {id}"), tuple(items), **{k: tuple(v) if isinstance(v, list) else v for k, v in more.items()})
    return Judged(case, Prediction(decision, item, facet, confidence, tuple(Named(i, "overview", 0.1) for i in listed), 100.0))


def hand_made() -> Summary:
    """Four of ours (three answered, one of them wrong), a foreign one answered, a person asked for."""
    return summary(
        [
            row("a", ["trademark.renewal"], ["answer", "trademark.renewal", "fee"], 0.95, facets=["fee"], voice="farmer"),
            row("b", ["trademark.renewal"], ["answer", "trademark.renewal", "steps"], 0.85, facets=["fee"], voice="shop"),
            row("c", ["trademark.renewal"], ["answer", "trademark.change", "fee"], 0.65, facets=["fee"], text="<b>续 & 变</b>"),
            row("d", ["trademark.change"], ["clarify", "trademark.change", "fee"], 0.45, facets=["fee"], hard=True),
            row("e", ["out_of_scope"], ["answer", "trademark.renewal", "fee"], 0.65),
            row("f", ["meta.human"], ["handoff", "meta.human", "overview"], 1.0),
        ],
        "r1",
        "2026-11-24",
    )


@pytest.mark.parametrize("case", casebook.read("evaluate/judged"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_a_row_counts_as_written(case: dict[str, Any]) -> None:
    judged = row("x", case["row"].pop("items"), case["said"], **case["row"])
    assert judged.outcome is Outcome[case["outcome"].upper()]
    assert {m.key: verdict for m in MEASURES if (verdict := m.of(judged)) is not None} == case["counts"]


# Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
TEXTBOOK = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("hits", "n", "low", "high"), TEXTBOOK)
def test_the_interval_is_the_textbooks(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_the_interval_stays_within_bounds_and_knows_nothing_from_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(7, 7)[1] == 1.0
    assert all(0 <= wilson(k, 9)[0] <= k / 9 <= wilson(k, 9)[1] <= 1 for k in range(10))


def test_shares_count_only_the_rows_they_are_about() -> None:
    shares = hand_made().pooled.shares
    assert shares["rank1"] == (3, 4)
    assert shares["facet"] == (2, 3)
    assert shares["answered"] == (3, 4)
    assert shares["wrong_all"] == (1, 4)
    assert shares["wrong_answered"] == (1, 3)
    assert shares["foreign_answered"] == (1, 1)
    assert shares["human"] == (1, 1)
    assert shares["smalltalk"] == (0, 0)


def test_parts_are_per_file_voice_and_difficulty() -> None:
    found = hand_made()
    assert [(p.name, p.rows) for p in found.groups] == [("hand.yaml", 6)]
    assert [(p.name, p.rows) for p in found.voices] == [("农民", 1), ("店主", 1)]
    assert [(p.name, p.rows) for p in found.hardness] == [("一般题", 5), ("难题", 1)]


def test_calibration_is_the_weighted_distance_between_word_and_truth() -> None:
    found = hand_made()
    assert [b.n for b in found.bins] == [0, 0, 0, 0, 1, 0, 2, 0, 1, 2]
    assert found.bins[6].right == Share(0, 2)
    assert found.bins[9].confidence == pytest.approx(0.975)
    assert found.error == pytest.approx((0.55 * 1 + 0.65 * 2 + 0.15 * 1 + 0.025 * 2) / 6)
    assert measure.calibration_error(measure.reliability([])) is None


def test_a_rejected_row_has_no_item_to_be_sure_of() -> None:
    assert sum(b.n for b in measure.reliability([row("a", ["out_of_scope"], ["reject", None, None], 0.99)])) == 0


def test_mix_ups_come_most_frequent_first_with_two_examples() -> None:
    swapped = [row(str(i), ["trademark.change"], ["clarify", "trademark.register", "fee"]) for i in range(3)]
    found = measure.confusions([row("z", ["trademark.renewal"], ["reject", None, None]), *swapped])
    assert found == (("trademark.change", "trademark.register", 3, ("0", "1")), ("trademark.renewal", measure.NOTHING, 1, ("z",)))
    assert len(measure.confusions([row(str(i), [f"x.{i}"], ["answer", "x.y", "fee"]) for i in range(30)])) == 20


def test_percentiles_are_values_that_were_measured() -> None:
    assert measure.percentile([], 0.5) is None
    assert measure.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert measure.percentile([float(i) for i in range(1, 201)], 0.99) == 198.0


def test_bars_are_the_agreed_ones_and_met_at_the_bar_itself() -> None:
    found = {m.key: (m.bar, reached) for m, _, reached in bars(hand_made().pooled)}
    assert {key: bar for key, (bar, _) in found.items()} == {
        "rank1": 0.92, "within3": 0.98, "facet": 0.92, "answered": 0.80, "wrong_all": 0.02, "foreign_answered": 0.01,
    }  # fmt: skip
    assert {key for key, (_, reached) in found.items() if reached} == set()
    at_the_bar = {m.key: m for m in MEASURES}
    assert at_the_bar["rank1"].reached(Share(92, 100)) and not at_the_bar["rank1"].reached(Share(919, 1000))
    assert at_the_bar["wrong_all"].reached(Share(2, 100)) and not at_the_bar["wrong_all"].reached(Share(21, 1000))
    assert at_the_bar["rank1"].reached(Share(0, 0)) is None


def test_tables_align_where_chinese_is_two_columns_wide() -> None:
    lines = list(table(("名称", "n"), [("商标 A", "12"), ("x", "3")], "lr"))
    assert [width(line) for line in lines] == [10, 10, 10, 10]
    assert lines[2] == "商标 A  12"
    assert width("e\u0301") == 1


def test_the_report_tells_every_figure_with_its_interval() -> None:
    text = "\n".join(report.report(hand_made(), NAMES))
    assert re.search(r"事项首位正确 +75\.0 % +3/4 +30\.1–95\.4 % +≥ 92 %", text)
    assert re.search(r"1  trademark.renewal 商标续展 +trademark.change +c", text)
    assert "中位 100 微秒" in text


@pytest.mark.parametrize(("which", "ids"), [("wrong", "c"), ("facet", "b"), ("foreign", "e"), ("missed", "")])
def test_rows_behind_a_figure_are_shown_with_their_words(which: str, ids: str) -> None:
    lines = list(listing.shown(which, hand_made().rows))
    assert [line.split()[1] for line in lines[1::2]] == list(ids) if which != "missed" else lines[0].endswith("1 题")


def test_the_page_carries_everything_itself_and_escapes_what_was_asked() -> None:
    page = html.page(hand_made(), NAMES)
    assert not re.search(r"<script|<link|<img|@import|url\(|https?://|\son\w+=", page)
    assert "&lt;b&gt;续 &amp; 变&lt;/b&gt;" in page and "<b>" not in page
    plots = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(plots) >= 2
    for plot in plots:
        assert ElementTree.fromstring(plot).find("title") is not None
    assert "nan" not in page.lower()


def test_a_result_read_again_shows_no_change(tmp_path: Path) -> None:
    found = hand_made()
    result.write(found, tmp_path / "r.json")
    value = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert value["pooled"]["measures"]["rank1"]["hits"] == 3 and len(value["rows"]) == 6
    compared = compare.compared(result.read(tmp_path / "r.json"), found.rows)
    assert (compared.changes, compared.gone, compared.added) == ((), 0, 0)
    assert compared.old.shares == compared.new.shares


def test_a_comparison_says_which_rows_turned_and_how_far_the_measures_moved(tmp_path: Path) -> None:
    old = hand_made()
    result.write(old, tmp_path / "old.json")
    new = list(old.rows)
    new[1] = replace(new[1], said=replace(new[1].said, facet="fee"))
    new[3] = replace(new[3], said=replace(new[3].said, decision="reject", item=None, facet=None))
    new[2] = replace(new[2], said=replace(new[2].said, item="trademark.register"))
    new[5] = replace(new[5], case=replace(new[5].case, text="另一句话"))
    compared = compare.compared(result.read(tmp_path / "old.json"), new)
    assert [(c.turned, c.new.case.id) for c in compared.changes] == [("better", "b"), ("other", "c"), ("worse", "d")]
    assert (compared.gone, compared.added) == (1, 1)
    text = "\n".join(compare.report(compared))
    assert re.search(r"方面正确（事项正确时） +66\.7 % +100\.0 % +好 \+33\.3", text)
    assert re.search(r"事项首位正确 +75\.0 % +50\.0 % +坏 -25\.0", text)


@pytest.mark.parametrize("text", ["{}", '{"format": 1}', "[", '{"format": 1, "revision": "r", "rows": [{"id": 1}]}', '{"format": 9}'])
def test_what_is_no_result_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"r\.json"):
        result.read(tmp_path / "r.json")


@pytest.mark.parametrize("case", casebook.read("evaluate/bad_files"), ids=lambda case: case["claim"].replace(" ", "-"))
def test_bad_input_is_told_with_file_and_line(tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / case["file"]
    path.write_text(case["text"], encoding="utf-8")
    with pytest.raises(DataError) as raised:
        cases.read(sources.files([path]), ITEMS)
    assert [said for said in case["says"] if said not in command.explained(raised.value)] == []


@pytest.mark.parametrize("name", ["absent.yaml", "absent.jsonl", "absent_folder", "empty_folder"])
def test_a_missing_file_and_an_empty_folder_are_errors(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty_folder").mkdir()
    with pytest.raises(DataError, match=name):
        cases.read(sources.files([tmp_path / name]), ITEMS)


def test_both_kinds_of_file_are_read_and_files_of_one_name_keep_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        line = {"id": 7, "question": "续展\u2028多少钱", "items": ["trademark.renewal"], "facets": ["fee"], "source": "x"}
        (tmp_path / folder / "one.jsonl").write_text(f"\ufeff{json.dumps(line, ensure_ascii=False)}\n\n", encoding="utf-8")
    greeting = "- {id: b, text: 你好, items: [meta.greeting], voice: shop, hard: true, date: 2027-01-01}\n"
    (tmp_path / "b" / "two.yaml").write_text(greeting, encoding="utf-8")
    found = cases.read(sources.files([tmp_path / "a", tmp_path / "b"]), ITEMS)
    assert [(c.group, c.id, c.kind) for c in found] == [("a/one.jsonl", "7", "ours"), ("b/one.jsonl", "7", "ours"), ("two.yaml", "b", "smalltalk")]
    assert found[0].text == "续展\u2028多少钱"
    assert (found[2].voice, found[2].hard, found[2].day) == ("shop", True, date(2027, 1, 1))


def asked(path: Path, **more: Any) -> Path:
    """A file with three rows that are understood for certain, and one label that is wrong on purpose."""
    rows: list[Mapping[str, object]] = [
        {"id": "r", "text": "商标续展多少钱", "items": ["trademark.renewal"], "facets": ["fee"]},
        {"id": "h", "text": "要带什么材料", "items": ["trademark.renewal"], "facets": ["materials"], "history": ["商标续展多少钱"]},
        {"id": "p", "text": "转人工", "items": ["meta.human"], "facets": []},
        {"id": "w", "text": "发明专利怎么申请", "items": ["trademark.renewal"], "facets": ["fee"]},
    ]
    path.write_text("\n".join(json.dumps({**r, **more}, ensure_ascii=False) for r in rows), encoding="utf-8")
    return path


def test_questions_go_through_the_same_core_with_what_was_said_before(rules: Rules, tmp_path: Path) -> None:
    found = cases.read([asked(tmp_path / "q.jsonl")], rules.library.catalog.items)
    said = predict.predictions(rules, found, TODAY)
    assert [(p.decision, p.item, p.facet) for p in said[:3]] == [
        ("answer", "trademark.renewal", "fee"),
        ("answer", "trademark.renewal", "materials"),
        ("handoff", "meta.human", "overview"),
    ]
    assert said[3].item == "patent.apply"
    assert all(p.micros > 0 and math.isfinite(p.micros) for p in said)


def test_a_missed_bar_is_an_exit_code_only_when_asked_for(rules: Rules, tmp_path: Path) -> None:
    written: list[str] = []
    options = Options((asked(tmp_path / "q.jsonl"),), html=tmp_path / "r.html", out=tmp_path / "r.json", show=("wrong",))
    assert command.run(lambda: rules, options, TODAY, written.append) == 0
    assert (tmp_path / "r.html").exists() and (tmp_path / "r.json").exists()
    assert any("发明专利怎么申请" in line for line in written)
    assert command.run(lambda: rules, replace(options, bar=True, compare=tmp_path / "r.json"), TODAY, written.append) == 1
    assert "未达标" in "\n".join(written) and "变坏：0 题" in "\n".join(written)


def test_wrong_options_are_told_before_anything_is_asked(tmp_path: Path) -> None:
    def load() -> Rules:
        raise AssertionError("loaded")

    for options in (Options(show=("all",)), Options(out=tmp_path / "no" / "r.json"), Options(html=tmp_path), Options(compare=tmp_path / "no.json")):
        with pytest.raises(DataError):
            command.run(load, options, TODAY, print)


def test_without_files_the_environment_or_the_own_cases_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(command.ENVIRONMENT, raising=False)
    assert command.default_files() == (ROOT / "tests" / "cases" / "understanding",)
    monkeypatch.setenv(command.ENVIRONMENT, "somewhere")
    assert command.default_files() == (Path("somewhere"),)


def test_the_command_evaluates_what_the_environment_names(rules: Rules, tmp_path: Path) -> None:
    environment = {**os.environ, "ZHIWEN_CACHE": str(ROOT / "var" / "cache"), command.ENVIRONMENT: str(tmp_path)}
    asked(tmp_path / "q.jsonl")

    def run(*more: str) -> "subprocess.CompletedProcess[str]":
        order = [sys.executable, "-m", "bot", "eval", *more]
        return subprocess.run(order, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)

    done = run("--show", "wrong")
    assert (done.returncode, done.stderr) == (0, "")
    assert "合计：4 题，1 个文件" in done.stdout
    asked(tmp_path / "q.jsonl", items="trademark.renewal")
    broken = run()
    assert broken.returncode == 2
    assert "q.jsonl:1: items: 应为列表" in broken.stderr and "Traceback" not in broken.stderr
