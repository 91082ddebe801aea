"""A guided service in the conversation: starts, asks, takes answers, steps back, is put aside and taken up again. Pure."""

import re
from dataclasses import replace

from bot import choices, flows, sheeting
from bot.flows import Said
from bot.handoff import NewTicket
from bot.model import Card, Choice, Conversation, Flow, Message, Parked, Reply, Turn
from bot.rules import Rules, local
from bot.sheets import card
from intents.meaning import OVERVIEW, Context, Meaning
from knowledge.answers import fill
from knowledge.catalog import FACET_NAMES
from knowledge.guides import Guide, Step

CODE = re.compile(r"\s*([34679AC-HJKMNPQRTU-Y]{4})[-\s]?([34679AC-HJKMNPQRTU-Y]{4})\s*", re.IGNORECASE)
WRONG_CODES = 5  # in one conversation; then a person has to help
_EDIT = re.compile(r"(?:改|修改|更改|重填)(?:一下)?第?\s*(\d{1,2}|[一二三四五六七八九十]+)\s*(?:项|步|条|个|题)")
_DIGITS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}
_TRIM = " ，。！,.!~～\n\t"
FILLS = 2  # steps that a first message must answer for a guide to start by itself
MISSES = 2


def code_in(text: str | None) -> str | None:
    """The code that a message consists of, without its dash; codes have letters and digits both."""
    match = CODE.fullmatch(text or "")
    code = (match.group(1) + match.group(2)).upper() if match else ""
    return code if any(c.isdigit() for c in code) and any(c.isalpha() for c in code) else None


def likely(conversation: Conversation, message: Message, meaning: Meaning, rules: Rules) -> Turn | None:
    """A guide for a question between several items, one of whose guides it already answers in most of what is asked; else None."""
    for choice in meaning.choices:
        turn = begun(conversation, message, replace(meaning, item=choice.item, facets=(choice.facet,)), rules, FILLS + 1)
        if turn:
            return turn
    return None


def begun(conversation: Conversation, message: Message, meaning: Meaning, rules: Rules, fills: int = FILLS) -> Turn | None:
    """The first turn of a guide: when the citizen wants to be led, or already says enough of the case; else None."""
    guide = rules.library.guides.of_item(meaning.item)
    if guide is None:
        return None
    said = _said(message, meaning, rules)
    wanted = _has(rules.library.guides.controls.guide_me, meaning.text)
    plain = not (set(meaning.facets) - {OVERVIEW, "steps"}) and not _has(rules.library.guides.controls.asks, meaning.text)
    flow = flows.begin(guide, said)
    if not wanted and (not plain or len(flow.values) < fills):
        return None
    return _asked(conversation, rules, guide, flow, message, first=True)


def pressed(conversation: Conversation, message: Message, choice: str, rules: Rules, new: NewTicket) -> Turn | None:
    """What a guide's own buttons do; None for any other button."""
    kind, _, rest = choice.partition(":")
    if kind == "f":
        return _control(conversation, message, rest, rules, new)
    if kind != "g":
        return None
    name, _, rest = rest.partition(":")
    step_name, _, value = rest.partition(":")
    guide = rules.library.guides.guides.get(name)
    if guide is None:
        return _stale(conversation, rules)
    if not step_name:
        return _asked(conversation, rules, guide, flows.begin(guide, _nothing(message)), message, first=True)
    flow, step = conversation.topic.flow, guide.step(step_name)
    if step is None or flow is None or flow.guide != guide.id or (flow.step != step_name and step_name not in dict(flow.values)):
        return _stale(conversation, rules, guide)
    return _answer(conversation, message, rules, guide, replace(flow, step=step_name), value, None)


def wants_number(conversation: Conversation, text: str, rules: Rules) -> bool:
    """Whether a bare number answers the step that is asked, so that it does not pick a button."""
    flow = conversation.topic.flow
    guide = rules.library.guides.guides.get(flow.guide) if flow and not flow.paused else None
    step = flows.current(guide, flow) if guide and flow else None
    return step is not None and step.kind != "choice" and text.strip().isdigit()


