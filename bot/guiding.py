"""A guided service in the conversation: starts, asks, takes answers, steps back, is put aside and taken up again. Pure."""

import re
from dataclasses import replace
from datetime import date

from bot import choices, ending, flows, posing, sheeting, standing
from bot.flows import Said
from bot.handoff import NewTicket
from bot.model import Choice, Conversation, Flow, Message, Reply, Topic, Turn
from bot.rules import Rules, local
from intents.meaning import OVERVIEW, Context, Meaning
from intents.normalise import visible
from knowledge.answers import fill
from knowledge.guides import Guide, Step

CODE = re.compile(r"\s*([34679AC-HJKMNPQRTU-Y]{4})[-\s]?([34679AC-HJKMNPQRTU-Y]{4})\s*", re.IGNORECASE)
WRONG_CODES = 5  # in one conversation; then a person has to help
_EDIT = re.compile(r"(?:改|修改|更改|重填)(?:一下)?第?\s*(\d{1,2}|[一二三四五六七八九十]+)\s*(?:项|步|条|个|题)")
_TRIM = " ，。！,.!~～\n\t"
FILLS = 2  # slots of steps that a first message must have for a guide to start by itself
MISSES = 2
SURE = 0.5  # that somebody asks for a person: then it is no answer
SHORT = 12  # characters: a longer description that also speaks of people is still the description


def code_in(text: str | None) -> str | None:
    """The code that a message consists of, without its dash; codes have letters and digits both."""
    match = CODE.fullmatch(text or "")
    code = (match.group(1) + match.group(2)).upper() if match else ""
    return code if any(c.isdigit() for c in code) and any(c.isalpha() for c in code) else None


def picked(topic: Topic, text: str, rules: Rules) -> Choice | None:
    """The choice that is typed back; a bare figure is none while a guide asks for a number, a class or words."""
    flow = topic.flow
    guide = rules.library.guides.guides.get(flow.guide) if flow and not flow.paused else None
    step = flows.current(guide, flow) if guide and flow else None
    return choices.picked(topic, text, numbers=step is None or step.kind == "choice")


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
    wanted = _has((*rules.library.guides.controls.guide_me, *guide.words), meaning.text)
    plain = not (set(meaning.facets) - {OVERVIEW, "steps"}) and not _has(rules.library.guides.controls.asks, meaning.text)
    flow = flows.begin(guide, said)
    answered = {step.slot for step in guide.steps if step.id in dict(flow.values)}  # one word may answer two steps: it says no more for that
    if not wanted and (guide.asked_only or not plain or len(answered) < fills):
        return None
    return _asked(conversation, rules, guide, flow, first=True)


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
        return _asked(conversation, rules, guide, flows.begin(guide, _nothing(message)), first=True)
    flow, step = conversation.topic.flow, guide.step(step_name)
    if step is None or flow is None or flow.guide != guide.id or (flow.step != step_name and step_name not in dict(flow.values)):
        return _stale(conversation, rules, guide)
    return _answer(conversation, message, rules, guide, replace(flow, step=step_name), value, None)


def said(conversation: Conversation, message: Message, text: str, rules: Rules, new: NewTicket) -> Turn | None:
    """What words do while a guide runs; None when they are not for the guide."""
    flow = conversation.topic.flow
    guide = rules.library.guides.guides.get(flow.guide) if flow else None
    if flow is None or guide is None:
        return None
    step = None if flow.paused else flows.current(guide, flow)
    option = flows.named(step, text.strip(_TRIM)) if step else None
    if option:
        return _answer(conversation, message, rules, guide, flow, option.id, None)
    control = _control_word(text, rules, flow)
    if control == "skip" and step and not step.skip:
        return _repeat(conversation, rules, guide, replace(flow, misses=flow.misses + 1), "")
    if control == "go_on" or (control and not flow.paused):
        return _control(conversation, message, control, rules, new)
    if flow.paused:
        return None
    number = _edited(text)
    if number:
        changed = flows.edit(guide, flow, number)
        return _asked(conversation, rules, guide, changed) if changed else _repeat(conversation, rules, guide, flow, "flow_no_item")
    if step is None:
        return None
    asks = _has(rules.library.guides.controls.asks, text)
    meaning = rules.read(text, Context(guide.item, "steps") if asks else Context(), local(message.at).date())
    if meaning.decision == "handoff" and meaning.confidence >= SURE and not (step.open and len(text) > SHORT):
        return None
    return _free(conversation, message, rules, guide, flow, step, meaning)


