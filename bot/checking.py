"""`zhiwen check`: every data file checked, coverage and due facts printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import typer

from bot import snapshot
from bot.settings import Settings
from intents.meaning import FOREIGN
from knowledge import catalog_check, library, loader
from knowledge.catalog import FACET_NAMES, FACETS, Catalog
from knowledge.loader import DataError, Fault


@dataclass(frozen=True, slots=True)
class Report:
    """What the check found, when nothing stops the start."""

    catalog: Catalog
    nodes: tuple[str, ...]
    sentences: dict[str, int]
    warnings: tuple[str, ...]
    overdue: tuple[catalog_check.Due, ...]
    soon: tuple[catalog_check.Due, ...]
    goods: Mapping[int, int]  # class → words that name it first


def report(settings: Settings, today: date) -> Report:
    """Check everything, every node's list too. Raises DataError with all faults."""
    home = settings.home
    faults: list[Fault] = []
    for path in snapshot.data_files(home):
        if path.suffix == ".yaml" and path.exists():
            faults += loader.repeated_keys(path) if _parses(path, faults) else []
    if faults:
        raise DataError(faults)
    base = library.load(home, settings.node, today)
    nodes = tuple(sorted(p.stem for p in (home / "knowledge" / "nodes").glob("*.yaml")))
    for node in nodes:
        try:
            library.load(home, node, today)
        except DataError as error:
            faults += error.faults
    sentences: dict[str, int] = dict.fromkeys(base.catalog.items, 0)
    faults += _examples(home, sentences)
    if faults:
        raise DataError(faults)
    snapshot.check_words(home, base.catalog)
    overdue, soon = catalog_check.due(base.catalog, today)
    thin = tuple(f"例句太少（{n} 句，至少 12 句）：{item}" for item, n in sentences.items() if n < 12)
    return Report(base.catalog, nodes, sentences, thin, tuple(overdue), tuple(soon), base.nice.counts())


def _parses(path: Path, faults: list[Fault]) -> bool:
    try:
        loader.read(path)
        return True
    except DataError as error:
        faults += error.faults
        return False


def _examples(home: Path, sentences: dict[str, int]) -> list[Fault]:
    faults: list[Fault] = []
    known = {*sentences, FOREIGN}
    for path in sorted((home / "intents" / "examples").glob("*.yaml")):
        data = loader.read(path)
        if not isinstance(data, dict):
            faults.append(Fault(path.name, "-", "应为 键: 值"))
            continue
        wrong = snapshot.example_faults(path, data, known)
        faults += wrong
        if not wrong and data["item"] in sentences:
            sentences[data["item"]] = sum(len(s) for s in data["say"].values())
    return faults


def show(found: Report) -> None:
    """Print the coverage table and the due list."""
    cover = catalog_check.coverage(found.catalog)
    typer.echo("事项 × 方面（● 有答案  · 没有）    " + "  ".join(f"{n}={FACET_NAMES[f]}" for n, f in enumerate(FACETS, 1)))
    typer.echo(f"{'':34}" + "".join(f"{n:>3}" for n in range(1, len(FACETS) + 1)) + "   例句")
    for item, facets in cover.items():
        typer.echo(f"{item:34}" + "".join("  ●" if facets[f] else "  ·" for f in FACETS) + f"{found.sentences.get(item, 0):>7}")
    answers = sum(sum(f.values()) for f in cover.values())
    facts, sources = len(found.catalog.facts), len(found.catalog.sources)
    typer.echo(f"\n{len(cover)} 个事项，{answers} 个答案，{facts} 个事实，{sources} 个来源，{len(found.nodes)} 个节点清单")
    few = min(found.goods, key=lambda number: found.goods[number])
    typer.echo(f"{sum(found.goods.values())} 个商品和服务词，最少的是第{few}类（{found.goods[few]} 个）")
    for warning in found.warnings:
        typer.echo(f"提醒：{warning}")
    _due("已过复核日", found.overdue)
    _due("60 天内到复核日", found.soon)
    typer.echo("数据核对通过。")


def _due(title: str, dues: tuple[catalog_check.Due, ...]) -> None:
    typer.echo(f"\n{title}：{len(dues)}")
    for due in dues[:40]:
        typer.echo(f"  {due.review_by}  {due.where}")
    if len(dues) > 40:
        typer.echo(f"  …… 另有 {len(dues) - 40} 条")
