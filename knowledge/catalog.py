"""The catalogue: what can be done, and every fact about it, with source, date and confidence."""

import datetime
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictFloat, StrictInt, StrictStr, field_validator, model_validator

from knowledge.loader import Record

Facet = Literal[
    "overview", "eligibility", "materials", "steps", "duration", "deadline",
    "fee", "channel", "contact", "basis", "effect",
]  # fmt: skip
FACETS: tuple[Facet, ...] = (
    "overview", "eligibility", "materials", "steps", "duration", "deadline",
    "fee", "channel", "contact", "basis", "effect",
)  # fmt: skip
FACET_NAMES: Mapping[str, str] = {
    "overview": "总体说明", "eligibility": "申请条件", "materials": "所需材料", "steps": "办理步骤",
    "duration": "办理时限", "deadline": "期限与时效", "fee": "费用", "channel": "办理渠道",
    "contact": "联系方式", "basis": "法律依据", "effect": "结果与效力",
}  # fmt: skip
Confidence = Literal["已核对", "常识", "存疑"]
DOUBT: Mapping[str, int] = {"已核对": 0, "常识": 1, "存疑": 2}
Group = Literal["商标", "品牌", "专利", "地理标志", "其他", "金融", "维权", "公共服务", "对话"]


def _no_blank_edges(text: str) -> str:
    if text != text.strip() or not text:
        raise ValueError("首尾不能有空白，也不能为空")
    return text


Text = Annotated[str, AfterValidator(_no_blank_edges)]


class Dated(Record):
    """Something that holds from one day to another, both included; None is open."""

    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it is in force on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


class Source(Dated):
    """A document, page or notice that a statement stands on."""

    title: Text
    issuer: Text | None = None
    number: Text | None = None
    date: datetime.date | None = None
    url: Text | None = None


class Reviewed(Dated):
    """What somebody checked on a day, how sure it is, and when to look again."""

    as_of: date
    confidence: Confidence
    review_by: date


class Reading(Reviewed):
    """One value of a fact while it holds."""

    value: StrictInt | StrictFloat | StrictStr
    unit: Text | None = None
    source: tuple[str, ...] = Field(min_length=1)

    def __str__(self) -> str:
        number = f"{self.value:g}" if isinstance(self.value, float) else str(self.value)
        if self.unit is None:
            return number
        return number + self.unit if self.unit == "%" else f"{number} {self.unit}"


class Fact(Record):
    """A number with a unit, a phone, an address: typed once, used in any answer as {id}."""

    label: Text
    versions: tuple[Reading, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _one_version(cls, value: object) -> object:
        if isinstance(value, dict) and "versions" not in value and "label" in value:
            return {"label": value["label"], "versions": [{k: v for k, v in value.items() if k != "label"}]}
        return value

    def on(self, day: date) -> Reading | None:
        """The value in force on a day; None when no version covers it."""
        return next((reading for reading in self.versions if reading.holds(day)), None)


class Basis(Record):
    """Where a statement is written."""

    source: str
    clause: Text | None = None


class Choice(Record):
    """A follow-up offered under an answer: `item` or `item:facet`, with a label of at most ten characters."""

    to: str
    label: Annotated[Text, Field(max_length=10)] | None = None


class Answer(Reviewed):
    """What is told about one facet of an item."""

    short: Text
    more: Text | None = None
    next: Text
    choices: tuple[Choice, ...] = Field(default=(), max_length=3)
    basis: tuple[Basis, ...] = Field(min_length=1)

    @field_validator("choices", mode="before")
    @classmethod
    def _plain_choices(cls, value: object) -> object:
        if isinstance(value, list):
            return [{"to": one} if isinstance(one, str) else one for one in value]
        return value


def _as_list(value: object) -> object:
    if isinstance(value, dict):
        return {k: v if isinstance(v, list) else [v] for k, v in value.items()}
    return value


class Item(Record):
    """One service of the catalogue."""

    name: Text
    button: Annotated[Text, Field(max_length=10)]
    group: Group
    aliases: tuple[Text, ...] = ()
    nodes: tuple[str, ...] = Field(min_length=1)
    answers: dict[Facet, tuple[Answer, ...]]

    @field_validator("answers", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return _as_list(value)

    @model_validator(mode="after")
    def _has_overview(self) -> Self:
        if "overview" not in self.answers:
            raise ValueError("缺少 overview")
        return self

    def answer(self, facet: str, on: date) -> Answer | None:
        """The answer in force on a day; None when the facet has none."""
        versions: tuple[Answer, ...] = self.answers.get(facet, ())  # type: ignore[call-overload]  # any string may be asked
        return next((answer for answer in versions if answer.holds(on)), None)


class NodeKind(Record):
    """Who handles an item."""

    name: Text
    kind: Text


class Header(Record):
    """What the file says about itself."""

    version: int
    province: Text
    updated: date


class Catalog(Record):
    """service_catalog.yaml as a value."""

    catalog: Header
    nodes: dict[str, NodeKind]
    sources: dict[str, Source]
    facts: dict[str, Fact]
    items: dict[str, Item]