def said(conversation: Conversation, message: Message, text: str, rules: Rules, new: NewTicket) -> Turn | None:
    """What words do while a guide runs; None when they are not for the guide."""
    flow = conversation.topic.flow
    guide = rules.library.guides.guides.get(flow.guide) if flow else None
    if flow is None or guide is None:
        return None
    control = _control_word(text, rules, flow)
    if control == "go_on" or (control and not flow.paused):
        return _control(conversation, message, control, rules, new)
    if flow.paused:
        return None
    number = _edited(text)
    if number:
        changed = flows.edit(guide, flow, number)
        return _asked(conversation, rules, guide, changed, message) if changed else _repeat(conversation, rules, guide, flow, "flow_no_item")
    step = flows.current(guide, flow)
    if step is None:
        return None
    asks = _has(rules.library.guides.controls.asks, text)
    meaning = rules.read(text, Context(guide.item, "steps") if asks else Context(), local(message.at).date())
    if meaning.decision == "handoff":
        return None
    return _free(conversation, message, rules, guide, flow, step, meaning)


def _free(
    conversation: Conversation, message: Message, rules: Rules, guide: Guide, flow: Flow, step: Step, meaning: Meaning
) -> Turn | None:  # fmt: skip
    """An answer in one's own words, or a question in the middle (None), or neither: say what is wanted."""
    typed = _said(message, meaning, rules)
    found = flows.read(step, typed)
    asks = _has(rules.library.guides.controls.asks, message.text or "")
    if asks and meaning.decision in ("answer", "smalltalk"):
        return None
    if found.value:
        return _answer(conversation, message, rules, guide, flow, found.value, typed)
    if not found.wrong and meaning.decision == "answer":
        return None
    missed = replace(flow, misses=flow.misses + 1)
    return _repeat(conversation, rules, guide, missed, found.wrong or "")


def again(turn: Turn, rules: Rules) -> Turn:
    """A turn that answered something else while a guide runs: its question follows once more; a paused one is offered."""
    flow = turn.conversation.topic.flow
    guide = rules.library.guides.guides.get(flow.guide) if flow else None
    if flow is None or guide is None or turn.decision in ("handoff", "forward", "flow"):
        return turn
    if flow.paused:
        return _with_choice(turn, Choice(choices.FLOW_GO_ON, rules.phrase("flow_go_on", guide=guide.title)))
    reply = _question(rules, guide, flow, rules.phrases["flow_back_to"])
    topic = replace(turn.conversation.topic, offered=reply.choices)
    plain = tuple(replace(r, choices=()) for r in turn.replies)
    return replace(turn, conversation=replace(turn.conversation, topic=topic), replies=(*plain, reply))


def resumed(conversation: Conversation, message: Message, code: str, rules: Rules) -> Turn:
    """A code was typed: the guide put aside under it goes on, and facts that changed meanwhile are named."""
    parked, topic = message.parked, conversation.topic
    guide = rules.library.guides.guides.get(parked.guide) if parked else None
    if topic.wrong_codes >= WRONG_CODES:
        return Turn(conversation, (Reply(rules.phrases["code_locked"], (_human(rules),)),), decision="flow")
    if parked is None or guide is None:
        counted = replace(conversation, topic=replace(topic, wrong_codes=topic.wrong_codes + 1))
        return Turn(counted, (Reply(rules.phrases["code_unknown"], (_human(rules),)),), decision="flow")
    flow = flows.taken_up(guide, parked.values)
    turn = _asked(conversation, rules, guide, flow, message)
    told = rules.phrase("flow_resumed", guide=guide.title)
    changed = sheeting.changed(rules, parked.facts, local(message.at).date())
    news = rules.phrase("flow_changed", changes="\n".join(f"- {line}" for line in changed)) if changed else rules.phrases["flow_unchanged"]
    return replace(turn.with_replies(Reply(told + "\n" + news), *turn.replies), took_up=code)


def _control_word(text: str, rules: Rules, flow: Flow) -> str:
    words, plain = rules.library.guides.controls, text.strip(_TRIM)
    names = ("back", "cancel", "restart", "later", "go_on", "skip", "done")
    found = next((name for name in names if plain in getattr(words, name)), "")
    if (found == "done" and flow.step) or (found == "skip" and not flow.step):
        return ""
    return found


