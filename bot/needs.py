"""What a finished guide leaves with people: the ticket of a need that was agreed to, and the button to register a loan's case. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from bot import flows, handoff, lending, loan_sheet, matching, progress
from bot.handoff import NewTicket
from bot.model import Card, Choice, Conversation, Flow, Message, OpenTicket, Reply, Turn
from bot.rules import Rules
from knowledge import loan_case
from knowledge.guides import Filing, Guide, applies, known


def may_file(conversation: Conversation, rules: Rules) -> bool:
    """Whether the next message may end a guide that files something: then the desk looks up what was filed before."""
    flow = conversation.topic.flow
    guide = rules.library.guides.guides.get(flow.guide) if flow else None
    return flow is not None and guide is not None and guide.ticket is not None and not flow.step


def buttons(rules: Rules, guide: Guide, flow: Flow) -> tuple[Choice, ...]:
    """For a loan's guide: to register the need with the case that was made up."""
    if not any(part.compute == "loan" for part in guide.parts):
        return ()
    case = loan_sheet.case(rules, guide, known(guide, dict(flow.values)))
    packed = loan_case.packed(rules.library.loans, case)
    return (Choice(f"{lending.NEED}:{packed}", rules.phrases["loan_need_label"]),)


def filed(turn: Turn, message: Message, rules: Rules, guide: Guide, flow: Flow, new: NewTicket) -> Turn:
    """The turn that ends a guide, with the ticket that its answers agree to; the same need again opens nothing new."""
    values = known(guide, dict(flow.values))
    if guide.ticket is None or not applies(guide.ticket.when, values):
        return turn
    fields = _fields(rules, guide, guide.ticket, flow)
    before = next((f for f in message.filed if f.kind == guide.ticket.kind and f.state != "closed" and dict(f.fields) == fields), None)
    if before:
        return turn.with_replies(Reply(rules.phrase("need_again", ticket=before.number)), *turn.replies)
    kind, version = guide.ticket.kind, rules.phrases[f"{guide.ticket.kind}_consent_version"]
    told = rules.phrase(f"{kind}_filed", ticket=new.number, hours=rules.hours_line(), matches=_possible(rules, fields))
    card = Card("ticket", rules.phrase("ticket_title", ticket=new.number))
    ticket = OpenTicket(new.id, new.number, kind, "need", fields, version, fields.get("place_code"))
    opened = handoff.agreed(replace(turn, ticket=ticket, why="need"), kind, guide.item)
    return _with_state(opened.with_replies(Reply(told, (), (card,)), *turn.replies), rules)


def _with_state(turn: Turn, rules: Rules) -> Turn:
    """The turn with a button that tells later how far the ticket is."""
    *earlier, last = turn.replies
    offered = (Choice(progress.ASK, rules.phrases["progress_label"]), *last.choices)
    topic = replace(turn.conversation.topic, offered=offered)
    return replace(turn.with_replies(*earlier, replace(last, choices=offered)), conversation=replace(turn.conversation, topic=topic))


def _possible(rules: Rules, fields: Mapping[str, str]) -> str:
    """How many patents may fit: never which, before staff have looked."""
    if not rules.library.patents:
        return rules.phrases["tech_need_no_list"]
    count = len(matching.patents_for(rules, fields))
    return rules.phrase("tech_need_matches", count=str(count)) if count else rules.phrases["tech_need_no_match"]


def _fields(rules: Rules, guide: Guide, filing: Filing, flow: Flow) -> dict[str, str]:
    """The structured fields of the ticket: every answer as shown, how to reach the citizen in full, and the codes behind names."""
    fields = {"item": guide.item}
    for step in flows.steps(guide, dict(flow.values)):
        value = dict(flow.values).get(step.id, flows.SKIPPED)
        if value == flows.SKIPPED or step.id == filing.consent:
            continue
        fields[step.id] = value if step.kind == "contact" else flows.shown(step, value)
        if step.kind == "place":
            fields["place_code"] = next((code for code, name in rules.library.places.items() if name == value), "")
        if step.kind == "amount":
            fields[f"{step.id}_cny"] = value
    return {name: value for name, value in fields.items() if value}
