"""Pledge loans as data: what is put up, what is asked, what stands in the way, whom to ask, what supports. Pure but for reading."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from knowledge import loader
from knowledge.answers import reading
from knowledge.catalog import Catalog, Confidence, Dated, Source, Text
from knowledge.loader import Record

Right = Literal["patent", "trademark"]
Verdict = Literal["not_yet", "repair", "value"]
Code = Annotated[str, Field(pattern=r"^[a-z]$")]
Label = Annotated[Text, Field(max_length=10)]
FINE, UNSURE, OPEN = "yu-"  # answers that are no code of an obstacle: all is well, cannot say, not said yet


class Stated(Record):
    """A statement on sources."""

    sources: tuple[str, ...] = ()
    confidence: Confidence = "常识"


class Kind(Stated):
    """One kind of right: in which register it is pledged, or what to say when in neither."""

    code: Code
    name: Text | None = None
    right: Right | None = None
    remark: Text | None = None
    elsewhere: Text | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if (self.right is None) == (self.elsewhere is None):
            raise ValueError("right 和 elsewhere 必须且只能有一个")
        return self


class Register(Stated):
    """A right's name, and the item that tells papers and steps of its pledge."""

    name: Text
    register_: str = Field(alias="register")


class Applicant(Record):
    """Who borrows."""

    code: Code
    remark: Text | None = None


class PerRight(Record):
    """Words for a case with patents, with marks, with both."""

    patent: str
    trademark: str
    both: str

    def of(self, rights: Iterable[str]) -> str:
        """The words for these rights; for none at all as for both."""
        named = set(rights)
        return self.patent if named == {"patent"} else self.trademark if named == {"trademark"} else self.both


class Labels(PerRight):
    """Button labels."""

    patent: Label
    trademark: Label
    both: Label


class Question(Record):
    """Something that must be known of a case."""

    key: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    ask: PerRight
    fine_label: Label
    bad_label: Labels
    bad: PerRight
    check: Text
    fine: tuple[str, ...]
    not_for: tuple[str, ...] = ()

    @cached_property
    def says_fine(self) -> re.Pattern[str]:
        """Finds in a sentence that all is well, and not that it is not."""
        return re.compile(f"(?<![没未不无])(?<!没有)(?<!不在)(?:{'|'.join(self.fine) or '(?!)'})")


class Obstacle(Stated):
    """What stands in the way, and what to do first."""

    code: Code
    question: str
    verdict: Verdict
    reason: Text
    todo: Text
    item: str
    item_mark: str | None = None
    words: tuple[str, ...] = ()
    only: Right | None = None
    sources: tuple[str, ...] = Field(min_length=1)

    @cached_property
    def met(self) -> re.Pattern[str]:
        """Finds the obstacle in a sentence."""
        return re.compile("|".join(self.words) or "(?!)")


class Hint(Stated):
    """Something to say where the words are met."""

    words: tuple[str, ...] = Field(min_length=1)
    say: Text

    @cached_property
    def met(self) -> re.Pattern[str]:
        """Finds the words in a sentence."""
        return re.compile("|".join(self.words))


class Contact(Record):
    """Whom to ask. The number is a fact of the catalogue, or there is none yet; `place`: a division's code, empty for the whole country."""

    name: Text
    aliases: tuple[Text, ...] = ()
    serves: Literal["bank", "park", "help", "register"]
    right: Right | None = None
    place: Annotated[str, Field(pattern=r"^(\d{6})?$")] = ""
    fact: str | None = None
    note: Text | None = None
    sources: tuple[str, ...] = ()
    as_of: date | None = None
    confidence: Confidence | None = None
    review_by: date | None = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.fact is None and not (self.sources and self.as_of and self.confidence and self.review_by):
            raise ValueError("没有电话事实（fact）的，要写 sources、as_of、confidence、review_by")
        return self