def _control(conversation: Conversation, message: Message, name: str, rules: Rules, new: NewTicket) -> Turn | None:
    flow = conversation.topic.flow
    guide = rules.library.guides.guides.get(flow.guide) if flow else None
    if flow is None or guide is None:
        return _stale(conversation, rules)
    match name:
        case "back":
            before = flows.back(guide, flow)
            return _asked(conversation, rules, guide, before, message) if before else _repeat(conversation, rules, guide, flow, "flow_first")
        case "restart":
            return _asked(conversation, rules, guide, flows.begin(guide, _nothing(message)), message)
        case "go_on":
            return _asked(conversation, rules, guide, replace(flow, paused=False), message)
        case "cancel":
            ended = replace(conversation, topic=replace(conversation.topic, flow=None, offered=(start := (_start(guide),))))
            return Turn(ended, (Reply(rules.phrase("flow_cancelled", guide=guide.title), start),), decision="flow", item=guide.item)
        case "later":
            return _put_aside(conversation, message, guide, flow, rules, new)
        case "skip":
            step = flows.current(guide, flow)
            if step is None or not step.skip:
                return None
            return _answer(conversation, message, rules, guide, flow, flows.SKIPPED, None)
        case "done":
            return _done(conversation, message, guide, flow, rules, new)
    return _stale(conversation, rules)


def _answer(
    conversation: Conversation, message: Message, rules: Rules, guide: Guide, flow: Flow, value: str, typed: Said | None
) -> Turn:  # fmt: skip
    step = flows.current(guide, flow)
    option = step.option(value) if step else None
    if step and step.kind == "choice" and option is None and value != flows.SKIPPED:
        return _stale(conversation, rules, guide)
    if option and option.stop:
        text = "**" + rules.phrases["flow_stop"] + "**\n" + fill(rules.library.catalog, option.stop, local(message.at).date())
        return _shown(conversation, guide, flow, Reply(text, (*_controls(rules, guide, flow), _human(rules))))
    return _asked(conversation, rules, guide, flows.answered(guide, flow, value, typed), message)


def _asked(conversation: Conversation, rules: Rules, guide: Guide, flow: Flow, message: Message, first: bool = False) -> Turn:
    """The next question, or the summary when nothing is left to ask."""
    reply = _question(rules, guide, flow, guide.intro if first else "")
    return _shown(conversation, guide, flow, reply)


def _shown(conversation: Conversation, guide: Guide, flow: Flow, reply: Reply) -> Turn:
    topic = replace(conversation.topic, flow=flow, offered=reply.choices, item=guide.item, facet="steps", misses=0)
    return Turn(replace(conversation, topic=topic), (reply,), decision="flow", item=guide.item, facet="steps", confidence=1.0)


def _repeat(conversation: Conversation, rules: Rules, guide: Guide, flow: Flow, wrong: str) -> Turn:
    """The same question with what is wanted. `wrong`: a phrase; empty: the step's own help."""
    step = flows.current(guide, flow)
    blanks = {"least": str(step.least), "most": str(step.most), "help": step.help} if step else {"least": "", "most": "", "help": ""}
    reason = rules.phrase(wrong, **blanks) if wrong else step.help if step else rules.phrases["flow_no_item"]
    reply = _question(rules, guide, flow, reason)
    if flow.misses >= MISSES:
        reply = replace(reply, choices=(*reply.choices, _human(rules)))
    return _shown(conversation, guide, flow, reply)


def _question(rules: Rules, guide: Guide, flow: Flow, before: str = "") -> Reply:
    step = flows.current(guide, flow)
    lead = before + "\n" if before else ""
    if step is None:
        return _summary(rules, guide, flow, lead)
    values = dict(flow.values)
    every = flows.steps(guide, values)
    place = rules.phrase("flow_step", number=str(every.index(step) + 1), count=str(len(every))) if step in every else ""
    options = tuple(Choice(f"g:{guide.id}:{step.id}:{option.id}", option.label) for option in step.options)
    hint = "" if step.options else "\n" + step.help
    suggested = sheeting.suggested(rules, guide, step, values)
    offered = (Choice(f"g:{guide.id}:{step.id}:{suggested}", flows.shown(step, suggested)),) if suggested else ()
    return Reply(f"{lead}**{step.ask}**{place}{hint}", (*options, *offered, *_controls(rules, guide, flow)))


