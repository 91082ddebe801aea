"""The evaluation as one page that carries everything itself: no scripts, nothing loaded, readable in black and white."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from bot.evaluate import plots, words
from bot.evaluate.judge import OUTCOME_NAMES, Judged, Outcome
from bot.evaluate.listing import SHOWS
from bot.evaluate.measure import MEASURES, Part, pair
from bot.evaluate.summary import Summary

STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff; font: 16px/1.6 "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.4rem; border-bottom: 2px solid #111; font-size: 1.2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; } caption { text-align: left; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #999; text-align: left; vertical-align: top; } th { border-bottom: 2px solid #111; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } td.word { min-width: 14rem; } strong { text-decoration: underline; }
svg { max-width: 100%; height: auto; font-size: 13px; } svg text { fill: #111; } svg .small { font-size: 11px; }
.grid { stroke: #ddd; fill: none; } .bar { fill: #ddd; stroke: #111; } .whisker { stroke: #111; stroke-width: 1.6; fill: none; }
.limit { stroke: #111; stroke-width: 2; stroke-dasharray: 4 3; } .diagonal { stroke: #777; stroke-dasharray: 5 4; } .point { fill: #fff; stroke: #111; stroke-width: 2; }
@media print { h2 { break-after: avoid; } tr, svg { break-inside: avoid; } details > * { display: block; } }
"""  # noqa: E501


def page(found: Summary, names: Mapping[str, str]) -> str:
    """The whole file."""
    body = "\n".join(_body(found, names))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>知问评测</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="zh-CN"><head>{head}</head><body>\n{body}\n</body></html>\n'


def _body(found: Summary, names: Mapping[str, str]) -> Iterator[str]:
    yield "<h1>知问评测</h1>"
    speed = "" if found.p50 is None or found.p99 is None else f"理解一句话：中位 {found.p50:.0f} 微秒，99 % 不超过 {found.p99:.0f} 微秒。"
    yield f"<p>{found.pooled.rows} 题，{len(found.groups)} 个文件；数据版本 {escape(found.revision)}，按 {escape(found.day)} 的规定。{speed}</p>"
    yield "<h2>合计</h2><p>横条是比例，工字线是 95 % 区间（Wilson），虚线是门槛。</p>"
    yield plots.bars("合计各项指标", [plots.Row(m.name, found.pooled.shares[m.key], m.bar) for m in MEASURES])
    yield _measures([found.pooled])
    if len(found.groups) > 1:
        yield from _groups(found.groups)
    yield from _section("按说话人", "说话人", found.voices)
    yield from _section("按难度", "难度", found.hardness)
    yield from _reliability(found)
    yield from _confusions(found, names)
    yield "<h2>逐题</h2>"
    for title, belongs in SHOWS.values():
        yield _rows(title, [r for r in found.rows if belongs(r)])


def _groups(groups: Sequence[Part]) -> Iterator[str]:
    yield "<h2>各文件</h2>"
    for measure in (m for m in MEASURES if m.bar is not None):
        rows = [plots.Row(g.name, g.shares[measure.key], measure.bar) for g in groups if g.shares[measure.key].n]
        if rows:
            yield f"<h3>{escape(measure.name)}</h3>{plots.bars(measure.name, rows)}"
    yield f"<details><summary>全部数字</summary>{_measures(groups)}</details>"


def _measures(parts: Sequence[Part]) -> str:
    rows = []
    for part in parts:
        for measure in MEASURES:
            share = part.shares[measure.key]
            if share.n:
                reached = measure.reached(share)
                bar = words.bar(measure) if reached is not False else f"{words.bar(measure)} {words.verdict(reached)}"
                rows.append((part.name, measure.name, words.percent(share.value), f"{share.hits}/{share.n}", words.interval(share), bar))
    return _table(("范围", "指标", "值", "题数", "95 % 区间", "门槛"), rows, "  nnnn")


def _section(title: str, what: str, parts: Sequence[Part]) -> Iterator[str]:
    if not parts:
        return
    yield f"<h2>{title}</h2>"
    rows = [plots.Row(p.name, p.shares["rank1"]) for p in sorted(parts, key=lambda p: -p.rows) if p.shares["rank1"].n]
    if len(rows) > 1:
        yield f"<h3>事项首位正确</h3>{plots.bars(f'{title}：事项首位正确', rows)}"
    head, listed = words.brief(what, parts)
    yield _table(head, listed, " " + "n" * (len(head) - 1))


def _reliability(found: Summary) -> Iterator[str]:
    yield "<h2>把握与事实</h2><p>圆圈落在斜线上，说明说出的把握与实际正确的比例一致；下方是各档题数。"
    yield f"预期校准误差（ECE）：{'—' if found.error is None else f'{found.error:.3f}'}。</p>"
    yield plots.reliability("把握与事实", found.bins)
    rows = []
    for b in found.bins:
        mean = words.NONE if b.confidence is None else f"{b.confidence:.3f}"
        rows.append((f"{b.low:.1f}–{b.high:.1f}", str(b.n), mean, words.percent(b.right.value), words.interval(b.right)))
    yield _table(("把握", "题数", "平均把握", "实际正确", "95 % 区间"), rows, " nnnn")


def _confusions(found: Summary, names: Mapping[str, str]) -> Iterator[str]:
    yield "<h2>最常混淆的事项</h2><p>业务题首位不对的，或非业务题被作答的；最多二十对。</p>"
    words_of = {(r.case.id, *pair(r)): words.asked(r) for r in found.rows}
    rows = []
    for c in found.confusions:
        examples = "；".join(f"{i} {words_of[i, c.meant, c.taken]}" for i in c.examples)
        rows.append((str(c.times), words.named(c.meant, names), words.named(c.taken, names), examples))
    yield _table(("次数", "问的是", "当成了", "例"), rows, "n")


def _rows(title: str, found: Iterable[Judged]) -> str:
    ordered = sorted(found, key=lambda r: r.outcome)
    rows = [(f"{r.case.group} {r.case.id}", words.asked(r), words.wanted(r), words.done(r), _verdict(r)) for r in ordered]
    return f"<details><summary>{escape(title)}：{len(rows)} 题</summary>{_table(('题', '文字', '应为', '实为', '结论'), rows, ' w')}</details>"


def _verdict(row: Judged) -> str:
    return "不该答而作答" if row.outcome is Outcome.WRONG and row.case.kind == "foreign" else OUTCOME_NAMES[row.outcome]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], kinds: str) -> str:
    """`kinds`: a letter a column, `n` for figures, `w` for words."""
    classes = [{"n": ' class="n"', "w": ' class="word"'}.get(kinds[i : i + 1], "") for i in range(len(head))]
    top = "".join(f"<th{c}>{escape(cell)}</th>" for c, cell in zip(classes, head, strict=True))
    lines = ["<tr>" + "".join(f"<td{c}>{escape(cell)}</td>" for c, cell in zip(classes, row, strict=True)) + "</tr>" for row in rows]
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>\n' + "\n".join(lines) + "\n</tbody></table></div>"
