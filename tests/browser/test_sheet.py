"""A finished guide in the browser: the card opens it, the page can be read anywhere and printed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from bot.rules import Rules
from tests.browser.citizen import MESSAGES, Citizen, answering, only_posts, reply
from tests.browser.conftest import Contexts
from tests.browser.test_accessible import LOOKS, serious
from tests.running import Service
from tests.sheet_case import HOSTILE
from tests.test_http_sheets import finished

PRINTED = "window.printed = 0; window.print = () => { window.printed += 1; };"


@pytest.fixture(scope="module")
def address(service: Service, rules: Rules) -> str:
    """The page of a sheet. It is made in a thread of its own: Playwright has this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return f"/api/v1/sheets/{pool.submit(finished, service, rules).result()}.html"


@pytest.fixture(params=LOOKS)
def sheet(request: pytest.FixtureRequest, contexts: Contexts, service: Service, address: str) -> Page:
    """The page in one of the looks."""
    page = contexts(**LOOKS[request.param]).new_page()
    page.add_init_script(PRINTED)
    page.goto(service.url + address)
    return page


def test_the_page_is_accessible_fits_the_screen_and_prints(sheet: Page) -> None:
    assert serious(sheet) == []
    assert sheet.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(sheet.get_by_text(HOSTILE)).to_be_visible()
    sheet.get_by_role("button", name="打印").click()
    assert sheet.evaluate("window.printed") == 1


def test_papers_can_be_ticked_and_the_tools_stay_off_the_paper(sheet: Page) -> None:
    box = sheet.get_by_role("checkbox").first
    box.check()
    expect(box).to_be_checked()
    sheet.emulate_media(media="print")
    expect(sheet.get_by_role("button", name="打印")).to_be_hidden()
    expect(box).to_be_visible()


def test_a_card_opens_the_sheet_in_a_tab_of_its_own(citizen: Citizen, address: str) -> None:
    card = {"kind": "file", "title": "一次告知单", "lines": ["商标注册"], "actions": [{"label": "打印页", "url": address}]}
    body = answering(reply("办好了", cards=[card]))
    citizen.page.route(MESSAGES, only_posts(lambda route: route.fulfill(body=body, content_type="application/json")))
    link = citizen.ask("好了").locator(".card-file").get_by_role("link")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    with citizen.page.expect_popup() as opened:
        link.click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("商标注册申请（个体工商户，网上办理）")
