"""A citizen at a browser: what they do on the page, and what they can see there."""

import json
import re
from typing import Any

from playwright.sync_api import Download, Locator, Page, Route, expect

MESSAGES = "**/api/v1/chat/messages"
EVENTS = "**/api/v1/chat/events"
HISTORY = """async () => {
  const headers = { 'X-Visitor': localStorage.getItem('zhiwen.visitor') };
  return (await fetch('/api/v1/chat/messages?after=0', { headers })).json();
}"""


class Citizen:
    """One tab. Every wait is for something that can be seen."""

    def __init__(self, page: Page, url: str):
        self.page = page
        self.url = url
        self.words = page.get_by_label("输入您的问题")
        self.messages = page.locator("#log .message")
        self.answers = page.locator("#log .message.bot")
        self.own = page.locator("#log .message.citizen")

    def open(self, path: str = "/") -> "Citizen":
        """The first screen, with its questions."""
        self.page.goto(self.url + path)
        expect(self.page.locator("button.question").first).to_be_visible()
        return self

    def reload(self) -> None:
        """The page afresh, as after a restart of the browser's tab."""
        self.page.reload()
        expect(self.page.locator("button.question").first).to_be_visible()

    def say(self, text: str) -> Locator:
        """Type and send; the message as it stands on the page."""
        count = self.own.count()
        self.words.fill(text)
        self.words.press("Enter")
        expect(self.own).to_have_count(count + 1)
        return self.own.last

    def ask(self, text: str) -> Locator:
        """Say something and wait for the answer."""
        count = self.answers.count()
        self.say(text)
        return self.answered(count)

    def answered(self, count: int) -> Locator:
        """The last answer of now, once there are more than `count` and nothing is under way."""
        expect(self.answers.nth(count)).to_be_visible()
        expect(self.page.locator("#typing")).to_be_hidden()
        return self.answers.nth(self.answers.count() - 1)

    def seen(self) -> list[str]:
        """What is said on the page, from top to bottom, with who says it."""
        script = """all => all.map(one => one.classList[1] + ' ' + (one.querySelector('.said')?.innerText ?? ''))"""
        texts: list[str] = self.messages.evaluate_all(script)
        return [re.sub(r"\s+", " ", text).strip() for text in texts]

    def menu(self, name: str) -> None:
        """Choose from the menu."""
        self.page.get_by_role("button", name="菜单").click()
        self.page.locator("#menu-list").get_by_role("button", name=name).click()

    def export(self) -> Download:
        """The citizen's records as a downloaded file."""
        self.menu("导出我的记录")
        with self.page.expect_download() as download:
            self.page.locator(".card-file").last.get_by_role("button").click()
        return download.value

    def stored(self) -> list[dict[str, Any]]:
        """What the service has of this citizen."""
        history: dict[str, Any] = self.page.evaluate(HISTORY)
        return list(history["messages"])

    def stored_own(self) -> list[str]:
        """What the service has taken of the citizen's own words."""
        return [message["text"] for message in self.stored() if message["from"] == "citizen"]


def reply(text: str, **parts: Any) -> dict[str, Any]:
    """A reply as the service would send it."""
    return {"id": "r1", "seq": 2, "text": text, "choices": [], "cards": [], "sources": [], **parts}


def answering(*replies: dict[str, Any], owner: str = "bot") -> str:
    """The body of a 200."""
    return json.dumps({"conversation": "c1", "owner": owner, "seq": 1 + len(replies), "replies": replies}, ensure_ascii=False)


def only_posts(then: Any) -> Any:
    """A route handler for sent messages; history goes through."""

    def handle(route: Route) -> None:
        if route.request.method == "POST":
            then(route)
        else:
            route.continue_()

    return handle
