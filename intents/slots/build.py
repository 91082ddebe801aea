"""Makes places.csv and place_sounds.csv from division lists. Run by hand when a list changes; needs pypinyin, opencc and jieba.

python -m intents.slots.build GANSU.csv CHINA.csv COUNTIES.csv TOWNS.csv DATA_DIR
A bare misspelling is listed only if it isn't a word and its two characters seldom meet across a word boundary.
"""

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from intents.slots import data_files
from intents.slots.sound import folded

SEVERAL, RARE, COMMON, SHORTEST = 4, 100.0, 2000, 2
SUFFIXES = ("自治州", "市", "县", "区", "州")
COLUMNS = ("code", "level", "province", "prefecture", "name", "short", "weak", "typos", "guesses", "towns", "longer", "sound")
HEADER = (
    "# Divisions of Gansu and other provinces; towns of Gansu; common misspellings. Made by intents/slots/build.py, don't edit.\n"
    "# source: AreaCity-JsSpider-StatsGov (MIT, 2025-01), Administrative-divisions-of-China 2.7.0 (WTFPL); misspellings: own, 2026-11\n"
)
SOUNDS_HEADER = "# Folded toneless syllables and the characters read so. Made by intents/slots/build.py. source: pypinyin 0.55 (MIT)\n"
SCRIPT_HEADER = "# Traditional characters and their simplified forms. Made by intents/slots/build.py. source: OpenCC (Apache-2.0)\n"


@dataclass
class Row:
    """One line of places.csv."""

    code: str
    level: str
    province: str
    prefecture: str
    name: str
    short: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    typos: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    towns: list[str] = field(default_factory=list)
    longer: list[str] = field(default_factory=list)

    def cells(self) -> list[str]:
        """As written to the file, several values joined by `|`."""
        lists = (self.short, self.weak, self.typos, self.guesses, self.towns, self.longer)
        return [self.code, self.level, self.province, self.prefecture, self.name, *("|".join(one) for one in lists)]


class Words:
    """How often words occur, and how often two characters may meet across a boundary (per thousand million pairs)."""

    def __init__(self) -> None:
        import jieba

        self.listed: dict[str, int] = {}
        self._ends: Counter[str] = Counter()
        self._starts: Counter[str] = Counter()
        path = Path(jieba.__file__).parent / "dict.txt"
        for line in path.read_text(encoding="utf-8").splitlines():
            word, count, _ = line.split(" ")
            self.listed[word] = int(count)
            self._ends[word[-1]] += int(count)
            self._starts[word[0]] += int(count)
        self._all = sum(self.listed.values())

    def is_safe(self, text: str) -> bool:
        """Whether a string may be taken for a misspelt name without a 市/县/区 behind it."""
        if self.listed.get(text, 0) > SEVERAL:
            return False
        return len(text) > 2 or 1e9 * self._ends[text[0]] * self._starts[text[1]] / self._all**2 < RARE

    def is_common(self, character: str) -> bool:
        return self._ends[character] + self._starts[character] >= COMMON


class Sounds:
    """Characters that sound alike, tones left aside."""

    def __init__(self, words: Words) -> None:
        from pypinyin import Style, lazy_pinyin

        characters = [chr(code) for code in range(0x4E00, 0x9FA6) if words.is_common(chr(code))]
        self._read: Callable[[str | list[str]], list[str]] = lambda text: lazy_pinyin(text, style=Style.NORMAL)
        self._alike: dict[str, list[str]] = {}
        for character, syllable in zip(characters, self._read(characters), strict=True):
            self._alike.setdefault(syllable, []).append(character)

    def alike(self, character: str) -> list[str]:
        return self._alike.get(self._read(character)[0], [])

    def of(self, text: str) -> list[str]:
        return [folded(syllable) for syllable in self._read(text)]

    def table(self, needed: set[str]) -> dict[str, str]:
        """Folded syllable → its characters, for the syllables that names of places use."""
        found: dict[str, str] = {}
        for syllable, characters in self._alike.items():
            if folded(syllable) in needed:
                found[folded(syllable)] = found.get(folded(syllable), "") + "".join(characters)
        return dict(sorted(found.items()))


def stem(name: str) -> str:
    """The name without 市, 县, 区, 州."""
    return next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name)


def gansu(path: Path, towns: Path) -> list[Row]:
    """Gansu's rows; a county without an alias of its own is known by its stem only behind its prefecture."""
    rows = []
    for cell in data_files.rows(path):
        aliases = [a for a in cell["aliases"].split("|") if a]
        row = Row(cell["code"], cell["level"].replace("功能区", "县区"), cell["province"], cell["prefecture"], cell["full_name"], aliases)
        row.weak = [] if aliases or len(stem(row.name)) < 2 else [stem(row.name)]
        rows.append(row)
    known = {row.code: row for row in rows}
    for cell in data_files.rows(towns):
        row_of = known.get(cell["areaCode"]) or known.get(cell["areaCode"][:4] + "00")
        if cell["provinceCode"] == "62" and row_of and cell["name"].endswith(("镇", "乡", "街道")):
            row_of.towns.append(cell["name"])
    return rows


