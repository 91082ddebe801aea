"""A node's own list adds, hides and rewrites items of the province's catalogue."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from knowledge import library
from knowledge.library import Library
from knowledge.loader import DataError
from tests.test_broken_data import SMALL

TODAY = date(2026, 11, 24)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "home"))


def rewritten(home: Path, find: str, put: str) -> Library:
    path = home / "knowledge" / "nodes" / "trial.yaml"
    text = path.read_text(encoding="utf-8")
    assert find in text
    path.write_text(text.replace(find, put, 1), encoding="utf-8")
    return library.load(home, "trial", TODAY)


def told(of: Library, item: str, facet: str) -> str:
    found = of.teller.tell(item, facet, TODAY, TODAY)
    assert found
    return found.text


def test_without_a_node_the_province_answers(home: Path) -> None:
    province = library.load(home, "", TODAY)
    assert list(province.catalog.items) == ["trial.one", "trial.two"]
    assert "旧收费 30 元" in told(province, "trial.one", "fee")


def test_a_node_adds_items_of_its_own(home: Path) -> None:
    node = library.load(home, "trial", TODAY)
    assert "0931-1234567" in told(node, "local.visit", "overview")


def test_a_node_hides_items_and_follow_ups_to_them(home: Path) -> None:
    node = library.load(home, "trial", TODAY)
    assert "trial.two" not in node.catalog.items
    found = node.teller.tell("trial.one", "overview", TODAY, TODAY)
    assert found and [offer.item for offer in found.offers] == ["trial.one"]


def test_a_node_rewrites_a_button_and_one_facet_and_keeps_the_others(home: Path) -> None:
    node = library.load(home, "trial", TODAY)
    assert node.catalog.items["trial.one"].button == "中心业务一"
    assert node.catalog.items["trial.one"].name == "试行业务一"
    assert "本中心不收费" in told(node, "trial.one", "fee")
    assert "收费 30 元" in told(node, "trial.one", "overview")


def test_a_node_may_show_a_group_only(home: Path) -> None:
    node = rewritten(home, "hide: [trial.two]", "show: [trial.one]")
    assert list(node.catalog.items) == ["trial.one", "local.visit"]


def test_an_item_of_its_own_must_be_called_local(home: Path) -> None:
    with pytest.raises(DataError, match=r"trial\.yaml:\d+: items\.center\.visit: .*local\."):
        rewritten(home, "local.visit:", "center.visit:")


def test_a_misspelt_key_of_a_node_is_refused_with_its_line(home: Path) -> None:
    with pytest.raises(DataError, match=r"trial\.yaml:4: hidden"):
        rewritten(home, "hide: [trial.two]", "hidden: [trial.two]")


def test_a_node_file_must_name_its_node(home: Path) -> None:
    with pytest.raises(DataError, match=r"trial\.yaml:1: node: 应与文件名相同：trial"):
        rewritten(home, "node: trial", "node: other")


def test_an_unknown_node_is_refused(home: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.yaml: -: 文件不存在"):
        library.load(home, "nowhere", TODAY)


def test_hiding_an_item_that_does_not_exist_is_refused(home: Path) -> None:
    with pytest.raises(DataError, match=r"trial\.yaml:4: hide.*trial\.tow"):
        rewritten(home, "hide: [trial.two]", "hide: [trial.tow]")


def test_what_a_node_writes_is_checked_like_the_rest_and_found_in_its_file(home: Path) -> None:
    with pytest.raises(DataError, match=r"trial\.yaml:\d+: items\.trial\.one\.answers\.fee.*没有这个来源"):
        rewritten(home, "basis: [{source: notice}]", "basis: [{source: nowhere}]")
