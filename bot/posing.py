"""How a guide's question reads: what is asked, the buttons that answer it, and the summary at the end. Pure."""

from datetime import date

from bot import choices, flows, sheeting
from bot.model import Card, Choice, Flow, Reply
from bot.rules import Rules
from knowledge.answers import fill
from knowledge.guides import Guide, Step


def question(rules: Rules, guide: Guide, flow: Flow, on: date, before: str = "") -> Reply:
    """The step asked now, or the summary when nothing is left to ask. `before`: words that come first."""
    step = flows.current(guide, flow)
    lead = before + "\n" if before else ""
    if step is None:
        return _summary(rules, guide, flow, lead)
    values = dict(flow.values)
    every = flows.steps(guide, values)
    place = rules.phrase("flow_step", number=str(every.index(step) + 1), count=str(len(every))) if step in every else ""
    options = tuple(Choice(f"g:{guide.id}:{step.id}:{option.id}", option.label) for option in step.options)
    asked = fill(rules.library.catalog, f"**{step.ask}**{place}" + ("" if step.options else "\n" + step.help), on)
    suggested = sheeting.suggested(rules, guide, step, values)
    offered = (Choice(f"g:{guide.id}:{step.id}:{suggested}", flows.shown(step, suggested)),) if suggested else ()
    return Reply(lead + _consent(rules, guide, step) + asked, (*options, *offered, *controls(rules, guide, flow)))


def _consent(rules: Rules, guide: Guide, step: Step) -> str:
    """Before somebody agrees that work is filed: what is handed on, to whom, and how to take it back."""
    if guide.ticket is None or guide.ticket.consent != step.id:
        return ""
    kind = guide.ticket.kind
    return rules.phrase(f"{kind}_consent", version=rules.phrases[f"{kind}_consent_version"]) + "\n"


def _summary(rules: Rules, guide: Guide, flow: Flow, lead: str) -> Reply:
    lines = tuple(f"{n}. {step.name}：{value}" for n, (step, value) in enumerate(flows.shown_answers(guide, flow), 1))
    text = lead + rules.phrases["flow_check"] + "\n" + "\n".join(lines)
    done = Choice(choices.FLOW_DONE, rules.phrases["flow_done"])
    return Reply(text, (done, *controls(rules, guide, flow)), (Card("summary", guide.title, lines),))


def controls(rules: Rules, guide: Guide, flow: Flow) -> tuple[Choice, ...]:
    """What steers a guide where it stands."""
    step = flows.current(guide, flow)
    skip = (Choice(choices.FLOW_SKIP, rules.phrases["flow_skip"]),) if step and step.skip else ()
    back = (Choice(choices.FLOW_BACK, rules.phrases["flow_back"]),) if flows.back(guide, flow) else ()
    later = (Choice(choices.FLOW_LATER, rules.phrases["flow_later"]),) if flow.values else ()
    return (*skip, *back, *later, Choice(choices.FLOW_CANCEL, rules.phrases["flow_cancel"]))