def _free(
    conversation: Conversation, message: Message, rules: Rules, guide: Guide, flow: Flow, step: Step, meaning: Meaning
) -> Turn | None:  # fmt: skip
    """An answer in one's own words, or a question in the middle (None), or neither: say what is wanted."""
    typed = _said(message, meaning, rules)
    found = flows.read(step, typed)
    asks = not step.open and _has(rules.library.guides.controls.asks, message.text or "")
    if asks and meaning.decision in ("answer", "smalltalk"):
        return None
    if found.value:
        return _answer(conversation, message, rules, guide, flow, found.value, typed)
    ahead = flows.ahead(guide, flow, typed)
    if ahead is not None:
        return _shown(conversation, guide, ahead, posing.question(rules, guide, ahead, typed.today, rules.phrases["flow_noted"]))
    if not found.wrong and meaning.decision == "answer":
        return None
    missed = replace(flow, misses=flow.misses + 1 if meaning.decision != "handoff" else MISSES)
    return _repeat(conversation, rules, guide, missed, found.wrong or "")


def again(turn: Turn, rules: Rules) -> Turn:
    """A turn that answered something else while a guide runs: its question follows once more; a paused one is offered."""
    flow = turn.conversation.topic.flow
    guide = rules.library.guides.guides.get(flow.guide) if flow else None
    if flow is None or guide is None or turn.decision in ("handoff", "forward", "flow"):
        return turn
    if flow.paused:
        return _with_choice(turn, Choice(choices.FLOW_GO_ON, rules.phrase("flow_go_on", guide=guide.title)))
    reply = posing.question(rules, guide, flow, _day(turn.conversation), rules.phrases["flow_back_to"])
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
    turn = _asked(conversation, rules, guide, flow)
    told = rules.phrase("flow_resumed", guide=guide.title)
    changed = sheeting.changed(rules, parked.facts, local(message.at).date())
    news = rules.phrase("flow_changed", changes="\n".join(f"- {line}" for line in changed)) if changed else rules.phrases["flow_unchanged"]
    return replace(turn.with_replies(Reply(told + "\n" + news), *turn.replies), took_up=code)


def _control_word(text: str, rules: Rules, flow: Flow) -> str:
    """What a message steers, if that is all it says; there is nothing to be left out at the summary."""
    words, plain = rules.library.guides.controls, text.strip(_TRIM)
    names = ("back", "cancel", "restart", "later", "go_on", "skip", "done")
    found = next((name for name in names if plain in getattr(words, name)), "")
    return "" if found == "skip" and not flow.step else found


