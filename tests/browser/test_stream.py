"""What arrives while the page is open."""

import json

from playwright.sync_api import Route, expect

from tests.browser.citizen import EVENTS, MESSAGES, Citizen, only_posts

PARSE = """async pieces => {
  const { EventParser } = await import('/static/js/sse.js');
  const parser = new EventParser();
  return pieces.flatMap(piece => parser.feed(piece));
}"""


def test_events_are_whole_however_the_bytes_are_cut(citizen: Citizen) -> None:
    stream = ": ok\r\n\r\nid: 7\r\nevent: message\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\nevent: bye\ndata: {}\n\n"
    expected = [{"event": "message", "id": "7", "data": "{\"a\":\n1}"}, {"event": "bye", "id": None, "data": "{}"}]
    assert citizen.page.evaluate(PARSE, [stream]) == expected
    assert citizen.page.evaluate(PARSE, list(stream)) == expected


def test_after_a_good_bye_the_page_listens_on_from_where_it_was(citizen: Citizen) -> None:
    began: list[str] = []

    def leave(route: Route) -> None:
        began.append(route.request.headers["last-event-id"])
        if len(began) > 1:
            route.continue_()
            return
        line = {"seq": 1, "id": "m1", "from": "staff", "at": 1_790_000_000_000, "text": "您好", "choices": [], "cards": [], "sources": []}
        body = f"id: 1\nevent: message\ndata: {json.dumps(line)}\n\nevent: bye\ndata: {{}}\n\n"
        route.fulfill(content_type="text/event-stream", body=body)

    citizen.page.route(EVENTS, leave)
    with citizen.page.expect_request(lambda request: request.url.endswith("/events") and request.headers["last-event-id"] == "1"):
        citizen.say("转人工")
    assert began[0] == "0"
    expect(citizen.page.locator(".message.bot, .message.staff").first).to_be_visible()


def test_a_message_that_comes_twice_is_shown_once(citizen: Citizen) -> None:
    citizen.ask("商标续展要多少钱")
    again = "".join(f"id: {m['seq']}\nevent: message\ndata: {json.dumps(m)}\n\n" for m in citizen.stored())
    count = citizen.messages.count()
    citizen.page.route(EVENTS, lambda route: route.fulfill(content_type="text/event-stream", body=again))
    with citizen.page.expect_response(EVENTS):
        citizen.page.context.set_offline(True)
        citizen.page.context.set_offline(False)
    citizen.page.unroute(EVENTS)
    citizen.ask("专利年费怎么交")
    assert len({m["seq"] for m in citizen.stored()}) == citizen.messages.count() > count


def test_an_answer_that_the_stream_overtakes_shows_each_message_once(citizen: Citizen) -> None:
    citizen.ask("商标续展要多少钱")
    other = Citizen(citizen.page.context.new_page(), citizen.url).open()
    before = citizen.messages.count()
    expect(other.messages).to_have_count(before)

    def hold(route: Route) -> None:
        answer = route.fetch()
        expect(other.messages).not_to_have_count(before)  # The stream has told the other tab, so it has told this one.
        expect(citizen.own).to_have_count(2)
        route.fulfill(response=answer)

    citizen.page.route(MESSAGES, only_posts(hold))
    citizen.ask("专利年费怎么交")
    expect(citizen.own).to_have_count(2)
    expect(citizen.messages).to_have_count(len(citizen.stored()))
