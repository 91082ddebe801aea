"""What happens to a message when the line, the service or the limit stands in its way: taken once, never lost."""

import time

from playwright.sync_api import Page, Route, TimeoutError, expect

from tests.browser.citizen import MESSAGES, Citizen, only_posts
from tests.browser.conftest import Contexts
from tests.running import Service


def test_what_is_said_offline_is_sent_exactly_once_when_the_line_is_back(citizen: Citizen) -> None:
    citizen.ask("商标续展要多少钱")
    citizen.page.context.set_offline(True)
    message = citizen.say("专利年费怎么交")
    expect(message).to_have_attribute("data-state", "waiting")
    expect(citizen.page.locator("#offline")).to_have_text("网络断开，消息已保存，恢复后自动发送")
    citizen.page.context.set_offline(False)
    citizen.answered(1)
    expect(citizen.page.locator("#offline")).to_be_empty()
    assert citizen.stored_own() == ["商标续展要多少钱", "专利年费怎么交"]
    expect(citizen.own).to_have_count(2)


def test_a_message_whose_answer_was_lost_is_there_once(citizen: Citizen) -> None:
    ids: list[str] = []

    def lose(route: Route) -> None:
        ids.append(route.request.post_data_json["id"])
        if len(ids) > 1:
            route.continue_()
        else:
            route.fetch()
            route.abort()

    citizen.ask("商标续展要多少钱")
    citizen.page.route(MESSAGES, only_posts(lose))
    with citizen.page.expect_response(lambda response: response.request.method == "POST" and response.ok):
        citizen.ask("专利年费怎么交")
    assert len(set(ids)) == 1 < len(ids)
    assert citizen.stored_own() == ["商标续展要多少钱", "专利年费怎么交"]
    expect(citizen.own).to_have_count(2)
    expect(citizen.messages).to_have_count(len(citizen.stored()))


def test_an_unsent_message_survives_a_reload(citizen: Citizen) -> None:
    citizen.page.route(MESSAGES, only_posts(lambda route: route.abort()))
    message = citizen.say("商标续展要多少钱")
    expect(message).to_have_attribute("data-state", "waiting")
    citizen.reload()
    expect(citizen.own.locator(".words-said")).to_have_text("商标续展要多少钱")
    citizen.page.unroute(MESSAGES)
    citizen.answered(0)
    assert citizen.stored_own() == ["商标续展要多少钱"]


def test_a_limited_message_waits_as_long_as_told_and_keeps_its_id(citizen: Citizen) -> None:
    tries: list[tuple[str, float]] = []

    def limit(route: Route) -> None:
        tries.append((route.request.post_data_json["id"], time.monotonic()))
        if len(tries) > 1:
            route.continue_()
        else:
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"title": "发得太快", "status": 429, "detail": "请稍等"})

    citizen.page.route(MESSAGES, only_posts(limit))
    message = citizen.say("商标续展要多少钱")
    expect(message.locator(".state")).to_have_text("发送太快，1 秒后自动重发")
    citizen.answered(0)
    (first, early), (second, late) = tries
    assert first == second
    assert late - early >= 1


def test_a_failing_service_leaves_the_message_to_be_tapped_and_sent_again(page: Page, service: Service) -> None:
    page.clock.install()
    citizen = Citizen(page, service.url).open()
    citizen.page.route(MESSAGES, only_posts(lambda route: route.fulfill(status=500, json={"title": "出错", "status": 500, "detail": "出错"})))
    message = citizen.say("商标续展要多少钱")
    retry = message.get_by_role("button", name="发送失败，点这里重试")
    for _ in range(12):  # each step of the page's clock is one more try; its answer is drawn in real time
        page.clock.run_for(7_000)
        try:
            retry.wait_for(timeout=700)
            break
        except TimeoutError:
            continue
    citizen.page.unroute(MESSAGES)
    retry.click()
    citizen.answered(0)
    assert citizen.stored_own() == ["商标续展要多少钱"]


def test_refused_words_can_be_changed(citizen: Citizen) -> None:
    refusal = {"title": "内容不合要求", "status": 422, "detail": "text：格式不对"}
    citizen.page.route(MESSAGES, only_posts(lambda route: route.fulfill(status=422, json=refusal)))
    message = citizen.say("商标续展要多少钱")
    expect(message.locator(".refusal")).to_have_text("text：格式不对")
    citizen.page.unroute(MESSAGES)
    message.get_by_role("button", name="改一改再发").click()
    expect(citizen.own).to_have_count(0)
    expect(citizen.words).to_have_value("商标续展要多少钱")
    expect(citizen.words).to_be_focused()


def test_the_page_finds_a_restarted_service_again(contexts: Contexts, own_service: Service) -> None:
    own_service.start()
    citizen = Citizen(contexts().new_page(), own_service.url).open()
    citizen.ask("商标续展要多少钱")
    own_service.kill()
    message = citizen.say("专利年费怎么交")
    expect(message).to_have_attribute("data-state", "waiting")
    expect(citizen.page.locator("#offline")).to_contain_text("连接不上服务")
    own_service.start()
    expect(message).to_have_attribute("data-state", "sent", timeout=30_000)
    expect(citizen.page.locator("#offline")).to_be_empty()
    assert citizen.stored_own() == ["商标续展要多少钱", "专利年费怎么交"]
    expect(citizen.messages).to_have_count(len(citizen.stored()))


def test_too_many_words_are_counted_and_not_sent(citizen: Citizen) -> None:
    citizen.words.fill("问" * 1_900)
    expect(citizen.page.locator("#count")).to_have_text("还可以输入 100 字")
    citizen.words.fill("问" * 2_003)
    expect(citizen.page.locator("#count")).to_have_text("超出 3 字，请分几次发送")
    citizen.words.press("Enter")
    expect(citizen.messages).to_have_count(0)
    expect(citizen.words).to_have_value("问" * 2_003)


def test_words_begun_but_not_sent_survive_a_reload(citizen: Citizen) -> None:
    citizen.words.fill("我想问")
    citizen.reload()
    expect(citizen.words).to_have_value("我想问")


def test_a_browser_that_keeps_nothing_still_talks(contexts: Contexts, service: Service) -> None:
    context = contexts()
    context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('blocked', 'SecurityError') }})")
    citizen = Citizen(context.new_page(), service.url).open()
    citizen.ask("商标续展要多少钱")
    citizen.ask("专利年费怎么交")
    expect(citizen.own).to_have_count(2)


def test_a_broken_memory_does_not_stop_the_page(citizen: Citizen) -> None:
    citizen.page.evaluate("localStorage.setItem('zhiwen.outbox.x', '{'); localStorage.setItem('zhiwen.visitor', '?')")
    citizen.reload()
    citizen.ask("商标续展要多少钱")
    assert citizen.stored_own() == ["商标续展要多少钱"]
