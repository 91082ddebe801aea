"""How many trademarks, patents and the like: 三件专利, 商标有5个, 十几项发明专利. Pure.

一个商标 is an article, not a count, unless 只 or 就 stands before it.
"""

import re

from intents.slots.numerals import CHINESE, number
from intents.slots.span import Span, before

_NUM = rf"(?:\d{{1,5}}|[{CHINESE}几]+)"
_MEASURE = r"(?:件|个|项|枚|份|款|块|张|本|幅|部)"
_BETWEEN = r"(?:有效|注册|授权|核心|发明|自有|已经|已|拥有|的|高价值|新|老|国内|国外|国际|相关|以上|左右|不同|申请|登记|实用|软件|防御|这样|自己)*"
_KIND = (
    "(?:注册商标|商标|牌子|专利|发明|实用新型|实新|新型|外观|软著|软件著作权|著作权|版权|地理标志|地标|布图设计|(?:数据)?知识产权|商业秘密|作品|证书)"
)
_BEFORE = re.compile(rf"(?<![\d.第])(?P<n>{_NUM})\s?(?P<rough>[多来余几])?\s?(?P<measure>{_MEASURE})(?P<between>{_BETWEEN})(?P<kind>{_KIND})")
_COUNTING = r"(?:证|大概|大约|一共|总共|共|现在|目前|已有?|已经|有|就|只|了|是|要|办|注册|申请|续展|质押|[:：,，\s]){0,4}+"
_OTHER = (
    "(?:类|大类|小类|月|工作|商品|人|字|小?时|星期|礼拜|群|步|条件|问题|地方|部分|阶段|环节|部门|城市|省|国家|店|公司|企业|产品|项目|服务"
    "|图|国|颜色|都|亿|县|区|市|事)"
)
_BEHIND = re.compile(rf"{_KIND}{_COUNTING}(?P<n>(?<![\d.]){_NUM})\s?(?P<rough>[多来余几])?\s?(?P<measure>件|项|枚|个)(?!{_OTHER})")
_ALONE = re.compile(
    rf"(?:我?们?家?有|一共有?|总共有?|大概|共|就|手上有|名下有)?(?P<n>{_NUM})(?P<rough>[多来余几])?(?P<measure>件|项|个|枚)(?:吧|的|左右|吗|呢|以上)?[。.!！]?"
)
_MOST = 10**6
_ONLY = ("只有", "就", "仅", "只", "仅有", "就有", "共", "：", ":")


def counts(text: str) -> list[Span]:
    """Pieces of an IP kind, in the order of the text; or a bare count that is the whole message."""
    matches = [m for pattern in (_BEFORE, _BEHIND) for m in pattern.finditer(text)]
    if not matches:
        alone = _ALONE.fullmatch(text.strip())
        if alone is None:
            return []
        single = number(alone["n"])
        return [Span(0, len(text), int(single))] if single and single < _MOST else []
    spans = [Span(m.start("n"), m.end("measure"), value) for m in matches if (value := _value(m, text))]
    return sorted({s.start: s for s in spans}.values(), key=lambda s: s.start)


def _value(match: re.Match[str], text: str) -> int:
    if match["n"] == "一" and match["measure"] != "件" and not before(text, match.start("n")).endswith(_ONLY):
        return 0
    pieces = number(match["n"])
    return int(pieces) if pieces is not None and pieces < _MOST else 0
