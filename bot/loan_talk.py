"""The words of a borrower's case: verdict and reasons first, then what is asked, whom to ask, and the sources. Pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bot import telling
from bot.model import Action, Card, Choice, Reply, SourceNote
from bot.rules import Rules
from intents.meaning import OVERVIEW
from knowledge import loan_case, loans
from knowledge.answers import CHECKED, fill
from knowledge.catalog import DOUBT
from knowledge.catalog_check import LIMIT_BYTES
from knowledge.loan_case import Case, Judgement
from knowledge.loans import Policy, Question, Reached, Stated

BANKS = 6  # of the whole country, in the result and on the card
_NAMED = 3  # of them in the text
OF_PEOPLE = ("contact", "channel")
OF_PAPERS = ("materials", "steps")
_SUPPORT = re.compile("补贴|贴息|补助|奖|财政|扶持|政策|风险补偿")
FLAG = "x:contact:"
_NEXT = {"ready": "loan_next_ready", "elsewhere": "loan_next_elsewhere"}


def contacts(rules: Rules, case: Case, on: date) -> tuple[Reached, ...]:
    """Those nearest to the place, and the first banks of the whole country."""
    library = rules.library
    rights = loan_case.rights(library.loans, case)
    found = loans.contacts(library.loans, library.catalog, case.place, rights, on)
    if case.pieces and not rights:  # pledged at another office: ours do not register it
        found = tuple(each for each in found if each.serves != "register")
    banks = [each for each in found if each.serves == "bank" and not each.place][:BANKS]
    return (*(each for each in found if each.place or each.serves != "bank"), *banks)


def contact_json(each: Reached) -> dict[str, object]:
    """A contact in the result."""
    value: dict[str, object] = {"id": each.id, "name": each.name, "serves": each.serves}
    if each.phone:
        value["phone"] = each.phone
    return value | {"as_of": each.as_of.isoformat(), "confidence": each.confidence}


def asks_place(case: Case, facet: str) -> bool:
    """Whether the place is still to be said: only where somebody asks whom to go to."""
    return facet in OF_PEOPLE and not case.place


def reply(
    rules: Rules, case: Case, judged: Judgement, asked: Sequence[Question], found: Sequence[Reached], facet: str, on: date, text: str
) -> Reply:  # fmt: skip
    """The whole answer to a case, with the buttons that lead on."""
    full = facet in OF_PEOPLE
    shown = () if facet in OF_PAPERS or asks_support(text) or (not full and judged.verdict in ("not_yet", "repair")) else found
    notes = _sources(rules, case, judged, shown if full else [each for each in shown if not each.place], on, text)
    people = list(_people(rules, case, shown, full))
    hints = [hint.say for hint in rules.library.loans.hints if hint.met.search(text)]
    papers = list(_papers(rules, case, facet, on)) if facet in OF_PAPERS and judged.verdict not in ("not_yet", "elsewhere") else []
    extra = papers or list(_remarks(rules, case, judged, on))
    reasons, questions = list(_reasons(rules, case, judged, on)), list(_questions(rules, case, asked, facet))
    told = [*hints, *reasons, *extra]
    parts = [_head(rules, case, judged, facet), *([*people, *told, *questions] if full else [*told, *questions, *people])]
    if asks_support(text):
        parts = [*_support(rules, on), *hints]
    if case.amount:
        parts.append(rules.phrase("loan_amount", amount=yuan(case.amount)))
    parts.append(rules.phrases[_NEXT.get(judged.verdict, "loan_next")])
    said = _fitted(parts, [*reversed(extra), *reversed(people[1:])], _line(notes))
    return Reply(said, _more(rules, case, judged, text), (_card(rules, found),), notes, _line(notes), rules.library.loans.item, facet)


def _fitted(parts: Sequence[str], spare: Sequence[str], line: str) -> str:
    """The parts in one text; of a very long one what can be spared is left out, the first first. The card has the contacts anyway."""
    kept = list(parts)
    for part in spare:
        if len("\n".join([*kept, line]).encode()) <= LIMIT_BYTES:
            break
        if part in kept:
            kept.remove(part)
    return "\n".join(kept)


def asks_support(text: str) -> bool:
    """Whether a question is about money that the state adds."""
    return _SUPPORT.search(text) is not None


def yuan(amount: int) -> str:
    """2000000 → 200 万元."""
    return f"{amount // 10000} 万元" if amount % 10000 == 0 else f"{amount} 元"


def what(rules: Rules, case: Case) -> str:
    """What is put up: 3 件发明专利、2 件商标; the rights in general when nothing was said."""
    kinds = rules.library.loans.kinds
    names = [(kinds[p.kind].name or p.kind, p.many) for p in case.pieces]
    named = [rules.phrase("loan_pieces", count=str(many), kind=name) if many else name for name, many in names]
    return "、".join(named) or rules.phrases["loan_any_right"]


def _head(rules: Rules, case: Case, judged: Judgement, facet: str) -> str:
    if judged.verdict in ("open", "ready", "value") and facet in OF_PAPERS:
        return rules.phrase("loan_papers" if facet == "materials" else "loan_steps", what=what(rules, case))
    if judged.verdict in ("open", "ready", "value") and facet in OF_PEOPLE:
        return rules.phrases["loan_people"]
    todo = judged.obstacles[0].todo if judged.obstacles else ""
    return rules.phrase(f"loan_{judged.verdict}", what=what(rules, case), todo=todo)


def _reasons(rules: Rules, case: Case, judged: Judgement, on: date) -> Iterator[str]:
    """What stands in the way, and why."""
    for place, obstacle in enumerate(judged.obstacles):
        also = rules.phrase("loan_also", todo=obstacle.todo) if place else ""
        yield "- " + fill(rules.library.catalog, obstacle.reason, on) + also


def _remarks(rules: Rules, case: Case, judged: Judgement, on: date) -> Iterator[str]:
    """What is said of these kinds and of this borrower, and where to look up what they could not say."""
    known, catalog = rules.library.loans, rules.library.catalog
    kinds = [known.kinds[p.kind] for p in case.pieces]
    yield from (fill(catalog, text, on) for kind in kinds for text in (kind.elsewhere, kind.remark) if text)
    remark = known.applicants[case.applicant].remark if case.applicant in known.applicants else None
    if remark and not any(o.question == "clear" for o in judged.obstacles):
        yield remark
    unsure = [q.check for q in known.questions if dict(case.answers).get(q.key) == loans.UNSURE]
    yield from (rules.phrase("loan_check", how=how) for how in unsure)


def _questions(rules: Rules, case: Case, asked: Sequence[Question], facet: str) -> Iterator[str]:
    rights = loan_case.rights(rules.library.loans, case)
    lines = [q.ask.of(rights) for q in asked]
    if not case.pieces:
        lines = [rules.phrases["loan_ask_kind"]]
    if asks_place(case, facet) and len(lines) < 3:
        lines.append(rules.phrases["loan_ask_place"])
    if lines:
        yield rules.phrases["loan_ask"]
        yield from (f"{n}. {line}" for n, line in enumerate(lines, 1))


def _people(rules: Rules, case: Case, found: Sequence[Reached], full: bool) -> Iterator[str]:
    """The place's own contacts, then the hotlines of the banks; in full also notes, and who registers."""
    place = rules.library.places.get(case.place, "")
    local = [each for each in found if each.serves in ("bank", "park") and each.place and not each.place.endswith("0000")]
    if local and full:
        yield rules.phrase("loan_local", place=place)
        yield from (f"- {_contact(each)}" for each in local)
    elif local:
        yield rules.phrase("loan_local_names", place=place, names="、".join(each.name for each in local))
    elif place and found:
        yield rules.phrase("loan_no_local", place=place)
    banks = [each for each in found if each.serves == "bank" and not each.place]
    if banks:
        named = "、".join(f"{each.name} {each.phone}" for each in banks[: BANKS if full else _NAMED])
        name = "loan_hotlines" if full else "loan_banks"
        yield rules.phrase(name, banks=named, as_of=min(b.as_of for b in banks).isoformat(), checked=_checked(banks))
    if full:
        yield from (f"- {each.name}：{each.phone}" for each in found if each.serves in ("register", "help"))