def _control(conversation: Conversation, message: Message, name: str, rules: Rules, new: NewTicket) -> Turn | None:
    flow = conversation.topic.flow
    guide = rules.library.guides.guides.get(flow.guide) if flow else None
    if flow is None or guide is None:
        return _stale(conversation, rules)
    match name:
        case "back":
            before = flows.back(guide, flow)
            return _asked(conversation, rules, guide, before) if before else _repeat(conversation, rules, guide, flow, "flow_first")
        case "restart":
            return _asked(conversation, rules, guide, flows.begin(guide, _nothing(message)))
        case "go_on":
            return _asked(conversation, rules, guide, replace(flow, paused=False))
        case "cancel":
            ended = replace(conversation, topic=replace(conversation.topic, flow=None, offered=(start := (ending.start(guide),))))
            return Turn(ended, (Reply(rules.phrase("flow_cancelled", guide=guide.title), start),), decision="flow", item=guide.item)
        case "later":
            return ending.put_aside(conversation, message, guide, flow, rules, new)
        case "skip":
            step = flows.current(guide, flow)
            if step is None or not step.skip:
                return None
            return _answer(conversation, message, rules, guide, flow, flows.SKIPPED, None)
        case "done":
            if flow.step:
                return _asked(conversation, rules, guide, flow)
            stop = _stopped(conversation, rules, guide, flow, local(message.at).date())
            return stop or ending.finished(conversation, message, guide, flow, rules, new)
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
        return _shown(conversation, guide, flow, Reply(text, (*posing.controls(rules, guide, flow), _human(rules))))
    after = flows.answered(guide, flow, value, typed)
    on = local(message.at).date()
    led_to = standing.led_to(rules, guide, flow, after, on)
    return _stopped(conversation, rules, guide, after, on) or _asked(conversation, rules, guide, after, told=led_to)


def _stopped(conversation: Conversation, rules: Rules, guide: Guide, flow: Flow, on: date) -> Turn | None:
    """Why the guide cannot go on with a date, which is asked again; None when it can."""
    found = standing.stopped(rules, guide, dict(flow.values), on)
    if found is None:
        return None
    step, why = found
    at = replace(flow, step=step.id)
    text = "**" + rules.phrases["flow_stop"] + "**\n" + why
    return _shown(conversation, guide, at, Reply(text, (*posing.controls(rules, guide, at), _human(rules))))


def _asked(conversation: Conversation, rules: Rules, guide: Guide, flow: Flow, first: bool = False, told: str = "") -> Turn:
    """The next question, or the summary when nothing is left to ask. `told`: what the last answer led to."""
    on = _day(conversation)
    words = fill(rules.library.catalog, guide.intro, on) if first else told
    reply = posing.question(rules, guide, flow, on, words)
    return _shown(conversation, guide, flow, reply)


def _shown(conversation: Conversation, guide: Guide, flow: Flow, reply: Reply) -> Turn:
    topic = replace(conversation.topic, flow=flow, offered=reply.choices, item=guide.item, facet="steps", misses=0)
    return Turn(replace(conversation, topic=topic), (reply,), decision="flow", item=guide.item, facet="steps", confidence=1.0)


def _repeat(conversation: Conversation, rules: Rules, guide: Guide, flow: Flow, wrong: str) -> Turn:
    """The same question with what is wanted. `wrong`: a phrase; empty: the step's own help."""
    step = flows.current(guide, flow)
    on = _day(conversation)
    help_ = fill(rules.library.catalog, step.help, on) if step else rules.phrases["flow_no_item"]
    blanks = {"least": str(step.least), "most": str(step.most), "longest": str(step.longest), "help": help_} if step else {}
    reason = rules.phrase(wrong, **blanks) if wrong else help_
    reply = posing.question(rules, guide, flow, on, reason)
    if flow.misses >= MISSES:
        reply = replace(reply, choices=(*reply.choices, _human(rules)))
    return _shown(conversation, guide, flow, reply)


def _said(message: Message, meaning: Meaning, rules: Rules) -> Said:
    words = visible(message.text or "").strip()
    return Said(meaning.text, meaning.slots, rules.quantities(meaning.text), local(message.at).date(), words)


def _day(conversation: Conversation) -> date:
    """The local day of the message under way."""
    return local(conversation.topic.at).date()


def _nothing(message: Message) -> Said:
    return Said("", {}, {}, local(message.at).date())


def _edited(text: str) -> int:
    match = _EDIT.search(text)
    if match is None:
        return 0
    number = match.group(1)
    return int(number) if number.isdigit() else choices.ORDINALS.get(number, 0)


def _has(words: tuple[str, ...], text: str) -> bool:
    return any(word in text for word in words)


def _stale(conversation: Conversation, rules: Rules, guide: Guide | None = None) -> Turn:
    buttons = (ending.start(guide),) if guide else ()
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