def _summary(rules: Rules, guide: Guide, flow: Flow, lead: str) -> Reply:
    lines = tuple(f"{n}. {step.name}：{value}" for n, (step, value) in enumerate(flows.shown_answers(guide, flow), 1))
    text = lead + rules.phrases["flow_check"] + "\n" + "\n".join(lines)
    done = Choice(choices.FLOW_DONE, rules.phrases["flow_done"])
    return Reply(text, (done, *_controls(rules, guide, flow)), (Card("summary", guide.title, lines),))


def _controls(rules: Rules, guide: Guide, flow: Flow) -> tuple[Choice, ...]:
    step = flows.current(guide, flow)
    skip = (Choice(choices.FLOW_SKIP, rules.phrases["flow_skip"]),) if step and step.skip else ()
    back = (Choice(choices.FLOW_BACK, rules.phrases["flow_back"]),) if flows.back(guide, flow) else ()
    later = (Choice(choices.FLOW_LATER, rules.phrases["flow_later"]),) if flow.values else ()
    return (*skip, *back, *later, Choice(choices.FLOW_CANCEL, rules.phrases["flow_cancel"]))


def _put_aside(conversation: Conversation, message: Message, guide: Guide, flow: Flow, rules: Rules, new: NewTicket) -> Turn:
    facts = sheeting.shown_facts(rules, guide, local(message.at).date())
    parked = Parked(guide.id, flow.values, facts)
    spoken = f"{new.code[:4]}-{new.code[4:]}"
    ended = replace(conversation, topic=replace(conversation.topic, flow=None, offered=()))
    reply = Reply(rules.phrase("flow_parked", code=spoken, days=str(choices.PARKED_DAYS)))
    return Turn(ended, (reply,), decision="flow", item=guide.item, facet="steps", park=(new.code, parked))


def _done(conversation: Conversation, message: Message, guide: Guide, flow: Flow, rules: Rules, new: NewTicket) -> Turn:
    if flow.step:
        return _asked(conversation, rules, guide, flow, message)
    sheet = sheeting.sheet(rules, guide, flow, message.at)
    answers = rules.library.catalog.items[guide.item].answers
    buttons = tuple(Choice(choices.item_choice(guide.item, f), FACET_NAMES[f]) for f in ("materials", "duration", "effect") if f in answers)
    reply = sheeting.reply(rules, sheet, guide, (*buttons, _start(guide)))
    topic = replace(conversation.topic, flow=None, offered=reply.choices, item=guide.item, facet="steps")
    ended = replace(conversation, topic=topic)
    turn = Turn(ended, (reply,), decision="answer", item=guide.item, facet="steps", confidence=1.0)
    return card.with_sheet(turn, sheet, rules, new.token, message.at)


def _said(message: Message, meaning: Meaning, rules: Rules) -> Said:
    return Said(meaning.text, meaning.slots, rules.quantities(meaning.text), local(message.at).date())


def _nothing(message: Message) -> Said:
    return Said("", {}, {}, local(message.at).date())


def _edited(text: str) -> int:
    match = _EDIT.search(text)
    if match is None:
        return 0
    number = match.group(1)
    return int(number) if number.isdigit() else _DIGITS.get(number, 0)


def _has(words: tuple[str, ...], text: str) -> bool:
    return any(word in text for word in words)


def _start(guide: Guide) -> Choice:
    return Choice(choices.guide_choice(guide.id), guide.button)


def _stale(conversation: Conversation, rules: Rules, guide: Guide | None = None) -> Turn:
    buttons = (_start(guide),) if guide else ()
    return Turn(conversation, (Reply(rules.phrases["stale_choice"], buttons),), decision="clarify")


def _with_choice(turn: Turn, choice: Choice) -> Turn:
    if not turn.replies:
        return turn
    *earlier, last = turn.replies
    shown = replace(last, choices=(*last.choices, choice))
    topic = replace(turn.conversation.topic, offered=shown.choices)
    return replace(turn, conversation=replace(turn.conversation, topic=topic), replies=(*earlier, shown))


def _human(rules: Rules) -> Choice:
    return Choice(choices.HUMAN, rules.phrases["human"])
