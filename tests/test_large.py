"""Many examples: a generated corpus of noisy questions, ranked at least as well as by its nearest neighbour, the same every time."""

import random
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from intents import large_training, tables
from intents.features import Views
from intents.large import LargeMatcher
from intents.lexicon import Lexicon
from intents.model import Example

THINGS = [word for line in (
    "社保卡 营业执照 公积金 居住证 身份证 驾驶证 不动产证 护照 医保卡 残疾证 老年证 结婚证 学位证 电费账单 水费账单 燃气账单 宽带业务 手机套餐 信用卡 房贷 车险",
    "养老金 失业金 生育津贴 低保金 公租房 学区房 幼儿园学位 转学手续 社工证 会计证 律师证 教师证 护士证 厨师证 电工证 快递包裹 退货订单 优惠券 会员积分 发票 收据",
    "合同 保证金 押金 停车证 通行证 年检标志 车牌 行驶证 农机补贴 种粮补贴 宅基地 承包地 林权证",
) for word in line.split()]  # fmt: skip
KINDS = ("", "个人", "单位", "外地", "电子", "临时")
WAYS = [line.split("|") for line in (
    "怎么办理#|#怎么申请|申请#要走什么流程|我要办#|想弄一个#怎么弄|办#第一步干啥", "#要多少钱|办#收费吗|#费用是多少|#贵不贵|#手续费怎么算",
    "#多久能办好|办#要几天|#什么时候能下来|#办理时限|#等多长时间", "#需要什么材料|办#带哪些证件|#要准备啥|#材料清单|#要不要复印件",
    "#去哪里办|#在哪个窗口|#办理地点|哪儿能办#|#办事大厅在哪", "#丢了怎么办|#遗失补办|#找不到了怎么补|#掉了挂失|补一个#",
    "#到期了怎么续|#延期|#过期了能续吗|#续期手续|#快到期了", "#信息写错了怎么改|#变更|#改名字|#信息更正|#上的地址换了",
    "#怎么注销|#不要了怎么取消|退掉#|#作废|停用#", "#进度怎么查|查一下#|#办到哪一步了|#状态查询|我的#好了没",
    "谁可以办#|#办理条件|什么人能申请#|我符合#的条件吗|#资格要求", "#转到外省|#转移|#迁出手续|#能转给别人吗|#过户",
    "#能代办吗|别人能替我办#吗|#委托书|#代领|家人代办#行不行", "#办不下来找谁投诉|投诉#|#的工作人员态度差|举报#乱收费|#被拖着不办",
)]  # fmt: skip
BEFORE = ("", "", "", "", "你好，", "请问", "我想问一下", "麻烦问下", "那个，", "我是兰州的，", "我爸", "我家在张掖，", "急，")
AFTER = ("", "", "", "", "吗", "呢", "？", "，谢谢", "，有人知道吗", "，我在天水", "，上个月交了@块", "，都@天了")
LETTERS = "".join(THINGS)


def corpus(intents: int, each: int, seed: int = 0) -> list[tuple[str, str]]:
    """(intent, noisy sentence) in a mixed order: words around the question, hesitations, one letter in fifteen wrong or lost."""
    chance = random.Random(seed)
    named = [(kind + thing, way) for kind in KINDS for thing in THINGS for way in range(len(WAYS))]
    found = [(f"{thing}.{way}", _said(thing, way, chance)) for thing, way in named[:intents] for _ in range(each)]
    chance.shuffle(found)
    return found


def _said(thing: str, way: int, chance: random.Random) -> str:
    text = chance.choice(BEFORE) + chance.choice(WAYS[way]).replace("#", thing) + chance.choice(AFTER).replace("@", str(chance.randint(2, 900)))
    if chance.random() < 0.3:
        place = chance.randrange(len(text))
        text = text[:place] + chance.choice("嗯的啊就") + text[place:]
    return "".join(chance.choice(LETTERS) if chance.random() < 0.04 else "" if chance.random() < 0.025 else c for c in text) or thing


@cache
def built(intents: int, each: int) -> tuple[LargeMatcher, list[Example], list[tuple[str, str]]]:
    rows = corpus(intents, each)
    examples = [Example(text, intent) for intent, text in rows[400:]]
    made = tables.build()
    return large_training.build(examples, Views(made, Lexicon(), {}), made), examples, rows[:400]


def right(matcher: LargeMatcher, asked: Sequence[tuple[str, str]]) -> float:
    return float(np.mean([matcher.rank(text).candidates[0].intent == intent for intent, text in asked]))


def nearest(examples: Sequence[Example], asked: Sequence[tuple[str, str]]) -> float:
    """The share that the nearest example by character TF-IDF gets right."""
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    known = vectors.fit_transform([e.text for e in examples]).T.tocsr()
    likeness = vectors.transform([text for _, text in asked]) @ known
    best = np.asarray(likeness.argmax(axis=1)).ravel().tolist()
    return float(np.mean([examples[n].intent == intent for n, (intent, _) in zip(best, asked, strict=True)]))


@pytest.mark.parametrize(("intents", "each"), [(300, 22), (30, 200)])
def test_many_examples_are_ranked_better_than_by_the_nearest_one(intents: int, each: int) -> None:
    matcher, examples, asked = built(intents, each)
    assert right(matcher, asked) > nearest(examples, asked)


def test_confidence_is_about_the_share_that_is_right() -> None:
    matcher, _, asked = built(300, 22)
    sure = [matcher.rank(text).candidates[0].confidence for _, text in asked]
    assert abs(float(np.mean(sure)) - right(matcher, asked)) < 0.08


def test_the_same_examples_give_the_same_matcher() -> None:
    matcher, examples, asked = built(30, 200)
    again = large_training.build(examples, matcher.views, matcher.library.tables)
    assert [matcher.rank(text) for _, text in asked[:50]] == [again.rank(text) for _, text in asked[:50]]


def test_an_example_finds_itself() -> None:
    matcher, examples, _ = built(30, 200)
    for example in examples[:20]:
        best = matcher.rank(example.text).candidates[0]
        assert (best.intent, best.near) == (example.intent, 1.0)


@pytest.mark.parametrize("text", ["", "？？？", "zzz", "\ud800", "好" * 5000])
def test_odd_texts_are_ranked_too(text: str) -> None:
    ranking = built(30, 200)[0].rank(text, 3)
    assert len(ranking.candidates) == 3 and all(0 <= c.confidence <= 1 for c in ranking.candidates)


@pytest.mark.parametrize("text", ["x", "hello world", "刘德华演唱会门票", "qqq www", "火锅底料"])
def test_what_shares_nothing_with_the_examples_is_not_believed(text: str) -> None:
    assert built(300, 22)[0].rank(text).candidates[0].confidence < 0.5
