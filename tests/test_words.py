"""The fast cutter and the reference cut alike; what is built from the same data is the same."""

from pathlib import Path

import numpy as np
import yaml

from bot.settings import ROOT
from intents.features import Tables, plain
from intents.lexicon import Lexicon
from intents.matcher import Matcher
from intents.model import Example
from intents.normalise import Normaliser, has_words, visible
from intents.words import cutter

LEXICON = Lexicon.of(yaml.safe_load((ROOT / "intents" / "data" / "lexicon.yaml").read_text(encoding="utf-8")))
TABLES = Tables({"註": "注", "冊": "册", "標": "标"}, {"商": "shang", "标": "biao", "表": "biao", "续": "xu", "展": "zhan", "站": "zhan"})
SMALL = [
    *(Example(t, "renew", "fee") for t in ("商标续展多少钱", "续展要多少钱", "牌子续费几块钱", "续展费用")),
    *(Example(t, "renew", "overview") for t in ("商标续展", "怎么续展", "商标到期了", "续展商标")),
    *(Example(t, "file", "fee") for t in ("注册商标多少钱", "注册费用", "申请商标几块钱", "注册要多少钱")),
    *(Example(t, "file", "overview") for t in ("注册商标", "怎么注册商标", "我要申请商标", "想注册个商标")),
    *(Example(t, "other") for t in ("今天天气怎么样", "讲个笑话", "离婚怎么办", "身份证到期了", "你吃饭了吗", "去北京怎么走")),
]


def sentences() -> list[str]:
    found: list[str] = []
    for path in sorted((ROOT / "intents" / "examples").glob("*.yaml")):
        for listed in yaml.safe_load(path.read_text(encoding="utf-8"))["say"].values():
            found += listed
    return found[::3]


def test_both_cutters_cut_alike_with_our_words() -> None:
    fast, reference = cutter(LEXICON.words()), cutter(LEXICON.words(), fast=False)
    said = sentences()
    assert len(said) > 1500
    different = [s for s in map(plain, said) if fast(s) != reference(s)]
    assert different == []


def test_our_words_stay_whole() -> None:
    assert "撤三" in cutter(LEXICON.words())("收到撤三通知怎么办")


def test_what_people_type_is_folded_into_one_form() -> None:
    normal = Normaliser(TABLES.simplified)
    assert normal("　ＡＢＣ１２３　註冊商標！！！！！！") == "abc123 注册商标!!"
    assert normal("商\u200b标\u202e\x00😀") == "商标"


def test_invisible_words_are_no_words() -> None:
    assert not has_words(visible("\u200b\u202e\x07 😀 ！？"))
    assert has_words("商")


def matcher() -> Matcher:
    return Matcher.build(SMALL, LEXICON, {"fee": ["多少钱", "费用", "几块钱"]}, TABLES)


def test_the_same_data_make_the_same_matcher() -> None:
    one, two = matcher(), matcher()
    assert np.array_equal(one.model.layer.steps, two.model.layer.steps)
    assert one.rank("商标续展费多少") == two.rank("商标续展费多少")


def test_a_matcher_that_was_kept_ranks_as_before(tmp_path: Path) -> None:
    built = matcher()
    built.save(tmp_path)
    loaded = Matcher.load(tmp_path, LEXICON, {"fee": ["多少钱", "费用", "几块钱"]})
    for text in ("商标续展多少钱", "我想注冊商標", "天气", "商表续站", "", "🙂"):
        assert loaded.rank(text) == built.rank(text)


def test_intent_and_aspect_are_found_apart() -> None:
    ranking = matcher().rank("续展商标得几块钱")
    assert ranking.candidates[0].intent == "renew"
    assert ranking.aspects[0][0] == "fee"
    assert 0 <= ranking.candidates[0].confidence <= 1
