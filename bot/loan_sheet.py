"""From the answers of a guide to a loan's case, and what its sheet says of it: the verdict of the readiness check. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from bot import flows, loan_talk
from bot.model import SheetLine, SourceNote
from bot.rules import Rules
from knowledge import loan_case, loans
from knowledge.guides import FINE, UNSURE, Guide, Option
from knowledge.loan_case import Case, Piece


class Told(NamedTuple):
    """Lines of a sheet and the sources that they stand on."""

    lines: tuple[SheetLine, ...]
    notes: tuple[SourceNote, ...]


def told(rules: Rules, case: Case, on: date) -> Told:
    """What the check says of a case."""
    lines, notes = loan_talk.summary(rules, case, loan_case.judged(rules.library.loans, case), on)
    return Told(tuple(SheetLine(line) for line in lines), notes)


def case(rules: Rules, guide: Guide, values: Mapping[str, str]) -> Case:
    """The case that the answers describe."""
    known = rules.library.loans
    found, many = Case(), None
    kinds: tuple[str, ...] = ()
    for step in flows.steps(guide, values):
        value = values.get(step.id, flows.SKIPPED)
        option = step.option(value)
        if value == flows.SKIPPED:
            continue
        if option and step.slot == "ip_kind":
            kinds = option.values
        elif option and step.slot == "applicant":
            found = replace(found, applicant=next((v for v in option.values if v in known.applicants), ""))
        elif option and step.asks:
            found = _answered(rules, found, step.asks, option)
        elif step.kind == "amount":
            found = replace(found, amount=int(value))
        elif step.kind == "place":
            found = replace(found, place=next((code for code, name in rules.library.places.items() if name == value), ""))
        elif step.case == "pieces":
            many = int(value)
    return replace(found, pieces=tuple(Piece(kind, many if len(kinds) == 1 else None) for kind in kinds))


def _answered(rules: Rules, case: Case, question: str, option: Option) -> Case:
    obstacle = rules.library.loans.obstacles.get(option.loan)
    answers = {FINE: loans.FINE, UNSURE: loans.UNSURE}
    answer = obstacle.code if obstacle else answers.get(option.loan)
    return case.answered(question, answer) if answer else case
