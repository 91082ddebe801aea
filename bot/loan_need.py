"""To register a need for a loan: what is handed on is shown first, and only the consent opens the ticket. Pure."""

from bot import handoff, lending, loan_talk, progress
from bot.handoff import NewTicket
from bot.model import Card, Choice, Conversation, Message, Reply, TicketKind, Turn
from bot.rules import Rules
from knowledge import loan_case
from knowledge.loan_case import Case
from knowledge.loans import FINE

KIND: TicketKind = "loan_need"
YES, NO = f"{lending.NEED}:yes", f"{lending.NEED}:no"


def chosen(conversation: Conversation, message: Message, choice: str, rules: Rules, new: NewTicket) -> Turn | None:
    """The turn of a button about the need; None for any other id."""
    if choice != lending.NEED and not choice.startswith(lending.NEED + ":"):
        return None
    if choice == NO:
        return Turn(conversation, (Reply(rules.phrases["loan_need_kept"]),), decision="answer")
    agreed = choice == YES or choice.startswith(YES + ":")
    case = loan_case.unpacked(rules.library.loans, choice.removeprefix(YES if agreed else lending.NEED).removeprefix(":"))
    if case is None or not case.pieces:
        return _asked_first(conversation, rules)
    return _filed(conversation, message, case, rules, new) if agreed else _consent(conversation, case, rules)


def _asked_first(conversation: Conversation, rules: Rules) -> Turn:
    return Turn(conversation, (Reply(rules.phrases["loan_need_empty"]),), decision="clarify", item=rules.library.loans.item)


def _consent(conversation: Conversation, case: Case, rules: Rules) -> Turn:
    """What is handed on and to whom, before anything is."""
    packed = loan_case.packed(rules.library.loans, case)
    buttons = (Choice(f"{YES}:{packed}", rules.phrases["loan_need_yes"]), Choice(NO, rules.phrases["loan_need_no"]))
    said = "、".join(value for _, value in _told(rules, case))
    text = rules.phrase("loan_need_consent", said=said, version=rules.phrases["loan_need_consent_version"])
    return handoff.offered(conversation, Reply(text, buttons), rules.library.loans.item)


def _filed(conversation: Conversation, message: Message, case: Case, rules: Rules, new: NewTicket) -> Turn:
    """The ticket; pressed again for the same need it opens nothing new."""
    fields = _fields(rules, case)
    state = Choice(progress.ASK, rules.phrases["progress_label"])
    same = next((f for f in message.filed if f.kind == KIND and f.state != "closed" and dict(f.fields) == fields), None)
    if same:
        return handoff.offered(conversation, Reply(rules.phrase("need_again", ticket=same.number), (state,)), rules.library.loans.item)
    text = rules.phrase("loan_need_filed", ticket=new.number, hours=rules.hours_line())
    lines = tuple(value for _, value in _told(rules, case))
    reply = Reply(text, (state,), (Card("ticket", rules.phrase("ticket_title", ticket=new.number), lines),))
    version = rules.phrases["loan_need_consent_version"]
    turn = handoff.file_ticket(conversation, new, "need", KIND, fields, reply, version, case.place or None)
    return handoff.agreed(turn, KIND, rules.library.loans.item)


def _told(rules: Rules, case: Case) -> list[tuple[str, str]]:
    """What a citizen said of the case, as it is shown to them and to staff."""
    known = rules.library
    return [
        (key, value)
        for key, value in (
            ("rights", loan_talk.what(rules, case)),
            ("amount", loan_talk.yuan(case.amount) if case.amount else ""),
            ("place", known.places.get(case.place, "")),
            ("applicant", case.applicant),
        )
        if value
    ]


def _fields(rules: Rules, case: Case) -> dict[str, str]:
    """The structured fields of the ticket: the case, how it was judged, and what stands in the way."""
    loans = rules.library.loans
    judged = loan_case.judged(loans, case)
    fields = {"item": loans.item, **dict(_told(rules, case)), "verdict": loans.verdicts[judged.verdict]}
    if case.amount:
        fields["amount_cny"] = str(case.amount)
    if case.place:
        fields["place_code"] = case.place
    if judged.obstacles:
        fields["todo"] = "；".join(o.todo for o in judged.obstacles)
    well = [q.fine_label for q in loans.questions if dict(case.answers).get(q.key) == FINE]
    return fields | ({"said": "、".join(well)} if well else {})
