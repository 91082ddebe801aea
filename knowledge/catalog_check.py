"""What must hold in the catalogue beyond its shape: references, dates, phones, links, lengths. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from knowledge.answers import PLACEHOLDER, facts_of, fill, source_line
from knowledge.catalog import FACETS, Answer, Catalog, Dated, Fact, Item

LIMIT_BYTES = 1900
LINES_SHORT = 8
URL = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
PHONE = re.compile(r"(?<![\d.:/])(?:0\d{2,3}-\d{7,8}|1[3-9]\d{9}|400-?\d{3}-?\d{4}|123\d{2}|955\d{2}|96\d{3,4})(?!\d|号|平台)")
MARKUP = re.compile(r"<[A-Za-z/!]|&[a-z]+;|^#+ |\|\s*---|[\U0001F300-\U0001FAFF]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Remark:
    """A fault (it stops the start) or a warning, at a key path."""

    keys: tuple[str | int, ...]
    message: str
    stops: bool = True


def check(catalog: Catalog, hosts: Sequence[str], today: date) -> list[Remark]:
    """Everything that is wrong in the catalogue; empty when nothing is."""
    return [
        *_sources(catalog, hosts),
        *_facts(catalog),
        *(remark for name, item in catalog.items.items() for remark in _item(catalog, name, item, hosts, today)),
    ]


def _sources(catalog: Catalog, hosts: Sequence[str]) -> Iterator[Remark]:
    for name, source in catalog.sources.items():
        if source.url and not official(source.url, hosts):
            yield Remark(("sources", name, "url"), f"不是官方网站：{source.url}")
        yield from _window(("sources", name), source)


def _facts(catalog: Catalog) -> Iterator[Remark]:
    for name, fact in catalog.facts.items():
        for index, version in enumerate(fact.versions):
            at = ("facts", name, index)
            yield from _window(at, version)
            if version.as_of > version.review_by:
                yield Remark(at, "review_by 早于 as_of")
            for source in version.source:
                if source not in catalog.sources:
                    yield Remark((*at, "source"), f"没有这个来源：{source}")
        yield from _gaps(("facts", name), fact.versions)
        if name.startswith("tel.") and not all(_phone_like(str(v.value)) for v in fact.versions):
            yield Remark(("facts", name), "不像电话号码")


def _phone_like(value: str) -> bool:
    return re.fullmatch(r"\d{3,6}|0\d{2,3}-\d{7,8}(/\d{4})?|400\d{7}|400-\d{3}-\d{4}", value) is not None


def _window(at: tuple[str | int, ...], dated: Dated) -> Iterator[Remark]:
    if dated.valid_from and dated.valid_until and dated.valid_from > dated.valid_until:
        yield Remark(at, "valid_from 晚于 valid_until")


def _gaps(at: tuple[str | int, ...], versions: Sequence[Dated]) -> Iterator[Remark]:
    """Dated versions must follow on each other without a gap or an overlap."""
    ordered = sorted(versions, key=lambda v: v.valid_from or date.min)
    for earlier, later in pairwise(ordered):
        end, start = earlier.valid_until, later.valid_from
        if end is None or start is None or end + timedelta(days=1) != start:
            yield Remark(at, "各时段的版本必须首尾相接（valid_until 的次日等于下一个 valid_from）")


def _item(catalog: Catalog, name: str, item: Item, hosts: Sequence[str], today: date) -> Iterator[Remark]:
    at = ("items", name)
    for node in item.nodes:
        if node not in catalog.nodes:
            yield Remark((*at, "nodes"), f"没有这个节点：{node}")
    for facet, answers in item.answers.items():
        yield from _gaps((*at, "answers", facet), answers)
        for index, answer in enumerate(answers):
            place = (*at, "answers", facet, index)
            yield from _window(place, answer)
            for remark in _answer(catalog, answer, hosts, today):
                yield Remark((*place, *remark.keys), remark.message, remark.stops)


def _answer(catalog: Catalog, answer: Answer, hosts: Sequence[str], today: date) -> Iterator[Remark]:
    yield from _references(catalog, answer)
    for key, text in (("short", answer.short), ("more", answer.more or ""), ("next", answer.next)):
        for url in URL.findall(text):
            if not official(url, hosts):
                yield Remark((key,), f"不是官方网站，不能显示链接：{url}")
        for phone in PHONE.findall(URL.sub("", text)):
            yield Remark((key,), f"电话要写成事实占位（{{tel.…}}）：{phone}")
        if MARKUP.search(text):
            yield Remark((key,), "只允许 **加粗**、列表和官方网址")
        if text.count("**") % 2:
            yield Remark((key,), "** 没有成对")
    if answer.as_of > answer.review_by:
        yield Remark(("review_by",), "review_by 早于 as_of")
    if not answer.short.startswith("**"):
        yield Remark(("short",), "第一句应是加粗的答案（以 ** 开头）")
    if answer.short.count("\n") + 1 > LINES_SHORT:
        yield Remark(("short",), f"超过 {LINES_SHORT} 行，请把细节移到 more")
    yield from _lengths(catalog, answer, today)


def _references(catalog: Catalog, answer: Answer) -> Iterator[Remark]:
    for basis in answer.basis:
        if basis.source not in catalog.sources:
            yield Remark(("basis",), f"没有这个来源：{basis.source}")
    for fact in facts_of(answer):
        if fact not in catalog.facts:
            yield Remark(("short",), f"没有这个事实：{{{fact}}}")
    for choice in answer.choices:
        item, _, facet = choice.to.partition(":")
        target = catalog.items.get(item)
        if target is None:
            yield Remark(("choices",), f"没有这个事项：{item}")
        elif facet and facet not in target.answers:
            yield Remark(("choices",), f"{item} 没有 {facet}")


def _lengths(catalog: Catalog, answer: Answer, today: date) -> Iterator[Remark]:
    for day in days_to_try(catalog, answer, today):
        if any(f not in catalog.facts or catalog.facts[f].on(day) is None for f in facts_of(answer)):
            missing = [f for f in facts_of(answer) if f in catalog.facts and catalog.facts[f].on(day) is None]
            if missing:
                yield Remark(("short",), f"{day} 没有可用的值：{', '.join(missing)}")
            continue
        if any(b.source not in catalog.sources for b in answer.basis):
            continue
        if not any(catalog.sources[b.source].holds(day) for b in answer.basis):
            yield Remark(("basis",), f"{day} 没有有效的依据")
        for key, body in (("short", answer.short), ("more", answer.more)):
            if body is None:
                continue
            size = len("\n".join((fill(catalog, body, day), fill(catalog, answer.next, day), source_line(catalog, answer, day))).encode())
            if size > LIMIT_BYTES:
                yield Remark((key,), f"{size} 字节，超过 {LIMIT_BYTES}；请拆成 short 和 more")


def days_to_try(catalog: Catalog, answer: Answer, today: date) -> list[date]:
    """Today and every day on which something that the answer stands on changes, if the answer holds then."""
    days = {today}
    parts: list[Dated] = [answer, *(catalog.sources[b.source] for b in answer.basis if b.source in catalog.sources)]
    for fact in facts_of(answer):
        if fact in catalog.facts:
            parts.extend(catalog.facts[fact].versions)
    for part in parts:
        days.update(d for d in (part.valid_from, part.valid_until) if d is not None)
    return sorted(day for day in days if answer.holds(day) and day >= min(today, answer.as_of))


def official(url: str, hosts: Sequence[str]) -> bool:
    """Whether a link's host is on the allow-list or below an entry of it."""
    host = (urlsplit(url).hostname or "").lower()
    return any(host == allowed or host.endswith("." + allowed) for allowed in hosts)


