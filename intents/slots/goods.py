"""Goods and services that someone names, as typed: 袋装拉面 餐饮 属于第几类, 我是卖花椒的. Pure. Rather nothing than nonsense."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from intents.slots.asked import Asked, ClassQuestion, Vocabulary

_STOP = r"，,。.；;！!？?：:\n“”\"()（）"
_ASKS = re.compile(r"(?:第\s?几|几个?大?|哪一?[几些个]?|什么(?:商标)?|啥|多少)(?:个)?(?:大|小)?(?:商标)?类别?|怎么分类|如何分类|分在?哪")
_AROUND = re.compile(r"商标|牌子|品牌|注册|[几哪么啥]一?[个些]?大?类|类别|分类")
_TRADE = re.compile(
    r"(?:(?P<open>(?<![公展离打召])开(?![办始设放通具庭发会拓业出商证])了?(?:个|家|一家|一个)?)"
    r"|(?P<make>(?<![叫当怎能可该要没来])做(?![什到好完不])|(?<!要)加工|制作)"
    r"|(?<![买专变])卖|经营的?|生产|销售|主营|(?<![这哪几一各多种某])种植?(?![类方情])|养殖?(?!老))"
    r"(?:的是|点儿?|些|一些|了|着|自家的?|我家的?)?"
    rf"(?P<what>[^{_STOP}\s]{{1,14}}?)"
    rf"(?=的?(?:[{_STOP}\s]|$)|的?(?:想|要|准备|打算|需要|能|可以|可不|怎么|咋|如何|应该|该|用|得|注册|申请|属于|的店|生意|公司|合作社|企业|的商标))"
)
# Where the goods end and the story goes on: 卖花椒十几年了, 做点醋卖给邻居.
_GOES_ON = re.compile(r"了|(?<!也)卖|不(?!锈|粘)|十?几年|\d|起名|[一二三四五六七八九十]+年|给")
_FILES = r"(?:注册?|申请|申报|办理?|弄|报|起)(?:个|一个|一下|下)?(?:商标|牌子|品牌)"
_FOR = re.compile(
    r"(?:给|为|替|帮)(?:我们?家?|咱们?家?|自己家?|自家|家里|店里)?的?(?:这个|这款|一款|新出)?的?"
    rf"(?P<what>[^{_STOP}\s]{{1,12}}?)(?:产品|系列)?(?:来|去)?(?:{_FILES}|注册(?![公账会户用]))"
)
_WANTS = re.compile(rf"(?:^|[{_STOP}\s])(?P<what>[^{_STOP}\s]{{1,10}}?)(?:想要?|要|准备|打算|可以|能不能|能|怎么|咋|如何){_FILES}")
_LISTED = re.compile(
    r"(?:(?:商品|项目|商品项目|经营范围)(?:是|为|有|包括|[:：])|用在|使用在|用于)"
    r"(?P<what>[^。；;！!？?\n]{1,30}?)(?:上面?(?:的|，|,|$)|$|[。；;！!？?\n])"
)
_HEAD = re.compile(
    r"^(?:请问|问一?下|我?想?(?:问|咨询|了解|知道)一?下?|你好|您好|老师|那么?|就是|比如|例如|像|如果|关于|对于|是|要|想"
    r"|我们?家?|咱们?家?|俺们?|家里|自家|自己|的|这个|这种|这些|这款|一款|一种|一家|个|做|卖|经营|生产|销售|主营|加工|种植?|养殖?"
    r"|开了?(?:个|家|一家|一个)?|给|为|注册商标时?|商标注册|注册|商标|和|跟|又|还|也|[,，、\s:：])++"
)
_TAIL = re.compile(
    r"(?:属于|归属|属|是不?是?|算|归到?|归在|放在?|在|到|于|选择?|注册|申请|注|报|应该|要|得|该|都|分别|大概|一般|到底|商标|牌子|品牌"
    r"|这个|这些|的话|的|需要|可以|能|想|我们?|[,，、\s？?]|产品|这类|这种|类|填|勾|办|保护|用|怎么|如何)++$"
)
_WHERE = re.compile(r"^.{0,4}在.{1,8}?(?:卖|做|开了?(?:个|家|一家)?|经营|生产|销售|加工|种植?)")
_SPLIT = re.compile(r"也卖|也做|[、,，/;；\s+＋&]|以及|还有|和(?!牛)|跟|与(?!生)|及(?!第)|或者")
_LONGEST, _MOST, _STORY, _PHRASE = 10, 10, 50, 80


@dataclass(frozen=True)
class GoodsWords:
    """How goods end, what is none, which single characters are; kept in data."""

    ends: tuple[str, ...]
    shops: tuple[str, ...]
    never: tuple[str, ...]
    single: frozenset[str]
    question: ClassQuestion
    known: Vocabulary | None = None

    @classmethod
    def of(cls, data: Mapping[str, Iterable[str]], known: Vocabulary | None = None) -> "GoodsWords":
        """`known`: words for goods, if there is a list; without one only the shape of a sentence tells."""
        ends, shops = tuple(data["goods_ends"]), tuple(data["shop_ends"])
        return cls(ends, shops, tuple(data["goods_not"]), frozenset(data["goods_one"]), ClassQuestion.of(data), known)

    @cached_property
    def _never(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.never, key=len, reverse=True))))

    def __call__(self, text: str) -> list[str]:
        """Goods as typed, in the order of the text, each once."""
        if self.known and self.question.asks.search(text.lower()):
            asked = self.asked(text)
            if asked.goods and asked.asks:
                return list(dict.fromkeys(text[start:end] for start, end in asked.goods))
        if not _AROUND.search(text):
            return []
        return list(dict.fromkeys(self._asked(text) or self._told(text)))[:_MOST]

    def asked(self, text: str) -> Asked:
        """Known goods of a question for their class."""
        return self.question(text, self.known) if self.known else Asked((), False, False)

    def classes(self, goods: Sequence[str]) -> list[int]:
        """Classes of goods, best first; none where there is no list of words."""
        return list(self.known.classes(goods)) if self.known else []

    def _asked(self, text: str) -> list[str]:
        """X 属于第几类: what stands before the question."""
        asks = _ASKS.search(text)
        return self._items(text[: asks.start()]) if asks else []

    def _told(self, text: str) -> list[str]:
        """我是卖X的, 给X注册商标; in a long story only what plainly is goods."""
        found = [item for match in _TRADE.finditer(text) for item in self._traded(match)]
        found += [item for pattern in (_FOR, _LISTED) for m in pattern.finditer(text) for item in self._items(m["what"])]
        wants = _WANTS.search(text)
        if wants and not found:
            return [item for item in self._items(wants["what"]) if item.endswith(self.ends)]
        return found if len(text) <= _STORY else [item for item in found if item.endswith(self.ends + self.shops)]

    def _traded(self, match: re.Match[str]) -> list[str]:
        """One opens shops; what is 做 must be known as goods, since so much else is done."""
        items = self._items(_GOES_ON.split(match["what"])[0])
        ends = self.shops if match["open"] else self.ends + self.shops if match["make"] else ""
        return [item for item in items if item.endswith(ends)]

    def _items(self, phrase: str) -> list[str]:
        clause = re.split(r"[。；;！!？?\n]", _TAIL.sub("", phrase[-_PHRASE:]))[-1]
        return [item for part in _SPLIT.split(clause) if (item := self._item(part))]

    def _item(self, part: str) -> str | None:
        item = _TAIL.sub("", _HEAD.sub("", _WHERE.sub("", part)))
        if not item or len(item) > _LONGEST or self._never.search(item) or not _wordy(item):
            return None
        return item if len(item) > 1 or item in self.single else None


def _wordy(item: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" or c.isalpha() for c in item)
