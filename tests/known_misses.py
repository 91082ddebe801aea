"""The list of questions that are known to be answered wrongly: read it, find the present ones, and let it only shrink.

    scripts/known-misses          write the list the first time; later take out what has become right
    scripts/known-misses --all    write it anew, also when it grows: for new cases, to be looked at before it is kept
"""

import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple

import yaml

from bot import settings, snapshot
from bot.evaluate import cases, judge, predict, sources
from bot.rules import Rules
from tests.casebook import FOLDER

CASES = FOLDER / "understanding"
LIST = FOLDER / "known_misses.yaml"
NEAR = 0.01
TODAY = date(2026, 11, 24)
HEAD = """\
# Questions of understanding/*.yaml that are answered with another item, or answered though they are not our business.
# The list only shrinks: scripts/known-misses takes out what has become right.
"""


class Miss(NamedTuple):
    """A question, by file, id and words: an edited question is a new one."""

    file: str
    id: str
    text: str


class Found(NamedTuple):
    """The present misses, and questions so near to the line that another processor's last digit may decide them."""

    failing: set[Miss]
    near: set[Miss]


def found_now(rules: Rules) -> Found:
    """Raises DataError when there are no cases, or broken ones."""
    asked = cases.read(sources.files([CASES]), rules.library.catalog.items)
    rows = judge.judged(asked, predict.predictions(rules, asked, TODAY))
    line = rules.read.__self__.thresholds.answer  # type: ignore[attr-defined]  # the reader whose method it is
    near = [r for r in rows if any(abs(c.confidence - line) < NEAR for c in r.said.candidates[:1])]
    return Found({_miss(r) for r in rows if r.failed}, {_miss(r) for r in near})


def _miss(row: judge.Judged) -> Miss:
    return Miss(row.case.group, row.case.id, row.case.text)


def listed(path: Path = LIST) -> set[Miss]:
    """The known ones."""
    value = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {Miss(file, row["id"], row["text"]) for file, rows in value.items() for row in rows}


def write(misses: set[Miss], path: Path = LIST) -> None:
    """One question a line, below the name of its file, in order."""
    lines = []
    for file in sorted({m.file for m in misses}):
        lines.append(f"{file}:")
        rows = sorted(m for m in misses if m.file == file)
        flow = {"allow_unicode": True, "width": 10_000, "default_flow_style": True, "sort_keys": False}
        lines += ["  - " + yaml.safe_dump({"id": m.id, "text": m.text}, **flow).strip() for m in rows]
    path.write_text(HEAD + "".join(line + "\n" for line in lines), encoding="utf-8")


def told(title: str, misses: set[Miss]) -> str:
    """The questions, for a person to read."""
    return "\n".join([f"{title}：{len(misses)} 题", *(f"  {m.file} {m.id}  {m.text}" for m in sorted(misses))])


def main(arguments: list[str]) -> int:
    """The exit code: 1 when questions fail that are not on the list."""
    if arguments not in ([], ["--all"]):
        print("用法：scripts/known-misses [--all]", file=sys.stderr)
        return 2
    now, _ = found_now(snapshot.load(settings.Settings(home=settings.ROOT, cache=settings.ROOT / "var" / "cache")))
    if arguments or not LIST.exists():
        write(now)
        print(f"已写入 {LIST.relative_to(settings.ROOT)}：{len(now)} 题")
        return 0
    known = listed()
    write(known & now)
    print(told("已去掉（现在对了，或已不在题目里）", known - now))
    print(told("答错而不在清单里（没有加进去）", now - known))
    return 1 if now - known else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
