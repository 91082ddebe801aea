"""Words stay words, links lead only where they may, and the content policy holds."""

import re

import yaml
from playwright.sync_api import expect

from bot.settings import ROOT
from tests.browser.citizen import MESSAGES, Citizen, answering, only_posts, reply

HOSTILE = "<img src=x onerror=\"window.caught=1\"><script>window.caught=1</script> **<b onclick=1>粗</b>** javascript:alert(1) https://evil.example/x"


def nothing_ran(citizen: Citizen) -> None:
    assert citizen.page.evaluate("window.caught") is None
    assert citizen.page.locator("#log :is(script, iframe, object, img:not(.avatar), b)").count() == 0
    for address in citizen.page.locator("#log a").evaluate_all("all => all.map(one => one.getAttribute('href'))"):
        assert re.match(r"https?://|tel:", address)
        assert "evil.example" not in address


def test_hostile_words_of_a_citizen_are_shown_as_words(citizen: Citizen) -> None:
    citizen.ask(HOSTILE)
    expect(citizen.own.last).to_contain_text("<script>window.caught=1</script>")
    nothing_ran(citizen)
    citizen.reload()
    expect(citizen.own.last).to_contain_text("<script>window.caught=1</script>")
    nothing_ran(citizen)


def test_hostile_words_in_every_part_of_an_answer_are_shown_as_words(citizen: Citizen) -> None:
    action = [{"label": HOSTILE, "url": "javascript:window.caught=1"}, {"label": "数据", "url": "data:text/html,<script>window.caught=1</script>"}]
    kinds = ("station", "file", "link", "map", "summary", "ticket", "classes", "fee", "deadline", HOSTILE)
    cards = [{"kind": kind, "title": HOSTILE, "lines": [HOSTILE, f"{HOSTILE}：{HOSTILE}"], "actions": action} for kind in kinds]
    source = {"title": HOSTILE, "number": HOSTILE, "url": "javascript:window.caught=1", "as_of": HOSTILE, "confidence": HOSTILE}
    body = answering(reply(HOSTILE, choices=[{"id": "x", "label": HOSTILE}], cards=cards, sources=[source]))
    citizen.page.route(MESSAGES, only_posts(lambda route: route.fulfill(body=body, content_type="application/json")))
    answer = citizen.ask("你好")
    expect(answer.locator(".card")).to_have_count(len(kinds))
    nothing_ran(citizen)


def test_only_official_addresses_in_words_become_links(citizen: Citizen) -> None:
    text = "官网 https://sbj.cnipa.gov.cn/sbj/ 不是 https://sbj.cnipa.gov.cn.evil.example/ 也不是 https://evilgov.cn/，电话 0931-8732981。"
    citizen.page.route(MESSAGES, only_posts(lambda route: route.fulfill(body=answering(reply(text)), content_type="application/json")))
    answer = citizen.ask("官网")
    links = answer.locator("a")
    assert links.evaluate_all("all => all.map(one => one.href)") == ["https://sbj.cnipa.gov.cn/sbj/", "tel:0931-8732981"]
    expect(links.first).to_have_attribute("rel", re.compile("noopener"))


def test_the_page_links_to_the_same_hosts_as_the_service() -> None:
    script = (ROOT / "bot" / "web" / "static" / "js" / "addresses.js").read_text("utf-8")
    listed = re.findall(r'"([^"]+)"', re.search(r"HOSTS = \[(.*?)\]", script, re.S)[1])  # type: ignore[index]  # it is there
    assert listed == yaml.safe_load((ROOT / "knowledge" / "hosts.yaml").read_text("utf-8"))["hosts"]


def test_every_script_is_fetched_at_once_and_not_one_after_another() -> None:
    static = ROOT / "bot" / "web" / "static"
    fetched = set(re.findall(r"/static/js/([a-z]+\.js)", (static / "index.html").read_text("utf-8")))
    assert fetched == {path.name for path in (static / "js").glob("*.js")}


def test_no_file_of_the_page_needs_an_exception_from_the_content_policy() -> None:
    for path in (ROOT / "bot" / "web" / "static").rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), path.name
    for path in (ROOT / "bot" / "web" / "static").rglob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text("utf-8")), path.name