def _contact(each: Reached) -> str:
    """A contact in a line: number or none, the day of the check and how sure it is."""
    said = [each.phone, each.note, f"{each.as_of.isoformat()} {CHECKED[each.confidence]}"]
    return f"{each.name}：{'；'.join(s for s in said if s)}"


def _checked(found: Sequence[Reached]) -> str:
    return CHECKED[max((each.confidence for each in found), key=DOUBT.__getitem__)]


def _papers(rules: Rules, case: Case, facet: str, on: date) -> Iterator[str]:
    """For papers and steps the catalogue's own answers: of the loan, and of the one register; of two it has an answer of its own."""
    known, items = rules.library.loans, rules.library.catalog.items
    rights = loan_case.rights(known, case)
    register = items.get(known.rights[rights[0]].register_) if len(rights) == 1 else None
    loan, registered = items[known.item].answer(facet, on), register.answer(facet, on) if register else None
    if loan and (facet == "materials" or not registered):
        yield fill(rules.library.catalog, loan.short, on)
    if registered:
        yield fill(rules.library.catalog, registered.short, on)
    elif loan and loan.more and facet == "materials":
        yield fill(rules.library.catalog, loan.more, on)


def _support(rules: Rules, on: date) -> Iterator[str]:
    """What pays firms now, by name; when nothing does, what is over and what holds without paying."""
    now, over = loans.policies(rules.library.loans, on)
    paying = [p.name for p in now if p.pays]
    phone = rules.phone(on)
    yield rules.phrase("loan_support", names="、".join(paying), phone=phone) if paying else rules.phrase("loan_no_support", phone=phone)
    for name, policies in (("loan_support_past", over), ("loan_support_other", [p for p in now if not p.pays])):
        rows = [rules.phrase("loan_support_row", name=p.name, about=p.about) for p in policies]
        if rows:
            yield "\n".join([rules.phrases[name], *rows])


