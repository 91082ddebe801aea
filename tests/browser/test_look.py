"""Small screens, large type, calm movement: what a 62-year-old with a cheap phone needs."""

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import Contexts
from tests.running import Service

WIDER = """() => ['html', 'body', '#scroller', '#composer', '.masthead'].filter(name => {
  const part = document.querySelector(name); return part.scrollWidth > part.clientWidth; })"""
# Links inside a sentence are as high as the sentence: WCAG 2.2, 2.5.8, "inline".
SMALL = """least => [...document.querySelectorAll('button, a, summary, textarea, [role=tab]')]
  .filter(one => one.getClientRects().length && !one.closest('.words-said, .card-pairs, .sources li, .unseen, .skip'))
  .map(one => [one.textContent.trim().slice(0, 20), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""


@pytest.mark.parametrize(("care", "width"), [(False, 360), (True, 360), (False, 320), (True, 320)])
def test_a_narrow_screen_never_scrolls_sideways(contexts: Contexts, service: Service, care: bool, width: int) -> None:
    citizen = Citizen(contexts(phone=True, viewport={"width": width, "height": 640}).new_page(), service.url).open()
    if care:
        citizen.page.get_by_role("button", name="关怀版").click()
    assert citizen.page.evaluate(WIDER) == []
    citizen.ask("商标续展要多少钱")
    citizen.page.get_by_role("button", name="转人工", exact=True).click()
    expect(citizen.page.locator(".card-ticket")).to_be_visible()
    citizen.page.locator(".sources summary").first.click()
    assert citizen.page.evaluate(WIDER) == []


@pytest.mark.parametrize(("care", "least"), [(False, 44), (True, 56)])
def test_everything_to_be_touched_is_large_enough(phone: Citizen, care: bool, least: int) -> None:
    if care:
        phone.page.get_by_role("button", name="关怀版").click()
    assert phone.page.evaluate(SMALL, least) == []
    phone.ask("商标续展要多少钱")
    phone.page.get_by_role("button", name="菜单").click()
    assert phone.page.evaluate(SMALL, least) == []


def test_the_caring_look_is_remembered(phone: Citizen) -> None:
    button = phone.page.locator("#care")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    phone.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert phone.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 20
    button.click()
    phone.reload()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_large_type_is_switched_in_the_menu(phone: Citizen) -> None:
    phone.menu("大字")
    phone.reload()
    assert phone.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 18


def test_the_composer_stays_where_it_is(phone: Citizen) -> None:
    place = phone.page.locator("#entry").bounding_box()
    for question in ("商标续展要多少钱", "专利年费怎么交", "用专利能贷款吗"):
        phone.ask(question)
        assert phone.page.locator("#entry").bounding_box() == place


def test_an_answer_is_shown_from_its_first_line(phone: Citizen) -> None:
    count = phone.answers.count()
    phone.ask("个体户注册商标要什么材料")
    expect(phone.answers.nth(count).locator(".words-said > *").first).to_be_in_viewport()


def test_a_reader_of_old_messages_is_not_torn_away(citizen: Citizen) -> None:
    for question in ("商标续展要多少钱", "专利年费怎么交", "用专利能贷款吗"):
        citizen.ask(question)
    other = Citizen(citizen.page.context.new_page(), citizen.url).open()
    expect(other.messages).to_have_count(citizen.messages.count())
    citizen.page.evaluate("document.getElementById('scroller').scrollTo(0, 0)")
    other.ask("商标被驳回了怎么办")
    newer = citizen.page.get_by_role("button", name="有新回复")
    expect(newer).to_be_visible()
    assert citizen.page.evaluate("document.getElementById('scroller').scrollTop") == 0
    newer.click()
    expect(newer).to_be_hidden()
    expect(citizen.answers.last).to_be_in_viewport()


def test_nothing_moves_for_those_who_asked_for_calm(contexts: Contexts, service: Service) -> None:
    citizen = Citizen(contexts(reduced_motion="reduce").new_page(), service.url).open()
    answer = citizen.ask("商标续展要多少钱")
    assert answer.evaluate("one => getComputedStyle(one).animationName") == "none"


def test_without_scripts_there_are_telephones(contexts: Contexts, service: Service) -> None:
    page = contexts(java_script_enabled=False).new_page()
    page.goto(service.url)
    expect(page.get_by_role("link", name="12345")).to_be_visible()
    expect(page.get_by_role("link", name="12315")).to_be_visible()


def test_a_first_screen_that_cannot_load_gives_telephones_and_recovers(contexts: Contexts, service: Service) -> None:
    page = contexts().new_page()
    page.route("**/api/v1/start", lambda route: route.abort())
    page.goto(service.url)
    expect(page.locator("#questions")).to_contain_text("12345")
    page.unroute("**/api/v1/start")
    page.get_by_role("button", name="马上重试").click()
    expect(page.locator("button.question")).to_have_count(6)


def test_paper_shows_the_answers_unfolded_and_nothing_to_tap(citizen: Citizen) -> None:
    citizen.ask("商标续展要多少钱")
    citizen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    citizen.page.emulate_media(media="print")
    expect(citizen.page.locator(".sources li").first).to_be_visible()
    for part in ("#composer", ".choices", "#start", "#care"):
        expect(citizen.page.locator(part).first).to_be_hidden()


def test_staff_are_told_where_their_desk_is(contexts: Contexts, service: Service) -> None:
    page = contexts().new_page()
    page.goto(f"{service.url}/staff")
    expect(page.get_by_role("heading")).to_have_text("工作人员后台尚未开通网页版")
    expect(page.locator("code")).to_have_text("zhiwen tickets list")
    page.get_by_role("link", name="返回咨询页面").click()
    expect(page.locator("button.question").first).to_be_visible()


