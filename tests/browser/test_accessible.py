"""axe-core finds nothing serious, in any look; 关怀版 reaches AAA contrast."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.settings import ROOT
from tests.browser.citizen import MESSAGES, Citizen, answering, only_posts, reply
from tests.browser.conftest import Contexts
from tests.running import Service

AXE = Path(os.environ.get("AXE_JS", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
RUN = """async enhanced => {
  const rules = { 'color-contrast-enhanced': { enabled: enhanced } };
  const { violations } = await axe.run(document, { rules });
  return violations.filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join(' | ')}`);
}"""
STILL = """() => document.getAnimations()
  .every(one => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)"""
LOOKS = {
    "light": {}, "dark": {"color_scheme": "dark"}, "phone": {"phone": True}, "dark phone": {"phone": True, "color_scheme": "dark"},
}  # fmt: skip
CARDS = {
    "fee": ["第30类：270 元", "合计：324 元"], "deadline": ["最晚：2027年3月15日", "宽展期到：2027年9月15日"], "classes": ["第43类：餐饮服务"],
    "station": ["地址：兰州市城关区金昌南路279号", "电话：0931-8732981"], "ticket": ["状态：排队中"], "file": ["PDF"], "link": ["官网"],
    "map": ["步行 18 分钟"], "summary": ["事项：商标注册"],
}  # fmt: skip


def serious(page: Page, enhanced: bool = False) -> list[str]:
    """What axe finds, once nothing is moving any more."""
    assert AXE.is_file(), f"{AXE} is missing: run `make browser`, or name the file in AXE_JS"
    page.wait_for_function(STILL)
    page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(RUN, enhanced)
    return found


@pytest.fixture(params=LOOKS)
def reader(request: pytest.FixtureRequest, contexts: Contexts, service: Service) -> Citizen:
    options: dict[str, Any] = LOOKS[request.param]
    return Citizen(contexts(**options).new_page(), service.url).open()


def test_the_first_screen_is_accessible(reader: Citizen) -> None:
    assert serious(reader.page) == []


def test_a_conversation_is_accessible(reader: Citizen) -> None:
    reader.ask("商标续展要多少钱").locator(".choice").first.click()
    reader.answered(1)
    reader.page.locator(".sources summary").first.click()
    reader.page.get_by_role("button", name="转人工", exact=True).click()
    expect(reader.page.locator(".card-ticket")).to_be_visible()
    assert serious(reader.page) == []
    reader.page.get_by_role("button", name="菜单").click()
    assert serious(reader.page) == []


def test_every_kind_of_card_and_state_is_accessible(reader: Citizen) -> None:
    actions = [{"label": "打电话", "url": "tel:12345"}, {"label": "费用", "choice": "i:trademark.register:fee"}]
    cards = [{"kind": kind, "title": f"卡片 {kind}", "lines": lines, "actions": actions} for kind, lines in CARDS.items()]
    source = {"title": "工作报道", "as_of": "2023-02-27", "confidence": "存疑"}
    body = answering(reply("**看卡片**\n- 一\n- 二", cards=cards, sources=[source]))
    reader.page.route(MESSAGES, only_posts(lambda route: route.fulfill(body=body, content_type="application/json")))
    reader.ask("看卡片")
    refusal = {"title": "不合要求", "status": 422, "detail": "格式不对"}
    reader.page.unroute(MESSAGES)
    reader.page.route(MESSAGES, only_posts(lambda route: route.fulfill(status=422, json=refusal)))
    expect(reader.say("不行").locator(".refusal")).to_be_visible()
    assert serious(reader.page) == []


def test_the_caring_look_is_accessible_with_the_highest_contrast(reader: Citizen) -> None:
    reader.page.locator("#care").click()
    assert serious(reader.page, enhanced=True) == []
    reader.ask("商标续展要多少钱").locator(".choice").first.click()
    reader.answered(1)
    reader.page.locator(".sources summary").first.click()
    reader.page.get_by_role("button", name="转人工", exact=True).click()
    expect(reader.page.locator(".card-ticket")).to_be_visible()
    assert serious(reader.page, enhanced=True) == []
