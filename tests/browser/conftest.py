"""Chromium and its tabs. A script error or a breach of the content policy fails the test in which it happens."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.citizen import Citizen
from tests.running import Service

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 720}
POLICY = "addEventListener('securitypolicyviolation', event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"

Contexts = Callable[..., BrowserContext]


# Of the package, not of the session: an open Playwright owns the thread's event loop, which other packages' tests need.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Contexts]:
    """Makes browser profiles, each a visitor of its own; phones by `phone=True`."""
    made: list[BrowserContext] = []
    faults: list[str] = []

    def make(phone: bool = False, **options: Any) -> BrowserContext:
        touch = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if phone else {"viewport": DESK}
        context = browser.new_context(**{"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **touch, **options})
        context.set_default_timeout(10_000)
        context.add_init_script(POLICY)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("console", lambda line: faults.append(line.text) if line.text.startswith("policy: ") else None)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert faults == []


@pytest.fixture
def page(contexts: Contexts) -> Page:
    return contexts().new_page()


@pytest.fixture
def citizen(page: Page, service: Service) -> Citizen:
    """A citizen at a desk, on the first screen."""
    return Citizen(page, service.url).open()


@pytest.fixture
def phone(contexts: Contexts, service: Service) -> Citizen:
    """A citizen with a small phone, on the first screen."""
    return Citizen(contexts(phone=True).new_page(), service.url).open()
