"""What to say to one message: answer, ask again, point to another door, or call a person. Pure."""

from dataclasses import replace
from datetime import date

from bot import (
    choices,
    classing,
    flagging,
    guiding,
    handoff,
    lateness,
    lending,
    locating,
    needs,
    pressing,
    progress,
    rating,
    records,
    serving,
    telling,
)
from bot.computing import Computed
from bot.handoff import NewTicket
from bot.model import Choice, Conversation, Message, Owner, Point, Reply, Topic, Turn
from bot.rules import TEXT_LIMIT, Rules, local
from bot.sheets import due
from intents.meaning import FACET_ONLY, HUMAN, OVERVIEW, Context, Meaning
from intents.normalise import has_words, visible
from intents.several import questions
from knowledge.answers import fill
from knowledge.catalog import FACET_NAMES
from knowledge.odd_days import odd_day

FORGET_MS = 30 * 60 * 1000
MISSES = 2


def decide(conversation: Conversation, message: Message, rules: Rules, new: NewTicket) -> Turn:
    """Everything this message causes. The order of the rungs is the policy."""
    reopened = conversation.owner is Owner.CLOSED
    conversation = _remembered(handoff.with_bot(conversation) if reopened else conversation, message)
    text = visible(message.text).strip() if message.text is not None else None
    turn = (
        records.asked(conversation, message, text, rules)
        or _danger(conversation, message, text, rules, new)
        or _owned(conversation, message, text, rules, new)
        or _bot(conversation, message, text, rules, new)
    )
    if reopened and turn.decision not in (rating.DECISION, "forward"):
        turn = turn.with_replies(Reply(rules.phrases["closed_back"]), *turn.replies)
    return _stamped(guiding.again(due.with_calendar(turn, rules, new.token, message.at), rules), message, rules)


def wants_tickets(conversation: Conversation, message: Message, rules: Rules) -> bool:
    """Whether the desk must look the conversation's tickets up before this message is decided."""
    if conversation.owner is not Owner.BOT:
        return False
    if needs.may_file(conversation, rules):
        return True
    text = visible(message.text).strip() if message.text is not None else ""
    picked = guiding.picked(conversation.topic, text, rules) if text else None
    choice = message.choice or (picked.id if picked else flagging.said(rules, text))
    return pressing.wants_tickets(choice) if choice else progress.asked(text)


def _bot(conversation: Conversation, message: Message, text: str | None, rules: Rules, new: NewTicket) -> Turn:
    if message.silent:
        return Turn(conversation, decision="forward")
    if message.late:
        return lateness.apologised(conversation, message, text, rules, new)
    turn = _answer(conversation, message, text, rules, new)
    if message.files and text is not None:
        turn = turn.with_replies(Reply(rules.phrases["attachment_beside"]), *turn.replies)
    return turn


def _answer(conversation: Conversation, message: Message, text: str | None, rules: Rules, new: NewTicket) -> Turn:
    if message.choice is not None:
        return _chosen(conversation, message, message.choice, rules, new)
    if message.location is not None:
        return _located(conversation, message, message.location, rules)
    if message.attachment:
        return _offered(conversation, rules.phrases["attachment"], _human(rules))
    if text is None or not has_words(text):
        return Turn(conversation, (Reply(rules.phrases["empty"]),), decision="clarify")
    if len(text) > TEXT_LIMIT:
        said = rules.phrase("too_long", length=str(len(text)), limit=str(TEXT_LIMIT))
        return Turn(conversation, (Reply(said),), decision="clarify")
    code = guiding.code_in(text)
    if code:
        return guiding.resumed(conversation, message, code, rules)
    picked = guiding.picked(conversation.topic, text, rules)
    choice = picked.id if picked else flagging.said(rules, text)
    if choice is not None:
        return _chosen(conversation, message, choice, rules, new)
    led = guiding.said(conversation, message, text, rules, new) or progress.told(conversation, message, text, rules)
    return led or _said(conversation, message, text, rules, new)


