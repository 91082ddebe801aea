"""What was learned from the data is kept beside them, learned anew when they change, and never trusted when it is broken."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot import snapshot
from bot.rules import Rules
from bot.settings import Settings
from intents.meaning import Context
from tests.running import ROOT
from tests.test_broken_data import SMALL

TODAY = date(2026, 11, 24)
FOREIGN = "reject:\n  天气: [今天天气怎么样, 明天下雨吗, 后天冷不冷]\n  闲聊: [讲个笑话, 你几岁了, 唱首歌]\n"


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small data set with few words about words, and what was learned from it."""
    folder = tmp_path_factory.mktemp("learned")
    shutil.copytree(SMALL, folder / "home")
    shutil.copytree(ROOT / "intents" / "data", folder / "home" / "intents" / "data", dirs_exist_ok=True)
    (folder / "home" / "intents" / "data" / "foreign.yaml").write_text(FOREIGN, encoding="utf-8")
    snapshot.load(Settings(home=folder / "home", cache=folder / "cache"))
    return folder


@pytest.fixture
def folder(learned: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed and broken."""
    return Path(shutil.copytree(learned, tmp_path / "copy"))


def load(folder: Path, node: str = "") -> tuple[Rules, bool]:
    """The rules, and whether something was learned anew."""
    said: list[str] = []
    rules = snapshot.load(Settings(home=folder / "home", cache=folder / "cache", node=node), said.append)
    return rules, any("训练" in line for line in said)


def items(rules: Rules, text: str) -> list[str]:
    return [candidate.item for candidate in rules.read(text, Context(), TODAY).candidates]


def test_what_was_learned_is_kept(folder: Path) -> None:
    rules, anew = load(folder)
    assert not anew and items(rules, "业务二怎么办")[0] == "trial.two"


def test_when_data_change_it_is_learned_anew_and_taken_back_the_old_is_still_there(folder: Path) -> None:
    before, _ = load(folder)
    path = folder / "home" / "intents" / "examples" / "trial.two.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[业务二怎么办,", "[孔雀开屏证怎么领, 领孔雀开屏证, 孔雀开屏证, 业务二怎么办,"), encoding="utf-8")
    after, anew = load(folder)
    assert anew and after.revision != before.revision and items(after, "我要领孔雀开屏证")[0] == "trial.two"
    assert not load(folder)[1]
    path.write_text(text, encoding="utf-8")
    again, anew = load(folder)
    assert not anew and again.revision == before.revision


@pytest.mark.parametrize(
    "name", ["intents/data/lexicon.yaml", "service_catalog.yaml", "knowledge/phrases.yaml", "knowledge/divisions.csv", "knowledge/nodes/trial.yaml"]
)
def test_every_data_file_is_part_of_the_revision(folder: Path, name: str) -> None:
    before = snapshot.revision(folder / "home")
    path = folder / "home" / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert snapshot.revision(folder / "home") != before


@pytest.mark.parametrize(("name", "trains"), [("intents/data/lexicon.yaml", True), ("service_catalog.yaml", True), ("knowledge/phrases.yaml", False)])
def test_only_words_and_the_catalogue_are_trained_again(folder: Path, name: str, trains: bool) -> None:
    before = snapshot.cache_name(folder / "home")
    path = folder / "home" / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert (snapshot.cache_name(folder / "home") != before) is trains


def test_words_never_seen_are_not_ours(folder: Path) -> None:
    rules, _ = load(folder)
    for text in ("量子纠缠蒸馏", "qwfpgj luyarst", "🙂🙃 %%%", "ⴰⴱⴳ"):
        assert rules.read(text, Context(), TODAY).decision in ("reject", "clarify"), text


def test_a_node_and_the_province_learn_apart_in_one_cache(folder: Path) -> None:
    node, _ = load(folder, "trial")
    province, _ = load(folder)
    assert items(node, "上门辅导")[0] == "local.visit" and "trial.two" not in items(node, "业务二怎么办")
    assert items(province, "业务二怎么办")[0] == "trial.two" and "local.visit" not in items(province, "上门辅导")


@pytest.mark.parametrize(("name", "kept"), [("matcher/arrays.npz", 0), ("matcher/arrays.npz", 1000), ("matcher/words.json", 1000), ("catalog.json", 0)])
def test_a_file_cut_short_by_a_power_cut_is_made_again(folder: Path, name: str, kept: int) -> None:
    (path,) = (folder / "cache").glob(f"*/{name}")
    path.write_bytes(path.read_bytes()[:kept])
    rules, _ = load(folder)
    assert items(rules, "业务二怎么办")[0] == "trial.two"
