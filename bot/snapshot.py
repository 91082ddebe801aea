"""Load and check all data into Rules, with caches keyed by the data's hash. The one module, with the command line, that knows everyone."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from bot.rules import Examples, Ranked, Read, Rules
from bot.settings import Settings
from intents import explain, files, ranker
from intents.features import Tables
from intents.follow import Counterparts
from intents.lexicon import Lexicon
from intents.matcher import Matcher
from intents.meaning import FOREIGN
from intents.model import Example
from intents.reader import Fillers, Reader, Thresholds
from intents.slots.extract import SlotReader
from intents.slots.quantities import quantities
from knowledge import library as libraries
from knowledge import loader
from knowledge.catalog import FACETS, Catalog, Item
from knowledge.library import Library
from knowledge.loader import DataError, Fault
from knowledge.nice_finding import Words
from knowledge.nice_index import Index

REVISION = re.compile(r"[0-9a-f]{16}")
FORMAT = "2"  # of the caches; changes when the code that writes them does
CODE = Path(__file__).resolve().parent.parent
Progress = Callable[[str], None]


def data_files(home: Path) -> list[Path]:
    """Every data file, in a fixed order."""
    folders = [home / "knowledge", home / "intents"]
    found = [p for f in folders for p in f.rglob("*") if p.suffix in (".yaml", ".csv") and p.is_file()]
    return [home / "service_catalog.yaml", *sorted(found)]


def revision(home: Path) -> str:
    """Hash of all data files and of the code that reads words: the snapshot's revision id."""
    return _hashed(home, data_files(home))


def cache_name(home: Path, node: str = "") -> str:
    """Hash of what the caches are made from: the catalogue, a node's own list and everything about words. Other data may change without training."""
    catalog = home / "service_catalog.yaml"
    own = [home / "knowledge" / "nodes" / f"{node}.yaml"] if node else []
    return _hashed(home, [catalog, *own, *(p for p in data_files(home) if p.is_relative_to(home / "intents"))])


