"""What must hold in loans.yaml beyond its shape: codes, references, words, dates. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from knowledge import loader
from knowledge.answers import PLACEHOLDER
from knowledge.catalog import Catalog
from knowledge.catalog_check import PHONE, URL, official
from knowledge.loader import Fault, Key
from knowledge.loans import FINE, UNSURE, Applicant, Kind, LoanRules, Obstacle

VERDICTS = ("not_yet", "repair", "value", "ready", "open", "elsewhere")


def faults(rules: LoanRules, catalog: Catalog, hosts: Sequence[str], path: Path) -> Iterator[Fault]:
    """What does not fit the catalogue, or does not fit together."""
    for keys, message in (*_faults(rules, catalog), *_told(rules, hosts)):
        yield loader.fault_at(path, keys, message)


Wrong = tuple[tuple[Key, ...], str]


def _faults(rules: LoanRules, catalog: Catalog) -> Iterator[Wrong]:
    yield from _codes(rules)
    yield from _references(rules, catalog)
    for name in VERDICTS:
        if name not in rules.verdicts:
            yield ("verdicts",), f"缺少这一项：{name}"
    for place, words in _patterns(rules):
        try:
            re.compile(words)
        except re.error as error:
            yield place, f"不是合法的正则表达式：{words}（{error}）"
    for index, policy in enumerate(rules.policies):
        if policy.valid_from and policy.valid_until and policy.valid_from > policy.valid_until:
            yield ("policies", index), "valid_from 晚于 valid_until"


def _codes(rules: LoanRules) -> Iterator[Wrong]:
    groups: Mapping[str, Mapping[str, Kind | Applicant | Obstacle]] = {
        "kinds": rules.kinds, "applicants": rules.applicants, "obstacles": rules.obstacles,
    }  # fmt: skip
    for group, entries in groups.items():
        seen: set[str] = set()
        for name, entry in entries.items():
            if entry.code in seen or (group == "obstacles" and entry.code in (FINE, UNSURE)):
                yield (group, name, "code"), f"编码重复，或与“没问题、说不清”的编码相同：{entry.code}"
            seen.add(entry.code)


def _references(rules: LoanRules, catalog: Catalog) -> Iterator[Wrong]:
    keys = {q.key for q in rules.questions}
    for index, question in enumerate(rules.questions):
        for name in {question.bad.patent, question.bad.trademark, question.bad.both} - rules.obstacles.keys():
            yield ("questions", index, "bad"), f"没有这个障碍：{name}"
        yield from ((("questions", index, "not_for"), f"没有这种申请人：{a}") for a in question.not_for if a not in rules.applicants)
    yield from ((("implied", word), f"没有这种权利：{kind}") for word, kind in rules.implied.items() if kind not in rules.kinds)
    for name, obstacle in rules.obstacles.items():
        if obstacle.question not in keys:
            yield ("obstacles", name, "question"), f"没有这个问题：{obstacle.question}"
    items = [(("item",), rules.item), (("support",), rules.support), *((("rights", n, "register"), r.register_) for n, r in rules.rights.items())]
    items += [(("obstacles", n, "item"), i) for n, o in rules.obstacles.items() for i in (o.item, o.item_mark) if i]
    yield from ((place, f"没有这个事项：{item}") for place, item in items if item not in catalog.items)
    yield from ((place, f"没有这个来源：{s}") for place, s in _sources(rules) if s not in catalog.sources and s not in rules.sources)
    yield from ((place, f"没有这个事实：{fact}") for place, fact in _facts(rules) if fact not in catalog.facts)


def _sources(rules: LoanRules) -> Iterator[tuple[tuple[Key, ...], str]]:
    for group in ("kinds", "rights", "obstacles", "contacts"):
        for name, entry in getattr(rules, group).items():
            yield from (((group, name, "sources"), s) for s in entry.sources)
    for index, hint in enumerate(rules.hints):
        yield from ((("hints", index, "sources"), s) for s in hint.sources)
    for index, policy in enumerate(rules.policies):
        yield from ((("policies", index, "sources"), s) for s in policy.sources)


def _facts(rules: LoanRules) -> Iterator[tuple[tuple[Key, ...], str]]:
    yield from ((("contacts", name, "fact"), c.fact) for name, c in rules.contacts.items() if c.fact)
    yield from ((place, fact) for place, text in _texts(rules) for fact in PLACEHOLDER.findall(text))


def _texts(rules: LoanRules) -> Iterator[tuple[tuple[Key, ...], str]]:
    """Everything of this file that a citizen reads."""
    yield from ((("kinds", n), text) for n, k in rules.kinds.items() for text in (k.remark, k.elsewhere) if text)
    yield from ((("applicants", n), a.remark) for n, a in rules.applicants.items() if a.remark)
    yield from ((("obstacles", n), text) for n, o in rules.obstacles.items() for text in (o.reason, o.todo))
    yield from ((("hints", n), h.say) for n, h in enumerate(rules.hints))
    yield from ((("contacts", n), text) for n, c in rules.contacts.items() for text in (c.name, c.note) if text)
    yield from ((("policies", n), text) for n, p in enumerate(rules.policies) for text in (p.name, p.about))
    asked = [((("questions", n)), text) for n, q in enumerate(rules.questions) for text in (q.ask.patent, q.ask.trademark, q.ask.both, q.check)]
    yield from asked


def _told(rules: LoanRules, hosts: Sequence[str]) -> Iterator[Wrong]:
    """Phones typed as digits, links to sites that are not official."""
    for place, text in _texts(rules):
        yield from ((place, f"不是官方网站，不能显示链接：{url}") for url in URL.findall(text) if not official(url, hosts))
        yield from ((place, f"电话要写成事实占位（{{tel.…}}）：{phone}") for phone in PHONE.findall(URL.sub("", text)))


def _patterns(rules: LoanRules) -> Iterator[tuple[tuple[Key, ...], str]]:
    yield from ((("questions", n, "fine"), w) for n, q in enumerate(rules.questions) for w in q.fine)
    yield from ((("obstacles", n, "words"), w) for n, o in rules.obstacles.items() for w in o.words)
    yield from ((("hints", n, "words"), w) for n, h in enumerate(rules.hints) for w in h.words)
    yield from ((("aside",), w) for w in rules.aside)
