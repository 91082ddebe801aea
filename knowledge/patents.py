"""Patents to be had (沉睡专利清单): records that staff import, checked one by one. Who holds them and how to reach them is for staff alone.

Source of the number's form and check digit: 《专利申请号标准》 ZC 0006—2003.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError

from knowledge import loader, table
from knowledge.loader import DataError, Record
from knowledge.table import Row, Wrong

COLUMNS = ("number", "title", "abstract", "holder", "field", "ipc", "contact")
NEEDED = ("number", "title", "abstract", "holder", "contact")
FIRST_YEAR = 2003  # the numbers of ten digits and more began then; older patents are over
DESIGN = "3"
_NUMBER = re.compile(r"(?:ZL)?(\d{4})([123])(\d{7})\.?([\dX])")
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_IPC = re.compile(r"[A-H]\d{2}[A-Z](?:\d{1,4}/\d{2,6})?")
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-\d{7,8}|400-?\d{3}-?\d{4})(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_BETWEEN = re.compile(r"\s*[；;]\s*")


def _number(value: object) -> str:
    match = _NUMBER.fullmatch(re.sub(r"[\s　]", "", str(value)).upper())
    if match is None:
        raise ValueError("不像专利号：应为 ZL 加 13 位数字（年份、类别、流水号、校验位）")
    year, kind, serial, check = match.groups()
    if check_digit(year + kind + serial) != check:
        raise ValueError("校验位不对，可能抄错了一位")
    return f"ZL{year}{kind}{serial}.{check}"


def check_digit(digits: str) -> str:
    """The thirteenth sign of an application number: the weighted sum of twelve digits modulo 11, ten being X."""
    rest = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def _ipc(value: object) -> str:
    listed = [part for part in _BETWEEN.split(str(value).replace(" ", "").upper()) if part]
    wrong = next((part for part in listed if not _IPC.fullmatch(part)), None)
    if wrong:
        raise ValueError(f"不像 IPC 分类号：{wrong}")
    return "；".join(listed)


def _contact(value: object) -> str:
    text = table.line()(value)
    if not _PHONE.search(text) and not _MAIL.search(text):
        raise ValueError("要有电话（座机带区号，用“-”隔开）或邮箱")
    return text


def _named(value: object) -> str:
    text = table.line()(value)
    if len(text) < 2:
        raise ValueError("要填写")
    return text


def _abstract(value: object) -> str:
    """Line breaks of a table's cell become blanks."""
    text = table.line(1000)(" ".join(str(value).split()))
    if len(text) < 20:
        raise ValueError(f"太短，只有 {len(text)} 个字，至少 20 个字")
    return text


class Patent(Record):
    """One patent to be had. `field`: an id of patents.yaml; `ipc`: several divided by ；."""

    number: Annotated[str, BeforeValidator(_number)]
    title: Annotated[str, BeforeValidator(_named)]
    abstract: Annotated[str, BeforeValidator(_abstract)]
    holder: Annotated[str, BeforeValidator(_named)]
    field: str
    ipc: Annotated[str, BeforeValidator(_ipc)] = ""
    contact: Annotated[str, BeforeValidator(_contact)]

    @property
    def year(self) -> int:
        """The year it was filed in."""
        return int(self.number[2:6])

    @property
    def is_design(self) -> bool:
        """Whether it protects a look: such have no IPC classes."""
        return self.number[6] == DESIGN


class TechField(Record):
    """A technical field and its IPC classes."""

    name: str
    ipc: tuple[str, ...]


class PatentRules(Record):
    """patents.yaml. `sample_year`: records filed in that year to come are samples; only a data set for tests names one."""

    columns: dict[str, str]
    help: dict[str, str]
    fields: dict[str, TechField] = Field(min_length=2)
    sample_year: int | None = None

    def field_of(self, ipc: str) -> str:
        """The field of the first class, by the longest prefix; empty when there is none."""
        first = ipc.split("；")[0]
        known = [(len(prefix), id) for id, field in self.fields.items() for prefix in field.ipc if first.startswith(prefix)]
        return max(known)[1] if first and known else ""


def load(path: Path) -> PatentRules:
    """Read patents.yaml. Raises DataError when columns lack a name or a hint."""
    rules = loader.load(PatentRules, path)
    named = {"columns": rules.columns, "help": rules.help}
    wrong = [loader.fault_at(path, [key], f"应有这些列：{'、'.join(COLUMNS)}") for key, value in named.items() if tuple(value) != COLUMNS]
    if wrong:
        raise DataError(wrong)
    return rules


def parsed(rows: Iterable[Row], rules: PatentRules, today: date) -> tuple[tuple[Patent, ...], tuple[Wrong, ...]]:
    """The patents of a table that staff filled in, and everything wrong in it."""
    found: list[Patent] = []
    wrong: list[Wrong] = []
    lines: dict[str, int] = {}
    for row in rows:
        try:
            patent = Patent.model_validate(_completed(row.cells, rules))
        except ValidationError as error:
            wrong += [Wrong(row.number, column, reason) for column, reason in table.why(error)]
            given = row.cells.get("field", "").strip()
            wrong += [Wrong(row.number, "field", reason) for reason in (_field_faults(given, rules) if given else ())]
            continue
        wrong += [Wrong(row.number, column, reason) for column, reason in faults(patent, rules, today)]
        first = lines.setdefault(patent.number, row.number)
        if first != row.number:
            wrong.append(Wrong(row.number, "number", f"与第 {first} 行是同一件"))
        found.append(patent)
    return tuple(found), tuple(wrong)


def _completed(cells: Mapping[str, str], rules: PatentRules) -> dict[str, str]:
    """With the field by its name, or by the IPC class where staff left it out."""
    full = {column: cells.get(column, "").strip() for column in COLUMNS}
    by_name = {field.name: id for id, field in rules.fields.items()}
    full["field"] = by_name.get(full["field"], full["field"]) or rules.field_of(full["ipc"].replace(" ", "").upper())
    return full


def faults(patent: Patent, rules: PatentRules, today: date) -> Iterator[tuple[str, str]]:
    """(column, reason) of what does not hold of a well-formed record."""
    if not FIRST_YEAR <= patent.year <= today.year and patent.year != rules.sample_year:
        yield "number", f"申请年份 {patent.year} 不对：应在 {FIRST_YEAR} 到 {today.year} 之间"
    if patent.is_design and patent.ipc:
        yield "ipc", "外观设计没有 IPC 分类号，应留空"
    if not patent.is_design and not patent.ipc:
        yield "ipc", "发明、实用新型要写 IPC 分类号"
    yield from (("field", reason) for reason in _field_faults(patent.field, rules))


def _field_faults(field: str, rules: PatentRules) -> Iterator[str]:
    named = [*rules.fields, *(known.name for known in rules.fields.values())]
    if field and field not in named:
        yield f"没有这个领域：{field}；应为 {'、'.join(known.name for known in rules.fields.values())}"
    if not field:
        yield f"要写技术领域：{'、'.join(known.name for known in rules.fields.values())}"


def cells(patent: Patent, rules: PatentRules) -> Sequence[str]:
    """A patent as a row of staff's table."""
    value = patent.model_dump()
    return [rules.fields[patent.field].name if column == "field" else value[column] for column in COLUMNS]