@dataclass(frozen=True, slots=True)
class Due:
    """A fact or an answer past its review date, or soon to be."""

    where: str
    review_by: date


def due(catalog: Catalog, today: date, within_days: int = 60) -> tuple[list[Due], list[Due]]:
    """(past review, due within some days), each oldest first; values no longer in force are left out."""
    found = []
    for name, fact in catalog.facts.items():
        found += [Due(f"facts.{name}", v.review_by) for v in fact.versions if not _over(v, today)]
    for name, item in catalog.items.items():
        for facet, answers in item.answers.items():
            found += [Due(f"items.{name}.{facet}", a.review_by) for a in answers if not _over(a, today)]
    found.sort(key=lambda d: (d.review_by, d.where))
    soon = today + timedelta(days=within_days)
    return [d for d in found if d.review_by < today], [d for d in found if today <= d.review_by <= soon]


def _over(dated: Dated, today: date) -> bool:
    return dated.valid_until is not None and dated.valid_until < today


def coverage(catalog: Catalog) -> dict[str, dict[str, bool]]:
    """Item → facet → whether there is an answer."""
    return {name: {facet: facet in item.answers for facet in FACETS} for name, item in catalog.items.items()}


def unused_facts(catalog: Catalog) -> list[str]:
    """Facts that no answer shows (fee tables for calculations are among them)."""
    used = {
        fact
        for item in catalog.items.values()
        for answers in item.answers.values()
        for answer in answers
        for fact in PLACEHOLDER.findall("\n".join((answer.short, answer.more or "", answer.next)))
    }
    return sorted(set(catalog.facts) - used)


__all__ = ["Due", "Fact", "Remark", "check", "coverage", "days_to_try", "due", "official", "unused_facts"]