class Policy(Dated):
    """Something that supports such loans while it holds. `about`: what to know of it."""

    name: Text
    about: Text
    pays: bool = False
    sources: tuple[str, ...] = Field(min_length=1)
    as_of: date
    confidence: Confidence


class LoanRules(Record):
    """loans.yaml."""

    item: str
    support: str
    as_of: date
    about: tuple[Text, ...]
    aside: tuple[Text, ...]
    kinds: dict[str, Kind]
    implied: dict[str, str] = Field(default_factory=dict)
    rights: dict[Right, Register]
    applicants: dict[str, Applicant]
    questions: tuple[Question, ...] = Field(min_length=1)
    obstacles: dict[str, Obstacle]
    hints: tuple[Hint, ...] = ()
    verdicts: dict[str, Text]
    contacts: dict[str, Contact]
    policies: tuple[Policy, ...]
    sources: dict[str, Source] = Field(default_factory=dict)

    @cached_property
    def coded(self) -> Mapping[str, str]:
        """Code → obstacle."""
        return {obstacle.code: name for name, obstacle in self.obstacles.items()}

    @cached_property
    def speaks_of_loans(self) -> re.Pattern[str]:
        """Finds that a sentence is about borrowing."""
        return re.compile("|".join(map(re.escape, self.about)))

    @cached_property
    def asks_aside(self) -> re.Pattern[str]:
        """Finds that a sentence asks something that no case answers."""
        return re.compile("|".join(self.aside) or "(?!)")


def load(path: Path) -> LoanRules:
    """Raises DataError with every wrong key."""
    return loader.load(LoanRules, path)


@dataclass(frozen=True, slots=True)
class Reached:
    """A contact with its number on a day, when it was checked and how surely."""

    id: str
    name: str
    serves: str
    as_of: date
    confidence: Confidence
    phone: str = ""
    note: str = ""
    place: str = ""
    overdue: bool = False


def contacts(rules: LoanRules, catalog: Catalog, place: str, rights: Iterable[str], on: date) -> tuple[Reached, ...]:
    """Those of the county, of its prefecture, of the province, then those of the whole country; registers of other rights are left out."""
    near = [code for code in (place, place[:4] + "00", place[:2] + "0000") if len(code) == 6]
    wanted = set(rights)
    kept = [
        (near.index(c.place) if c.place in near else len(near), _reached(id_, c, catalog, on))
        for id_, c in rules.contacts.items()
        if (not c.place or c.place in near or (not place and c.place.endswith("0000"))) and (c.right is None or not wanted or c.right in wanted)
    ]
    return tuple(reached for _, reached in sorted(kept, key=lambda pair: pair[0]))


def reached(rules: LoanRules, catalog: Catalog, id_: str, on: date) -> Reached | None:
    """One contact by its id."""
    contact = rules.contacts.get(id_)
    return _reached(id_, contact, catalog, on) if contact else None


def _reached(id_: str, contact: Contact, catalog: Catalog, on: date) -> Reached:
    note = contact.note or ""
    if contact.fact is not None:
        fact = reading(catalog, contact.fact, on)
        return Reached(id_, contact.name, contact.serves, fact.as_of, fact.confidence, str(fact), note, contact.place, fact.review_by < on)
    assert contact.as_of and contact.confidence and contact.review_by  # noqa: S101 - checked when loaded
    return Reached(id_, contact.name, contact.serves, contact.as_of, contact.confidence, "", note, contact.place, contact.review_by < on)


def policies(rules: LoanRules, on: date) -> tuple[tuple[Policy, ...], tuple[Policy, ...]]:
    """(in force on a day, over by then), each in the order of the data."""
    return (
        tuple(p for p in rules.policies if p.holds(on)),
        tuple(p for p in rules.policies if p.valid_until is not None and p.valid_until < on),
    )


def source(rules: LoanRules, catalog: Catalog, name: str) -> Source:
    """A source of this file or of the catalogue."""
    return rules.sources[name] if name in rules.sources else catalog.sources[name]