def _said(conversation: Conversation, message: Message, text: str, rules: Rules, new: NewTicket) -> Turn:
    topic = conversation.topic
    today = local(message.at).date()
    meaning = rules.read(text, Context(topic.item, topic.facet, topic.earlier), today)
    case = lending.continued(rules, topic, meaning, today)
    if case is not None:
        return _computed(conversation, rules, case, today)
    meaning = locating.place_only(rules, meaning, topic.item) or meaning
    classed = classing.certain(rules, meaning)
    if classed is not None:
        return _measured(_computed(conversation, rules, classed[1], today), classed[0])
    unsure = _guessed(conversation, message, meaning, rules, today) if meaning.decision in ("reject", "clarify") else None
    if unsure is not None:
        return unsure
    several = _several(conversation, message, text, meaning, rules)
    if several is not None:
        return several
    if meaning.decision == "reject":
        return _rejected(conversation, meaning, rules, today)
    if meaning.decision == "handoff":
        return _measured(handoff.open_ticket(conversation, rules, message.at, new, "asked"), meaning)
    if meaning.decision == "smalltalk":
        return _measured(_smalltalk(conversation, meaning, rules, today), meaning)
    if meaning.decision == "clarify":
        return _measured(_clarified(conversation, message, meaning, rules, new), meaning)
    return _measured(_answered(conversation, message, meaning, rules), meaning)


def _several(conversation: Conversation, message: Message, text: str, meaning: Meaning, rules: Rules) -> Turn | None:
    """Two or three questions about different items in one message, each understood for sure: each is answered. Else None."""
    parts = questions(text) if meaning.decision in ("answer", "clarify") else ()
    if len(parts) < 2:
        return None
    today = local(message.at).date()
    sure = [m for m in (rules.read(part, Context(), today) for part in parts) if m.decision == "answer"]
    first = {m.item: m for m in reversed(sure)}
    if len(first) < 2:
        return None
    turns = [(m, _answered(conversation, message, m, rules)) for m in sure if first[m.item] is m]
    replies = _buttons_last([reply for _, turn in turns for reply in turn.replies])
    main = next((pair for pair in turns if pair[0].item == meaning.item), turns[0])
    topic = replace(turns[-1][1].conversation.topic, flow=conversation.topic.flow, offered=replies[-1].choices)
    return _measured(replace(main[1], conversation=replace(conversation, topic=topic), replies=replies), main[0])


def _guessed(conversation: Conversation, message: Message, meaning: Meaning, rules: Rules, today: date) -> Turn | None:
    """What needs no asking back, though it was not understood for sure: a guide or a service has enough to go on."""
    led = guiding.likely(conversation, message, meaning, rules) if meaning.decision == "clarify" else None
    if led:
        return led
    sure = serving.certain(rules, meaning, day_asked(meaning, today), today)
    return _measured(_computed(conversation, rules, sure[1], today), sure[0]) if sure else None


def _remembered(conversation: Conversation, message: Message) -> Conversation:
    """After half an hour of silence the bot starts afresh: an old topic must not colour a new question."""
    topic = conversation.topic
    if conversation.owner is Owner.BOT and topic.at and message.at - topic.at > FORGET_MS:
        paused = replace(topic.flow, paused=True) if topic.flow else None  # what was filled in is kept; it must be asked for
        topic = Topic(noticed=topic.noticed, flow=paused)
    fresh = replace(topic, at=message.at)
    return replace(conversation, topic=fresh)


def _danger(conversation: Conversation, message: Message, text: str | None, rules: Rules, new: NewTicket) -> Turn | None:
    """Danger to life: the emergency numbers first, then a person."""
    door = rules.danger(text) if text and conversation.owner is not Owner.STAFF else None
    if door is None:
        return None
    first = Reply(fill(rules.library.catalog, door.say, local(message.at).date()))
    if conversation.owner is Owner.QUEUE:
        return Turn(conversation, (first,), decision="handoff", why="danger")
    return handoff.open_ticket(conversation, rules, message.at, new, "danger", before=(first,))


def _owned(conversation: Conversation, message: Message, text: str | None, rules: Rules, new: NewTicket) -> Turn | None:
    """Waiting for a person or talking to one: words are kept; only taking it back and asking again are answered, and only while waiting."""
    if conversation.owner is Owner.BOT:
        return None
    if conversation.owner is Owner.QUEUE:
        picked = choices.picked(conversation.topic, text) if text else None
        choice = picked.id if picked else message.choice
        if choice == choices.CANCEL_HUMAN or text == rules.phrases["cancel_human"]:
            return handoff.cancel(conversation, rules)
        if choice == choices.HUMAN or (text and rules.read(text, Context(), local(message.at).date()).decision == "handoff"):
            return handoff.open_ticket(conversation, rules, message.at, new, "asked")
    return handoff.forward(conversation)


