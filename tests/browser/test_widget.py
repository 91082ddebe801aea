"""The chat on somebody else's site: one script line, one button, one frame."""

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from bot.rules import Rules
from tests.browser.citizen import Citizen
from tests.browser.conftest import Contexts
from tests.running import Service

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; script-src {url}; frame-src {url}">
<title>某县人民政府</title></head><body><main><h1>某县人民政府</h1><a href="/">首页</a></main>
<script src="{url}/widget.js" data-label="问知识产权"></script></body></html>"""


class Quiet(SimpleHTTPRequestHandler):
    """A site of its own, without a log."""

    def log_message(self, *args: object) -> None:
        """Nothing to tell."""


@pytest.fixture(scope="module")
def county(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a foreign site that may embed the service; its policy allows only the service's script and frame."""
    folder = tmp_path_factory.mktemp("county")
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as site:
        address = f"http://localhost:{site.server_port}"
        running = Service(tmp_path_factory.mktemp("embedded"), embed_origins=address).start()
        (folder / "index.html").write_text(PAGE.format(url=running.url), "utf-8")
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield address
        site.shutdown()
        thread.join()
        running.stop()


@pytest.fixture(params=[False, True], ids=["desk", "phone"])
def visit(request: pytest.FixtureRequest, contexts: Contexts, county: str) -> Page:
    page = contexts(phone=request.param).new_page()
    page.goto(county)
    return page


def chat(page: Page) -> Citizen:
    """The chat inside the frame, once it is there."""
    page.get_by_role("button", name="问知识产权").click()
    frame = page.frame_locator("iframe[title=问知识产权]")
    expect(frame.locator("button.question").first).to_be_visible()
    inside = next(frame for frame in page.frames if "embed=1" in frame.url)
    return Citizen(inside, "")  # type: ignore[arg-type]  # a frame has the same locators as a page


def test_the_button_opens_a_conversation_in_a_frame(visit: Page) -> None:
    citizen = chat(visit)
    expect(citizen.ask("商标续展要多少钱").locator(".sources")).to_be_visible()
    assert citizen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_escape_in_the_frame_closes_it_and_gives_the_focus_back(visit: Page) -> None:
    citizen = chat(visit)
    citizen.words.press("Escape")
    button = visit.get_by_role("button", name="问知识产权")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(visit.locator("iframe")).to_be_hidden()


def test_the_frame_has_its_own_button_to_close(visit: Page) -> None:
    citizen = chat(visit)
    citizen.ask("商标续展要多少钱")
    citizen.page.get_by_role("button", name="关闭咨询窗口").click()
    expect(visit.locator("iframe")).to_be_hidden()
    again = chat(visit)
    expect(again.answers.first).to_be_visible()


def test_the_site_and_the_button_do_not_touch_each_others_styles(visit: Page) -> None:
    expect(visit.get_by_role("button", name="问知识产权")).to_be_visible()
    assert visit.evaluate("getComputedStyle(document.querySelector('zhiwen-chat').shadowRoot.querySelector('button')).position") == "fixed"
    assert visit.locator("head style, head link[rel=stylesheet]").count() == 0