def _more(rules: Rules, case: Case, judged: Judgement, text: str) -> tuple[Choice, ...]:
    """Where the catalogue tells more: of the obstacles, else of papers and of the register."""
    known = rules.library.loans
    rights = loan_case.rights(known, case)
    marks = rights == ("trademark",)
    asked = [(known.support, OVERVIEW)] if asks_support(text) else []
    asked += [((o.item_mark if marks else None) or o.item, OVERVIEW) for o in judged.obstacles if o.item != known.item]
    asked += [(known.rights[r].register_, "steps") for r in known.rights if r in rights]
    buttons = telling.item_buttons(rules, [*dict.fromkeys(asked)][:2])
    return (*buttons, *telling.facet_buttons(rules, known.item, ["materials"]))


def _card(rules: Rules, found: Sequence[Reached]) -> Card:
    lines = tuple(_contact(each) for each in found)
    banks = [each for each in found if each.serves in ("bank", "park") and each.phone][:_NAMED]  # the others are flagged in words
    dead = [(each.id, rules.phrase("contact_dead_label", name=each.name)) for each in banks]
    actions = tuple(Action(label, choice=FLAG + id_) for id_, label in dead)
    return Card("summary", rules.phrases["loan_card"], lines, actions)


def _sources(
    rules: Rules, case: Case, judged: Judgement, found: Sequence[Reached], on: date, text: str
) -> tuple[SourceNote, ...]:  # fmt: skip
    """Documents that reasons, hints and remarks stand on, or the register; then those of the hotlines told."""
    library = rules.library
    kinds = [library.loans.kinds[p.kind] for p in case.pieces if library.loans.kinds[p.kind].sources]
    rights = loan_case.rights(library.loans, case) or tuple(library.loans.rights)
    hints = [hint for hint in library.loans.hints if hint.met.search(text)]
    now, over = loans.policies(library.loans, on)
    support = (*over, *now) if asks_support(text) else ()
    registers = [register for right, register in library.loans.rights.items() if right in rights]
    stands: Sequence[Stated | Policy] = support or [*judged.obstacles, *hints, *kinds] or registers
    stated = [(name, library.loans.as_of.isoformat(), s.confidence) for s in stands for name in s.sources]
    for each in found:
        contact = library.loans.contacts[each.id]
        if each.serves == "bank":
            reading = library.catalog.facts[contact.fact].on(on) if contact.fact else None
            stated += [(name, each.as_of.isoformat(), each.confidence) for name in (reading.source if reading else contact.sources)]
    notes: dict[str, SourceNote] = {}
    for name, day, sure in stated:
        source = loans.source(library.loans, library.catalog, name)
        if source.holds(on):
            notes.setdefault(source.title, SourceNote(source.title, day, sure, source.number, source.url))
    return tuple(notes.values())


def _line(notes: Sequence[SourceNote]) -> str:
    if not notes:
        return ""
    weakest = max((note.confidence for note in notes), key=DOUBT.__getitem__)
    return f"依据：{'；'.join(note.title for note in notes)}，{min(note.as_of for note in notes)} {CHECKED[weakest]}"