def _chosen(conversation: Conversation, message: Message, choice: str, rules: Rules, new: NewTicket) -> Turn:
    if choice == choices.HUMAN:
        return handoff.open_ticket(conversation, rules, message.at, new, "asked")
    if choice == choices.NOT_THESE:
        return handoff.open_ticket(conversation, rules, message.at, new, "none_of_these")
    led = guiding.pressed(conversation, message, choice, rules, new)
    if led is not None:
        return led
    today = local(message.at).date()
    own = pressing.turn(conversation, message, choice, rules, new)
    if own is not None:
        return own
    done = pressing.computed(rules, choice, today)
    if done is not None:
        return _computed(conversation, rules, done, today)
    wanted = choices.asked(choice)
    if wanted is not None and wanted.item == HUMAN:
        return handoff.open_ticket(conversation, rules, message.at, new, "asked")
    reply = telling.answer(rules, wanted.item, wanted.facet, today, today, wanted.more) if wanted else None
    if wanted is None or reply is None:
        return Turn(conversation, (Reply(rules.phrases["stale_choice"]),), decision="clarify")
    return _told(conversation, (reply,), wanted.item, wanted.facet)


def _located(conversation: Conversation, message: Message, point: Point, rules: Rules) -> Turn:
    """What is near a position; it is used for this answer only."""
    done = locating.located(rules, point, message.at, conversation.topic.item)
    return replace(_computed(conversation, rules, done, local(message.at).date()), consent="location")


def _answered(conversation: Conversation, message: Message, meaning: Meaning, rules: Rules) -> Turn:
    today = local(message.at).date()
    on = day_asked(meaning, today)
    item = meaning.item or ""
    led = guiding.begun(conversation, message, meaning, rules)
    if led:
        return led
    done = serving.served(rules, meaning, on, today)
    if done:
        return _computed(conversation, rules, done, today)
    replies = [r for f in meaning.facets if (r := telling.answer(rules, item, f, on, today))]
    unique = list({(r.item, r.facet): r for r in replies}.values())
    if not unique:
        text = rules.phrase("no_answer", item=item, phone=rules.phone(today))
        return Turn(conversation, (Reply(text, _human(rules)),), decision="clarify")
    odd = odd_day(meaning.text)
    if odd:  # a limit was to be counted from it
        unique[0] = replace(unique[0], text=rules.phrase("no_such_day", day=odd) + "\n" + unique[0].text)
    return _told(conversation, _buttons_last(unique), item, meaning.facet or OVERVIEW)


def _computed(conversation: Conversation, rules: Rules, done: Computed, today: date) -> Turn:
    """A figure or a date, with the follow-ups of the answer it stands for."""
    base = telling.answer(rules, done.item, done.facet, today, today)
    reply = done.reply or base
    if reply and not reply.choices and base:
        reply = replace(reply, choices=base.choices)
    told = _told(conversation, (reply,) if reply else (), done.item, done.facet)
    return replace(told, result=done.result)


def _buttons_last(replies: list[Reply]) -> tuple[Reply, ...]:
    """Of several answers only the last offers follow-ups, so that “第二个” means one thing; each keeps its details button."""
    *earlier, last = replies
    kept = [replace(r, choices=tuple(c for c in r.choices if c.id.startswith("m:"))) for r in earlier]
    return (*kept, last)


def day_asked(meaning: Meaning, today: date) -> date:
    """The day whose law answers: a future date named in the question, else today. A past one is a story, not the law asked for."""
    named = meaning.slots.get("date")
    if isinstance(named, str):
        parts = [int(p) for p in named.split("-")]
        day = date(*[*parts, 1, 1][:3])
        return max(day, today)
    return today


