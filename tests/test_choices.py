"""Every button that is ever offered has an id that any channel can carry, that says what it means, and that leads somewhere."""

import re
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import choices
from bot.dialogue import decide
from bot.handoff import NewTicket
from bot.model import Choice, Conversation, Message, Owner
from bot.rules import ZONE, Rules
from bot.telling import answer, item_buttons
from bot.web import pages
from bot.web.bodies import posted
from knowledge.catalog import FACETS

ID = re.compile(r"^[A-Za-z0-9._:-]{1,48}$")
TODAY = date(2026, 11, 24)
AT = int(datetime(2026, 11, 24, 10, tzinfo=ZONE).timestamp() * 1000)
FIXED = (choices.HUMAN, choices.CANCEL_HUMAN, choices.ERASE_YES, choices.ERASE_NO, choices.EXPORT, choices.NOT_THESE)


def offered(rules: Rules) -> Iterator[tuple[str, Choice]]:
    """(where, choice) of every answer of the catalogue, short and detailed, under both laws."""
    for item, entry in rules.library.catalog.items.items():
        for facet in entry.answers:
            for day in (TODAY, date(2027, 1, 1)):
                for more in (False, True):
                    reply = answer(rules, item, facet, day, day, more)
                    yield from ((f"{item}:{facet}", choice) for choice in (reply.choices if reply else ()))


def test_every_choice_has_an_id_for_any_channel_and_a_short_label(rules: Rules) -> None:
    every = {choice: where for where, choice in offered(rules)}
    assert len(every) > 200
    assert {where: choice for choice, where in every.items() if not ID.fullmatch(choice.id) or not 1 <= len(choice.label) <= 10} == {}


def test_every_choice_decodes_to_an_item_and_a_facet_that_have_an_answer(rules: Rules) -> None:
    for where, choice in offered(rules):
        if choice.id.removeprefix("g:") in rules.library.guides.guides:
            continue
        wanted = choices.asked(choice.id)
        assert wanted, (where, choice)
        assert answer(rules, wanted.item, wanted.facet, TODAY, TODAY, wanted.more), (where, choice)


def test_an_answer_offers_at_most_three_follow_ups_each_under_a_name_of_its_own(rules: Rules) -> None:
    wrong = []
    for item, entry in rules.library.catalog.items.items():
        for facet in entry.answers:
            reply = answer(rules, item, facet, TODAY, TODAY)
            labels = [c.label for c in reply.choices] if reply else []
            led = any(c.id.startswith("g:") for c in reply.choices) if reply else False
            if len(set(labels)) < len(labels) or len(labels) - led > 4 or (reply and sum(c.id.startswith("m:") for c in reply.choices) > 1):
                wrong.append((item, facet, labels))
    assert wrong == []


def test_pressing_any_button_of_the_catalogue_answers_what_it_says(rules: Rules) -> None:
    for choice in {choice.id: choice for _, choice in offered(rules)}.values():
        turn = decide(Conversation("c", "web", "a"), Message("m", AT, choice=choice.id), rules, NewTicket("t", "7KQM4X"))
        guide = rules.library.guides.guides.get(choice.id.removeprefix("g:"))
        if guide:
            assert turn.decision == "flow" and turn.item == guide.item and guide.steps[0].ask in turn.replies[0].text, choice
            continue
        wanted = choices.asked(choice.id)
        assert wanted and turn.replies and turn.decision in ("answer", "handoff"), choice
        assert turn.decision == "handoff" or (turn.item, turn.facet) == (wanted.item, wanted.facet), choice


def test_items_of_any_length_fit(rules: Rules) -> None:
    items = rules.library.catalog.items
    for item in items:
        for facet in FACETS:
            assert ID.fullmatch(choices.item_choice(item, facet, more=True)), item
    assert len(item_buttons(rules, [(item, "fee") for item in items])) == len(items)


def test_the_start_screen_offers_what_can_be_pressed(rules: Rules) -> None:
    listed = [item for group in pages.start(rules, TODAY)["groups"] for item in group["items"]]
    assert listed and all(ID.fullmatch(item["choice"]) and choices.asked(item["choice"]) and len(item["label"]) <= 10 for item in listed)


@pytest.mark.parametrize("choice", FIXED)
def test_fixed_ids_are_no_items_and_have_a_name_in_the_history(rules: Rules, choice: str) -> None:
    assert ID.fullmatch(choice) and choices.asked(choice) is None
    assert rules.phrases[choices.PHRASES[choice]]


@given(st.from_regex(ID))
def test_any_id_can_be_sent_and_decoded_without_state(choice: str) -> None:
    body = posted(f'{{"visitor":"aaaaaaaaaaaaaaaaaaaa","id":"m","choice":"{choice.strip()}"}}'.encode())
    wanted = choices.asked(body.choice)
    assert wanted is None or (wanted.facet in FACETS and wanted.item)


@pytest.mark.parametrize("owner", list(Owner))
@pytest.mark.parametrize("choice", ["i:", "i::", "i:::fee", "m:trademark.renewal", "i:trademark.renewal:", "i:a:b:c:d", "g:x", ":", "h:", "p:", "...", "-"])
def test_nonsense_is_harmless_whoever_owns_the_talk(rules: Rules, owner: Owner, choice: str) -> None:
    before = Conversation("c", "web", "a", owner, ticket="t", number="7KQM4X") if owner is not Owner.BOT else Conversation("c", "web", "a")
    turn = decide(before, Message("m", AT, choice=choice), rules, NewTicket("new", "NEWNEW"))
    assert turn.ticket is None and not turn.erase
    assert turn.conversation.owner is (Owner.BOT if owner is Owner.CLOSED else owner)