def elsewhere(path: Path, weak: set[str]) -> list[Row]:
    """Other provinces and their prefectures; one-character short names and made-up units are left out."""
    rows: list[Row] = []
    taken: set[str] = set()
    for cell in data_files.rows(path):
        name = cell["full_name"]
        if cell["code"].startswith("62") or name in taken or name.startswith(("重庆城", "重庆郊")):
            continue
        aliases = [a for a in cell["aliases"].split("|") if len(a) > 1 and a not in taken]
        prefecture = name if cell["level"] == "市州" else ""
        row = Row(cell["code"], cell["level"], cell["province"], prefecture, name)
        row.short = [a for a in aliases if a not in weak]
        row.weak = [a for a in aliases if a in weak]
        rows.append(row)
        taken |= {name, *aliases}
    return rows


def misspell(rows: list[Row], shapes: dict[str, str], more: dict[str, list[str]], words: Words, sounds: Sounds, real: set[str]) -> None:
    """Adds misspellings: one character that sounds or looks like the right one; two-character ones are guesses."""
    own = {surface for row in rows for surface in (row.name, *row.short, *row.weak)}
    for row in rows:
        if row.level == "省":
            continue
        bare = [t for name in row.short if row.name.startswith(name) for t in _variants(name, shapes, sounds) if words.is_safe(t)]
        full = [*more.get(row.code, []), *_variants(row.name, shapes, None)]
        new = [t for t in dict.fromkeys(full + bare) if t not in own and t not in real and len(t) > 1]
        row.typos = [t for t in new if t in full or len(t) > 2]
        row.guesses = [t for t in new if t not in row.typos]


def _variants(name: str, shapes: dict[str, str], sounds: Sounds | None) -> Iterator[str]:
    for at, right in enumerate(name):
        wrong = list(shapes.get(right, ""))
        if sounds:
            wrong += sounds.alike(right)
        elif at == len(name) - 1:
            continue
        yield from (name[:at] + w + name[at + 1 :] for w in wrong if w != right)


def simplified() -> tuple[str, str]:
    """Traditional characters and, at the same position, their simplified forms."""
    import opencc

    convert = opencc.OpenCC("t2s").convert
    pairs = [(chr(code), convert(chr(code))) for code in range(0x4E00, 0x9FA6)]
    changed = [(old, new) for old, new in pairs if len(new) == 1 and new != old]
    return "".join(old for old, _ in changed), "".join(new for _, new in changed)


def mark_longer(ours: list[Row], real: set[str]) -> None:
    """Counties elsewhere that end like a one-character county here: 永宁县 is not 宁县, 南漳县 not 漳县."""
    for row in ours:
        endings = tuple(text for text in (row.name, *row.typos) if len(text) == SHORTEST)
        row.longer = sorted({name[: -len(end)] for name in real for end in endings if name != end and name.endswith(end)})


def counties_alike(path: Path, rows: list[Row], sounds: Sounds, provinces: dict[str, str]) -> list[Row]:
    """Counties of other provinces that sound like one of Gansu: listed, so that they aren't taken for it."""
    ours = {" ".join(sounds.of(row.name)) for row in rows}
    names = {row.name for row in rows}
    found = []
    for cell in data_files.rows(path):
        outside = cell["provinceCode"] != "62" and cell["name"] not in names
        if outside and " ".join(sounds.of(cell["name"])) in ours:
            found.append(Row(cell["code"], "县区", provinces[cell["provinceCode"]], "", cell["name"]))
    return found


def main(gansu_csv: str, china_csv: str, counties_csv: str, towns_csv: str, data: str) -> None:
    """Writes both files."""
    contexts = data_files.tree(Path(data) / "place_contexts.yaml")
    shapes = data_files.tree(Path(data) / "place_shapes.yaml")
    words = Words()
    sounds = Sounds(words)
    ours = gansu(Path(gansu_csv), Path(towns_csv))
    others = elsewhere(Path(china_csv), set(contexts["only_in_full"]))
    real = {cell["name"] for cell in data_files.rows(Path(counties_csv))} | {s for row in others for s in (row.name, *row.short, *row.weak)}
    misspell(ours, shapes, contexts["misspelt"], words, sounds, real)
    mark_longer(ours, real)
    provinces = {row.code[:2]: row.province for row in others}
    rows = ours + others + counties_alike(Path(counties_csv), ours, sounds, provinces)
    cells = ([*row.cells(), " ".join(sounds.of(stem(row.name))) if row in ours else ""] for row in rows)
    _write(Path(data) / "places.csv", HEADER, COLUMNS, cells)
    needed = {syllable for row in ours for syllable in sounds.of(stem(row.name))}
    _write(Path(data) / "place_sounds.csv", SOUNDS_HEADER, ("syllable", "characters"), sounds.table(needed).items())
    _write(Path(data) / "traditional.csv", SCRIPT_HEADER, ("traditional", "simplified"), [simplified()])


def _write(path: Path, header: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