def _told(conversation: Conversation, replies: tuple[Reply, ...], item: str, facet: str) -> Turn:
    topic = conversation.topic
    earlier = topic.item if topic.item and topic.item != item else topic.earlier
    offered = replies[-1].choices if replies else ()
    told = replace(topic, item=item, facet=facet, earlier=earlier, offered=offered, misses=0)
    return Turn(replace(conversation, topic=told), replies, decision="answer", item=item, facet=facet, confidence=1.0)


def _clarified(conversation: Conversation, message: Message, meaning: Meaning, rules: Rules, new: NewTicket) -> Turn:
    topic = conversation.topic
    if topic.misses + 1 >= MISSES:
        return handoff.open_ticket(conversation, rules, message.at, new, "not_understood", before=(Reply(rules.phrases["misunderstood"]),))
    of_nothing = bool(meaning.why) and meaning.why[0] == FACET_ONLY
    named = telling.item_buttons(rules, _commonest(rules, meaning) if of_nothing else [(c.item, c.facet) for c in meaning.choices])
    buttons = (*named, Choice(choices.NOT_THESE, rules.phrases["none"]))
    if of_nothing:
        text = rules.phrase("clarify_facet", facet=FACET_NAMES[meaning.facet or OVERVIEW])
    else:
        text = rules.phrases["clarify" if named else "misunderstood"]
    asked = replace(topic, offered=buttons, misses=topic.misses + 1)
    return Turn(replace(conversation, topic=asked), (Reply(text, buttons),), decision="clarify")


def _commonest(rules: Rules, meaning: Meaning) -> list[tuple[str, str]]:
    """The facet asked of nothing, for the first item of each group of the first screen that has it; at most three."""
    items, facet = rules.library.catalog.items, meaning.facet or OVERVIEW
    firsts = [next((i for i in g.items if i in items and facet in items[i].answers), None) for g in rules.library.start.groups]
    return [(item, facet) for item in firsts if item][:3]


def _rejected(conversation: Conversation, meaning: Meaning, rules: Rules, today: date) -> Turn:
    door = rules.door(meaning.text)
    named = telling.item_buttons(rules, [(c.item, c.facet) for c in meaning.choices])
    if door is not None:
        text = fill(rules.library.catalog, door.say, today)
    else:
        text = rules.phrase("reject_offer" if named else "reject", phone=rules.phone(today))
    topic = replace(conversation.topic, offered=named)
    turn = Turn(replace(conversation, topic=topic), (Reply(text, named),), decision="reject")
    return replace(turn, confidence=meaning.confidence)


def _smalltalk(conversation: Conversation, meaning: Meaning, rules: Rules, today: date) -> Turn:
    reply = telling.answer(rules, meaning.item or "", OVERVIEW, today, today)
    said = Reply(reply.text, reply.choices) if reply else Reply(rules.phrases["empty"])
    topic = replace(conversation.topic, offered=said.choices)
    return Turn(replace(conversation, topic=topic), (said,), decision="smalltalk")


def _offered(conversation: Conversation, text: str, buttons: tuple[Choice, ...]) -> Turn:
    """Words of the bot's own with buttons, which may be picked by number."""
    asked = replace(conversation.topic, offered=buttons)
    return Turn(replace(conversation, topic=asked), (Reply(text, buttons),), decision="answer")


def _human(rules: Rules) -> tuple[Choice, ...]:
    return (Choice(choices.HUMAN, rules.phrases["human"]),)


def _measured(turn: Turn, meaning: Meaning) -> Turn:
    """The turn with what was understood, for the record. A handoff keeps what the talk was about."""
    if turn.result:
        return replace(turn, confidence=meaning.confidence)
    item = HUMAN if meaning.decision == "handoff" else meaning.item
    return replace(turn, item=item, facet=meaning.facet, confidence=meaning.confidence)


def _stamped(turn: Turn, message: Message, rules: Rules) -> Turn:
    conversation, replies = turn.conversation, turn.replies
    if not conversation.topic.noticed:
        conversation = replace(conversation, topic=replace(conversation.topic, noticed=True, at=message.at))
        if replies and conversation.channel not in SHOW_NOTICE_THEMSELVES:
            replies = (*replies, Reply(rules.notice(conversation.channel)))
    return replace(turn, conversation=conversation, replies=replies, revision=rules.revision)


# These channels show the notice before the first message.
SHOW_NOTICE_THEMSELVES = frozenset({"web", "terminal", "ask"})
