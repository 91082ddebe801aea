"""A borrower's case: what can be said of it at once, what is still to be known, whom to ask. Pure.

A button carries the whole case (`l:c:<case>:<facet>`), so nothing of it is kept between two messages but the buttons on offer.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot import loan_talk
from bot.computing import Computed, all_of
from bot.model import Choice, Topic
from bot.rules import Rules
from intents.meaning import OVERVIEW, Meaning
from knowledge import loan_case
from knowledge.loan_case import Case
from knowledge.loans import FINE, UNSURE, LoanRules, Question

CASE, NEED = "l:c:", "l:need"
ASKED = 3  # questions at once
LETTERS = {OVERVIEW: "o", "eligibility": "e", "contact": "t", "channel": "h", "steps": "s", "materials": "m"}  # facets that a case answers
_FACETS = {letter: facet for facet, letter in LETTERS.items()}
_ENOUGH = 2  # what a question must carry to be a case
_LIKELY, _SURE = 0.1, 0.9  # where a question speaks of borrowing and names a right and more, so little makes the item so sure
_SHORT = 60
_YES = re.compile(r"^(?:是的?|对的?|嗯|都是|都有|都符合|都满足|没问题|都没问题|都可以|都行|都齐了?|有的)[。.!！]?$")
_UNSURE = re.compile(r"^(?:都)?(?:不知道|不清楚|说不清|不确定|不太清楚|没查过)[。.!！]?$")
# A sum that is not the one to borrow: what the right is worth, what a bank gave or would give.
_WORTH = re.compile(r"(?:值|估价|估值|评估价?|只肯?给|只批|贷过|贷了|拿了)[^，。,]{0,4}[\d一二两三四五六七八九十百千]+.{0,2}[万元块]")
_PRICE = re.compile("利率|利息|利钱|几个点|费|多久|几天|几年|什么时候|合同|登记证")
_REGISTERS = re.compile("(?:质押|质权|出质|办)登记")
_WANTS = re.compile(r"(?:贷|融资|借)(?:款|到|个|点|出|上)?(?:大概|大约|差不多|至少|个)?\s*[\d一二两三四五六七八九十百千]")
_ASKS = re.compile(r"[?？]|吗|呢$|怎么|咋|多少|什么|啥|哪|能不能|可不可以|行不行|为何|谁")


def served(rules: Rules, meaning: Meaning, on: date, today: date) -> Computed | None:
    """The case of a question about a pledge loan; None when it carries none, or asks something that no case answers."""
    loans = rules.library.loans
    if loans.item not in rules.library.catalog.items or loans.asks_aside.search(meaning.text):
        return None
    if meaning.item != loans.item and (_is_kin(meaning.item or "") or not wants_loan(rules, meaning)):
        return None
    case = heard(rules, Case(), meaning)
    facet = _facet(loans, meaning, case)
    if facet is None or _weight(rules, case, meaning.text) < _ENOUGH:
        return None
    return told(rules, case, facet, on, meaning.text)


def likely(rules: Rules, meaning: Meaning, on: date, today: date) -> tuple[Meaning, Computed] | None:
    """The case of a question that was not understood for sure: it wants a loan, or speaks of one, and carries a right and more."""
    loans = rules.library.loans
    if meaning.item != loans.item and (meaning.item or "").startswith("finance."):
        return None
    wants = wants_loan(rules, meaning)
    chance = next((c for c in meaning.candidates if c.item == loans.item), None)
    if not wants and (chance is None or chance.confidence < _LIKELY or not loans.speaks_of_loans.search(meaning.text)):
        return None
    case = heard(rules, Case(), meaning)
    if not case.pieces or _weight(rules, case, meaning.text) <= _ENOUGH:
        return None
    facets = meaning.facets if meaning.item == loans.item else (chance.facet if chance else OVERVIEW,)
    meant = replace(meaning, item=loans.item, facet=facets[0], facets=facets, confidence=max(chance.confidence if chance else 0.0, _SURE))
    done = served(rules, meant, on, today)
    return (meant, done) if done else None


def wants_loan(rules: Rules, meaning: Meaning) -> bool:
    """Whether somebody says what they put up and what sum they want: whatever item that was taken for, it is a loan."""
    said = len(meaning.text) <= _SHORT and _WANTS.search(meaning.text)  # a long story mentions a loan by the way
    case = heard(rules, Case(), meaning) if said else Case()
    return bool(case.pieces and case.amount)


def _is_kin(item: str) -> bool:
    """Items beside the loan, whose own answers are the right ones: subsidies, insurance, the register of pledges."""
    return item.startswith("finance.") or item.endswith(".pledge")


def heard(rules: Rules, case: Case, meaning: Meaning) -> Case:
    """The case with what a sentence adds to it."""
    loans, slots = rules.library.loans, meaning.slots
    counts = [int(count) for count in all_of(slots, "count") if count.isdigit()]
    named = all_of(slots, "ip_kind") or [kind for word, kind in loans.implied.items() if word in meaning.text and not case.pieces]
    owned = [kind for kind in named if not re.search(f"没有?(?:一[件个项])?{kind[:2]}", meaning.text)]  # 没有一件发明
    pieces = loan_case.pieces(owned, counts, loans.kinds)
    amount = None if _WORTH.search(meaning.text) else slots.get("amount_cny")
    applicants = all_of(slots, "applicant")
    applicant = next((a for a in ("企业", *applicants) if a in applicants and a in loans.applicants), "")
    case = Case(
        pieces or case.pieces,
        amount if isinstance(amount, int) and amount > 0 else case.amount,
        str(slots.get("place_code", "")) or case.place,
        applicant or case.applicant,
        case.answers,
    )
    return loan_case.heard(loans, case, meaning.text)


def _facet(loans: LoanRules, meaning: Meaning, case: Case) -> str | None:
    """The facet that is answered: one that a case answers, or whether it can be done at all where something stands in the way."""
    facets = meaning.facets or (OVERVIEW,)
    found = next((f for f in facets if f in LETTERS), None)
    if found in loan_talk.OF_PEOPLE and _REGISTERS.search(meaning.text):
        return None  # where the pledge is registered: the catalogue's answer
    if found is None and {"effect", "deadline"} & set(facets):
        judged = loan_case.judged(loans, case)
        found = "eligibility" if judged.obstacles or judged.verdict == "elsewhere" else None
    if found is None and case.amount and case.pieces and not _PRICE.search(meaning.text):
        return OVERVIEW  # a sum and a right: somebody wants to borrow, whatever else is mentioned
    return found


def _weight(rules: Rules, case: Case, text: str) -> int:
    """How much of a case there is: a sum, a place, a number of pieces, an answer or a remark to make weigh more than a bare name."""
    loans = rules.library.loans
    placed = case.place in rules.library.places and not case.place.endswith("0000")
    hinted = any(hint.met.search(text) for hint in loans.hints)
    remarked = hinted or any(loans.kinds[p.kind].remark or loans.kinds[p.kind].elsewhere for p in case.pieces)
    special = case.applicant in loans.applicants and loans.applicants[case.applicant].remark is not None
    strong = [case.amount, any(p.many for p in case.pieces), case.answers, remarked, special]
    return _ENOUGH * (sum(map(bool, strong)) + placed) + bool(case.pieces)


def told(rules: Rules, case: Case, facet: str, on: date, text: str = "") -> Computed:
    """What is said of a case, and the same for programs."""
    loans = rules.library.loans
    judged = loan_case.judged(loans, case)
    asked = () if facet in loan_talk.OF_PAPERS or loan_talk.asks_support(text) else asked_now(loans, case)
    contacts = loan_talk.contacts(rules, case, on)
    reply = loan_talk.reply(rules, case, judged, asked, contacts, facet, on, text)
    reply = replace(reply, choices=buttons(rules, case, asked, facet, reply.choices))
    missing = ["ip_kind"] if not case.pieces else [q.key for q in asked_now(loans, case)]
    result = {
        "kind": "loan",
        "verdict": loans.verdicts[judged.verdict],
        "missing": [*missing, *(["place"] if loan_talk.asks_place(case, facet) and len(missing) < ASKED else [])],
        "reasons": [o.todo for o in judged.obstacles],
        "contacts": [loan_talk.contact_json(each) for each in contacts],
    }
    return Computed(reply, result, loans.item, facet)


def asked_now(loans: LoanRules, case: Case) -> tuple[Question, ...]:
    """The questions put now: what is put up comes first; nothing is asked where it stands fast that the time has not come."""
    judged = loan_case.judged(loans, case)
    if not case.pieces or judged.verdict in ("elsewhere", "not_yet"):
        return ()
    return judged.open[:ASKED]


def buttons(rules: Rules, case: Case, asked: Sequence[Question], facet: str, others: Sequence[Choice]) -> tuple[Choice, ...]:
    """What answers the questions put now; behind them to register the need, or where the catalogue tells more."""
    loans = rules.library.loans
    need = Choice(f"{NEED}:{loan_case.packed(loans, case)}", rules.phrases["loan_need_label"])
    if not case.pieces:
        kinds = [(("专利",), loans.rights["patent"].name), (("商标",), loans.rights["trademark"].name)]
        return (*(_choice(rules, loan_case.with_kinds(case, kind), facet, name) for kind, name in kinds), need)
    if not asked:
        return (*others[:3], need)
    rights = loan_case.rights(loans, case)
    well = case
    for question in asked:
        well = well.answered(question.key, FINE)
    label = asked[0].fine_label if len(asked) == 1 else rules.phrases["loan_all_well"]
    bad = [_choice(rules, case.answered(q.key, loans.obstacles[q.bad.of(rights)].code), facet, q.bad_label.of(rights)) for q in asked]
    return (_choice(rules, well, facet, label), *bad, need)


def _choice(rules: Rules, case: Case, facet: str, label: str) -> Choice:
    return Choice(f"{CASE}{loan_case.packed(rules.library.loans, case)}:{LETTERS[facet]}", label)


def pressed(rules: Rules, choice: str, on: date) -> Computed | None:
    """The case of a button; None for any other id."""
    packed, _, letter = choice.removeprefix(CASE).partition(":")
    case = loan_case.unpacked(rules.library.loans, packed) if choice.startswith(CASE) else None
    if case is None or letter not in _FACETS or rules.library.loans.item not in rules.library.catalog.items:
        return None
    return told(rules, case, _FACETS[letter], on)


def continued(rules: Rules, topic: Topic, meaning: Meaning, on: date) -> Computed | None:
    """A typed answer to the questions put last: yes to all, cannot say, or words that answer some; None for anything else."""
    loans = rules.library.loans
    open_ = next((choice.id for choice in topic.offered if choice.id.startswith(CASE)), "")
    need = next((choice.id for choice in topic.offered if choice.id.startswith(NEED + ":")), "")
    before = loan_case.unpacked(loans, need.removeprefix(NEED + ":")) if open_ and need else None
    if before is None or len(meaning.text) > _SHORT or _ASKS.search(meaning.text):
        return None
    answer = FINE if _YES.match(meaning.text) else UNSURE if _UNSURE.match(meaning.text) else ""
    case = before
    for question in asked_now(loans, before) if answer else ():
        case = case.answered(question.key, answer)
    case = case if answer else heard(rules, before, meaning)
    return told(rules, case, _FACETS.get(open_[-1], OVERVIEW), on) if case != before else None
