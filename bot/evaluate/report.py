"""The evaluation as plain text for a terminal; the pooled figures come last, where the eye is."""

from collections.abc import Iterator, Mapping, Sequence

from bot.evaluate import words
from bot.evaluate.measure import MEASURES, Part
from bot.evaluate.summary import Summary, bars
from bot.evaluate.table import table


def report(found: Summary, names: Mapping[str, str]) -> Iterator[str]:
    """All lines."""
    if len(found.groups) > 1:
        yield from _groups(found.groups)
    if found.voices:
        yield from _section("按说话人", _brief("说话人", found.voices))
    if found.hardness:
        yield from _section("按难度", _brief("难度", found.hardness))
    yield from _section("最常混淆的事项（业务题首位不对，或非业务题被作答）", _confusions(found, names))
    yield from _section("把握与事实（凡说出了事项的题）", _reliability(found))
    yield f"预期校准误差（ECE）：{'—' if found.error is None else f'{found.error:.3f}'}"
    yield from _section(f"合计：{found.pooled.rows} 题，{len(found.groups)} 个文件", _pooled(found))
    if found.p50 is not None and found.p99 is not None:
        yield f"\n理解一句话的时间：中位 {found.p50:.0f} 微秒，99 % 不超过 {found.p99:.0f} 微秒"
    yield f"数据版本 {found.revision}，按 {found.day} 的规定"


def bar_lines(found: Summary) -> Iterator[str]:
    """Each bar with its verdict."""
    rows = [(m.name, words.bar(m), words.percent(share.value), words.verdict(reached)) for m, share, reached in bars(found.pooled)]
    yield from _section("门槛", table(("指标", "要求", "实际", "结论"), rows, "lrrl"))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"\n{title}"
    yield from lines


def _groups(groups: Sequence[Part]) -> Iterator[str]:
    rows = []
    for group in groups:
        name = f"{group.name}（{group.rows}）"
        for measure in MEASURES:
            share = group.shares[measure.key]
            if share.n:
                rows.append((name, measure.name, words.percent(share.value), f"{share.hits}/{share.n}", words.interval(share)))
                name = ""
    yield from _section("各文件", table(("文件（题数）", "指标", "值", "题数", "95 % 区间"), rows, "llrrr"))


def _pooled(found: Summary) -> Iterator[str]:
    rows = []
    for measure in MEASURES:
        share = found.pooled.shares[measure.key]
        rows.append((measure.name, words.percent(share.value), f"{share.hits}/{share.n}", words.interval(share), words.bar(measure)))
    yield from table(("指标", "值", "题数", "95 % 区间", "门槛"), rows, "lrrrr")


def _brief(what: str, found: Sequence[Part]) -> Iterator[str]:
    head, rows = words.brief(what, found)
    yield from table(head, rows, "l" + "r" * (len(head) - 1))


def _confusions(found: Summary, names: Mapping[str, str]) -> Iterator[str]:
    rows = [(str(c.times), words.named(c.meant, names), words.named(c.taken, names), "、".join(c.examples)) for c in found.confusions]
    yield from table(("次数", "问的是", "当成了", "例"), rows, "r")


def _reliability(found: Summary) -> Iterator[str]:
    rows = []
    for b in found.bins:
        mean = words.NONE if b.confidence is None else f"{b.confidence:.3f}"
        rows.append((f"{b.low:.1f}–{b.high:.1f}", str(b.n), mean, words.percent(b.right.value), words.interval(b.right)))
    yield from table(("把握", "题数", "平均把握", "实际正确", "95 % 区间"), rows, "lrrrr")
