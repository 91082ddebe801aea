"""`python -m bench.compare`: our matcher beside what could have been used instead, on the project's test questions. Prints; asserts nothing."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from bench import rivals
from bench.questions import ROOT, Data, gathered
from bench.rivals import Rank
from intents.lexicon import Lexicon
from intents.meaning import FOREIGN
from intents.model import Example

ANSWERED = 0.8  # share of our questions that everyone's threshold lets through
HEAD = ("方法", "首位对", "前三有", "答错", "外答", "p50 µs", "p99 µs", "训练 秒", "内存 MB")
NOTE = (
    "首位对、前三有：应受理的问题里，第一个、前三个候选中有正确事项的比例",
    "答错、外答：阈值恰好放行 80% 应受理问题时，放行的里面答错的比例，不应受理的问题被放行的比例",
    "内存：训练在内的常驻内存增量；知问上线时只读训练好的文件，不含训练库",
)


def dense(data: Data) -> Rank:
    """The matcher of the service."""
    from intents.matcher import Matcher

    matcher = Matcher.build([Example(*e) for e in data.examples], Lexicon.of(data.lexicon), data.cues)
    return lambda text: [(c.intent, c.confidence) for c in matcher.rank(text).candidates]


def large(data: Data) -> Rank:
    """The matcher for a hundred thousand examples."""
    from intents import large_training, tables
    from intents.features import Views

    made = tables.build()
    views = Views(made, Lexicon.of(data.lexicon), data.cues)
    matcher = large_training.build([Example(text, intent) for intent, text in data.plain()], views, made)
    return lambda text: [(c.intent, c.confidence) for c in matcher.rank(text).candidates]


METHODS: Mapping[str, Callable[[Data], Rank]] = {
    "知问": dense,
    "知问（海量例句）": large,
    "rapidfuzz ratio": lambda data: rivals.letters(data.plain()),
    "rapidfuzz WRatio": lambda data: rivals.weighted(data.plain()),
    "BM25，jieba 分词": lambda data: rivals.bm25(data.plain()),
    "字符 TF-IDF 余弦": lambda data: rivals.cosine(data.plain()),
    "字符 TF-IDF 线性 SVM": lambda data: rivals.linear(data.plain()),
}


def measured(method: str, data: Data) -> list[float]:
    """The figures of one method, in the order of the table; run in a process of its own, because of the memory."""
    before, began = _rss(), time.perf_counter()
    rank = METHODS[method](data)
    built = time.perf_counter() - began
    rank(data.foreign[0])
    took: list[float] = []
    ours = [_asked(rank, text, took) for text, _ in data.ours]
    foreign = [_asked(rank, text, took) for text in data.foreign]
    right = [bool(found) and found[0][0] in items for found, (_, items) in zip(ours, data.ours, strict=True)]
    third = [any(intent in items for intent, _ in found[:3]) for found, (_, items) in zip(ours, data.ours, strict=True)]
    wrong, let_in = at_threshold([_sure(f) for f in ours], right, [_sure(f) for f in foreign])
    fast, slow = np.quantile(np.array(took) * 1e6, [0.5, 0.99])
    return [float(np.mean(right)), float(np.mean(third)), wrong, let_in, fast, slow, built, _rss() - before]


def at_threshold(sure: Sequence[float], right: Sequence[bool], foreign: Sequence[float]) -> tuple[float, float]:
    """(share wrong among the answered, share of foreign questions answered) when the surest 80 % are answered."""
    threshold = sorted(sure, reverse=True)[max(0, int(len(sure) * ANSWERED) - 1)]
    answered = [r for s, r in zip(sure, right, strict=True) if s >= threshold]
    return 1 - sum(answered) / len(answered), sum(s >= threshold for s in foreign) / len(foreign)


def _asked(rank: Rank, text: str, took: list[float]) -> rivals.Scored:
    began = time.perf_counter()
    found = rank(text)
    took.append(time.perf_counter() - began)
    return found


def _sure(found: rivals.Scored) -> float:
    """How sure of its first candidate; a question taken for foreign is not answered."""
    return found[0][1] if found and found[0][0] != FOREIGN else float("-inf")


def _rss() -> float:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmRSS"))


def lines(data: Data) -> Iterator[list[str]]:
    """Rows of the table, one method after the other so that they do not disturb each other."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.json"
        file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        for method in METHODS:
            order = [sys.executable, "-m", "bench.compare", method, str(file)]
            done = subprocess.run(order, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
            figures = json.loads(done.stdout)
            yield [method, *(f"{f:.3f}" for f in figures[:4]), *(f"{f:.0f}" for f in figures[4:6]), f"{figures[6]:.1f}", f"{figures[7]:.0f}"]


def main(arguments: Sequence[str]) -> None:
    """The table, or the figures of one method for it."""
    if arguments:
        method, file = arguments
        print(json.dumps(measured(method, Data(*json.loads(Path(file).read_text(encoding="utf-8"))))))
        return
    from bot.evaluate.table import table

    data = gathered()
    print(f"{len(data.examples)} 条例句；{len(data.ours)} 个应受理的问题，{len(data.foreign)} 个不应受理的；单线程，逐条提问", *NOTE, "", sep="\n")
    print("\n".join(table(HEAD, list(lines(data)), "lrrrrrrrr")))


if __name__ == "__main__":
    main(sys.argv[1:])