def _hashed(home: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256(FORMAT.encode())
    for path in paths:
        digest.update(path.relative_to(home).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() if path.exists() else b"")
    for path in sorted((CODE / "intents").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def load(settings: Settings, say: Progress = lambda _: None, read: Any = None) -> Rules:
    """The checked snapshot. Raises DataError with every fault. `read` replaces understanding (benchmarks)."""
    home = settings.home
    cache = settings.cache / cache_name(home, settings.node)
    library = _library(home, settings.node, cache, say)
    if read:
        return replace(_rules(settings, library, read), learn=learnt)
    reader, slots, words = understanding(home, library, cache, say)
    plain = _rules(settings, library, reader.read)
    why = partial(explain.explained, reader)
    learn = lru_cache(maxsize=2)(partial(learnt, tables=reader.matcher.model.tables))  # other data may change meanwhile
    return replace(plain, classes=words.likeliest, goods=slots.goods, classed=words.find, why=lambda text: tuple(why(text)), learn=learn)


def learnt(examples: Examples, tables: Tables | None = None) -> Ranked:
    """A ranker of labels from (text, label) examples; nothing is kept on disk."""
    if not examples:
        return lambda *_: ()
    found = ranker.build([Example(text, label) for text, label in examples], known=tables)
    return lambda text, top: [(c.intent, c.confidence) for c in found.rank(text, top).candidates]


def _rules(settings: Settings, library: Library, read: Read) -> Rules:
    """The snapshot with what an operator decides."""
    told = revision(settings.home)
    return Rules(library, read, told, settings.retention_days, quantities, sheet_days=settings.sheet_days, public_url=settings.public_url)


def _library(home: Path, node: str, cache: Path, say: Progress) -> Library:
    path = home / "service_catalog.yaml"
    kept = cache / "catalog.json"
    raw = _kept(kept)
    if raw is None:
        say("正在读取和核对服务目录……")
        raw = loader.read(path)
        twice = list(loader.repeated_keys(path))
        if twice:
            raise DataError(twice)
    library = libraries.load(home, node, raw=raw)
    if _kept(kept) is None:
        fresh(cache)
        files.write(kept, json.dumps(raw, ensure_ascii=False, default=_iso).encode())
    return library


def _kept(path: Path) -> object:
    """What a cache file holds; None when it is missing or was cut short."""
    try:
        value: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def fresh(cache: Path) -> None:
    """Make room for this revision's cache; keep the three newest others. Only what bears a revision's name and holds a cache is removed."""
    cache.mkdir(parents=True, exist_ok=True)
    ours = [p for p in cache.parent.iterdir() if REVISION.fullmatch(p.name) and (p / "catalog.json").is_file() and p != cache]
    others = sorted(ours, key=lambda p: p.stat().st_mtime)
    for old in others[:-3]:
        shutil.rmtree(old, ignore_errors=True)


def understanding(home: Path, library: Library, cache: Path, say: Progress = lambda _: None) -> tuple[Reader, SlotReader, Words]:
    """The readers of words, and the words for goods; from the artefact when the data have not changed."""
    folder = home / "intents" / "data"
    lexicon, cues = _words(folder)
    thresholds = _thresholds(folder / "thresholds.yaml")
    fillers = _fillers(folder / "fillers.yaml", cues)
    try:
        matcher = Matcher.load(cache / "matcher", lexicon, cues)
    except (OSError, ValueError, KeyError):
        check_words(home, library.catalog)
        say("正在训练理解模型（数据有变化时才需要，约十几秒）……")
        _train_apart(home, library, cache)
        matcher = Matcher.load(cache / "matcher", lexicon, cues)
        say("理解模型已训练好。")
    words = Words(Index.of(library.nice, matcher.views.normalise, matcher.model.tables.syllables))
    slots = SlotReader.load(folder, words)
    return Reader(matcher, thresholds, fillers, _counterparts(folder / "counterparts.yaml"), slots.read), slots, words


def _counterparts(path: Path) -> Counterparts:
    try:
        return Counterparts.of(_mapping(path))
    except (KeyError, ValueError) as error:
        raise DataError([Fault(path.name, str(error), "应有 objects 和 rows")]) from error


def _thresholds(path: Path) -> Thresholds:
    data = _mapping(path)
    wanted = Thresholds.__dataclass_fields__.keys()
    faults = [loader.fault_at(path, [k], "没有用到这一项，是不是写错了名字") for k in data if k not in wanted]
    faults += [Fault(path.name, k, "缺少这一项") for k in wanted if k not in data]
    faults += [loader.fault_at(path, [k], "应为数字") for k, v in data.items() if not isinstance(v, int | float)]
    if faults:
        raise DataError(faults)
    return Thresholds(**data)


def check_words(home: Path, catalog: Catalog) -> None:
    """Raises DataError when a file about words is wrong; nothing is trained."""
    folder = home / "intents" / "data"
    _words(folder)
    _counterparts(folder / "counterparts.yaml")
    _thresholds(folder / "thresholds.yaml")
    _fillers(folder / "fillers.yaml", {})
    for _ in examples(home, catalog):
        pass


def _train_apart(home: Path, library: Library, cache: Path) -> None:
    """Train in a process of its own: the libraries for it would stay in the service's memory."""
    node = library.node.node if library.node else ""
    order = [sys.executable, "-m", "bot.training", str(home.resolve()), str(cache.resolve()), node]
    done = subprocess.run(order, cwd=CODE, capture_output=True, text=True)  # noqa: S603 - our own module and paths
    if done.returncode:
        raise RuntimeError(f"training failed: {done.stderr[-2000:]}")


def train(home: Path, cache: Path, node: str) -> None:
    """Train from the data files and write the artefact."""
    library = _library(home, node, cache, lambda _: None)
    folder = home / "intents" / "data"
    lexicon, cues = _words(folder)
    Matcher.build(list(examples(home, library.catalog)), lexicon, cues).save(cache / "matcher")


def _words(folder: Path) -> tuple[Lexicon, dict[str, list[str]]]:
    cues = {k: [str(w).lower() for w in v] for k, v in _by_facet(folder / "facet_words.yaml").items()}
    return Lexicon.of(_mapping(folder / "lexicon.yaml")), cues


def _by_facet(path: Path) -> dict[str, list[Any]]:
    data = _mapping(path)
    faults = [loader.fault_at(path, [str(k)], "没有这个方面") for k in data if k not in FACETS]
    faults += [loader.fault_at(path, [str(k)], "应为一列词句") for k, v in data.items() if not isinstance(v, list)]
    if faults:
        raise DataError(faults)
    return data


def _fillers(path: Path, cues: dict[str, list[str]]) -> Fillers:
    data = _mapping(path)
    wanted = Fillers.__dataclass_fields__.keys() - {"facet_names"}
    faults = [loader.fault_at(path, [str(k)], "没有用到这一项，是不是写错了名字") for k in data if k not in wanted]
    faults += [Fault(path.name, k, "缺少这一项") for k in sorted(wanted - data.keys())]
    faults += [loader.fault_at(path, [str(k)], "应为一列词") for k, v in data.items() if not isinstance(v, list)]
    if faults:
        raise DataError(faults)
    return Fillers.of({k: [str(w) for w in v] for k, v in data.items()}, cues)


def _mapping(path: Path) -> dict[str, Any]:
    value = loader.read(path)
    if not isinstance(value, dict):
        raise DataError([Fault(path.name, "-", "应为 键: 值")])
    return value


def examples(home: Path, catalog: Catalog) -> Iterator[Example]:
    """Labelled sentences: the items' examples and look-alikes, names and aliases, and what is not our business."""
    patterns = _by_facet(home / "intents" / "data" / "patterns.yaml")
    for item, entry in catalog.items.items():
        names = tuple(dict.fromkeys((entry.name, entry.button, *entry.aliases)))
        for name in names:
            yield Example(name, item, "overview")
        if not item.startswith("meta."):
            yield from _composed(item, entry, names, patterns)
    for path in sorted((home / "intents" / "examples").glob("*.yaml")):
        yield from _of_file(path, catalog)
    path = home / "intents" / "data" / "foreign.yaml"
    foreign = _mapping(path).get(FOREIGN)
    if not isinstance(foreign, dict) or not all(isinstance(v, list) for v in foreign.values()):
        raise DataError([Fault(path.name, FOREIGN, "应有 reject: 类别: 例句")])
    for sentences in foreign.values():
        for sentence in sentences:
            yield Example(str(sentence), FOREIGN)


COMPOSED_WEIGHT = 0.5
NAMED = 4  # names of an item that are asked about in every way


def _composed(item: str, entry: Item, names: Sequence[str], patterns: dict[str, Any]) -> Iterator[Example]:
    """Names of an item in the ways that any item is asked about, for the facets that have an answer."""
    for facet in entry.answers:
        ways = patterns.get(facet, [])
        for number, name in enumerate(names[:NAMED]):
            if ways:
                yield Example(ways[number % len(ways)].replace("{x}", name), item, facet, COMPOSED_WEIGHT)


def _of_file(path: Path, catalog: Catalog) -> Iterator[Example]:
    data = _mapping(path)
    item = str(data.get("item"))
    faults = example_faults(path, data)
    if faults:
        raise DataError(faults)
    if item not in catalog.items:  # hidden by a node's own list
        return
    for facet, sentences in data["say"].items():
        for sentence in sentences:
            yield Example(sentence, item, facet)
    for target, sentences in (data.get("not") or {}).items():
        for sentence in sentences:
            if target == FOREIGN or target in catalog.items:
                yield Example(sentence, target)


def example_faults(path: Path, data: dict[str, Any], known: Container[str] | None = None) -> list[Fault]:
    """What is wrong in a file of example sentences. `known`: ids that a look-alike may name."""
    faults = [loader.fault_at(path, [k], "未知的键") for k in data if k not in ("item", "say", "not")]
    if data.get("item") != path.stem:
        faults.append(loader.fault_at(path, ["item"], f"应与文件名相同：{path.stem}"))
    if not isinstance(data.get("say"), dict):
        faults.append(loader.fault_at(path, ["say"], "缺少例句"))
    for key in ("say", "not"):
        for name, sentences in (data.get(key) or {}).items():
            if key == "say" and name not in FACETS:
                faults.append(loader.fault_at(path, [key, name], "没有这个方面"))
            if key == "not" and known is not None and name not in known:
                faults.append(loader.fault_at(path, [key, name], f"没有这个事项：{name}"))
            for index, sentence in enumerate(sentences):
                if not isinstance(sentence, str) or not sentence.strip():
                    faults.append(loader.fault_at(path, [key, name, index], "应为一句话"))
    return faults
