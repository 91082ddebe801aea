"""One borrower's case: what is known of it, how it is judged, and the same in a few ASCII letters for a button. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from knowledge.loans import FINE, OPEN, UNSURE, LoanRules, Obstacle, Question, Right

_PACKED = re.compile(
    r"(?P<pieces>(?:[a-z]\d{0,4}){0,2})\.(?P<amount>[0-9A-Z]{0,8})\.(?P<place>(?:\d{6})?)\.(?P<applicant>[a-z]?)\.(?P<answers>[-a-z]{0,8})"
)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST = 36**8 - 1  # yuan: more than any loan
_MOST_PIECES = 9999


class Piece(NamedTuple):
    """A kind of right (value of the slot) and how many of it, if that was said."""

    kind: str
    many: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What is known. `answers`: question → fine, cannot say, or the obstacle's code; a question that is missing was not answered."""

    pieces: tuple[Piece, ...] = ()
    amount: int | None = None  # yuan
    place: str = ""
    applicant: str = ""
    answers: tuple[tuple[str, str], ...] = ()

    def answered(self, question: str, answer: str) -> "Case":
        """The case with one more answer."""
        return replace(self, answers=tuple(sorted({**dict(self.answers), question: answer}.items())))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a case comes to: the verdict, what stands in the way (worst first), and the questions still open."""

    verdict: str
    obstacles: tuple[Obstacle, ...]
    open: tuple[Question, ...]


def rights(rules: LoanRules, case: Case) -> tuple[Right, ...]:
    """The registers that a case is about."""
    named = [rules.kinds[p.kind].right for p in case.pieces if p.kind in rules.kinds]
    return tuple(dict.fromkeys(right for right in named if right))


def heard(rules: LoanRules, case: Case, text: str) -> Case:
    """The case with what a sentence answers: what is said to be well is left out, and an obstacle in the rest counts before it."""
    wanted = rights(rules, case)
    for question in rules.questions:
        rest = question.says_fine.sub("。", text)
        found = next((o for o in rules.obstacles.values() if o.question == question.key and _fits(o, wanted) and o.met.search(rest)), None)
        if found is not None:
            case = case.answered(question.key, found.code)
        elif question.says_fine.search(text):
            case = case.answered(question.key, FINE)
    return case


def _fits(obstacle: Obstacle, wanted: Sequence[str]) -> bool:
    return obstacle.only is None or not wanted or obstacle.only in wanted


def judged(rules: LoanRules, case: Case) -> Judgement:
    """The worst obstacle decides; without any, a case with open or unsure questions is not judged yet."""
    if case.pieces and not rights(rules, case):
        return Judgement("elsewhere", (), ())
    answers = dict(case.answers)
    asked = [q for q in rules.questions if case.applicant not in q.not_for]
    met = [rules.obstacles[rules.coded[code]] for code in answers.values() if code in rules.coded]
    met.sort(key=lambda o: ("not_yet", "repair", "value").index(o.verdict))
    still = tuple(q for q in asked if q.key not in answers)
    unsure = any(answers.get(q.key) == UNSURE and q is not asked[-1] for q in asked)
    if met and (met[0].verdict != "value" or not (still or unsure)):
        return Judgement(met[0].verdict, tuple(met), still)
    if still or unsure or not case.pieces:
        return Judgement("open", tuple(met), still)
    return Judgement("ready", (), ())


def packed(rules: LoanRules, case: Case) -> str:
    """A case in at most 36 characters of a button's id: kinds with counts, yuan, place, applicant, answers."""
    pieces = "".join(rules.kinds[p.kind].code + (str(min(p.many, _MOST_PIECES)) if p.many else "") for p in case.pieces[:2])
    amount = _base36(min(case.amount, _MOST)) if case.amount else ""
    applicant = rules.applicants[case.applicant].code if case.applicant in rules.applicants else ""
    answers = dict(case.answers)
    given = "".join(answers.get(q.key, OPEN) for q in rules.questions).rstrip(OPEN)
    return f"{pieces}.{amount}.{case.place}.{applicant}.{given}"


def unpacked(rules: LoanRules, text: str) -> Case | None:
    """The case of a button; None when it is not one, or was made from other data."""
    match = _PACKED.fullmatch(text)
    if match is None or len(match["answers"]) > len(rules.questions):
        return None
    kinds = {kind.code: name for name, kind in rules.kinds.items()}
    found = re.findall(r"([a-z])(\d{0,4})", match["pieces"])
    applicants = {a.code: name for name, a in rules.applicants.items()}
    answers = [(q.key, a) for q, a in zip(rules.questions, match["answers"], strict=False) if a != OPEN]
    known = all(code in kinds for code, _ in found) and (not match["applicant"] or match["applicant"] in applicants)
    if not known or any(not _may_answer(rules, key, answer) for key, answer in answers):
        return None
    return Case(
        tuple(Piece(kinds[code], int(count) if count else None) for code, count in found),
        int(match["amount"], 36) if match["amount"] else None,
        match["place"],
        applicants.get(match["applicant"], ""),
        tuple(sorted(answers)),
    )


def _may_answer(rules: LoanRules, question: str, answer: str) -> bool:
    name = rules.coded.get(answer)
    return answer in (FINE, UNSURE) or (name is not None and rules.obstacles[name].question == question)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


def pieces(kinds: Sequence[str], counts: Sequence[int], known: Mapping[str, object]) -> tuple[Piece, ...]:
    """Kinds with their counts where each kind has one, or the only kind has the only one."""
    named = [kind for kind in dict.fromkeys(kinds) if kind in known]
    if len(counts) == len(named):
        return tuple(Piece(kind, count) for kind, count in zip(named, counts, strict=True))
    return tuple(Piece(kind, counts[0] if len(named) == 1 and counts else None) for kind in named)


def with_kinds(case: Case, kinds: Sequence[str]) -> Case:
    """The case with these put up, how many not said."""
    return replace(case, pieces=tuple(Piece(kind) for kind in kinds))
