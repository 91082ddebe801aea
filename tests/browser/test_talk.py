"""Asking and being answered, by the bot and by people."""

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import Contexts
from tests.running import Service

BASIS = re.compile(r"依据：.+\d{4}-\d{2}-\d{2} 核对", re.S)


def test_an_answer_comes_with_its_sources_folded_under_it(citizen: Citizen) -> None:
    answer = citizen.ask("商标续展要多少钱")
    expect(answer.locator(".lead strong").first).to_contain_text("元")
    expect(answer.locator(".speaker")).to_contain_text("智能助手")
    line = answer.locator(".sources summary")
    expect(line).to_have_text(BASIS)
    expect(answer.locator(".sources li").first).to_be_hidden()
    line.click()
    expect(answer.locator(".sources li").first).to_be_visible()


def test_a_question_of_the_first_screen_is_asked_by_one_tap(phone: Citizen) -> None:
    questions = phone.page.locator("button.question")
    expect(questions).to_have_count(6)
    label = questions.first.inner_text().strip()
    questions.first.tap()
    phone.answered(0)
    expect(phone.own.locator(".words-said")).to_have_text(label)


def test_a_choice_is_asked_then_marked_and_faded_but_can_be_tapped_again(citizen: Citizen) -> None:
    choice = citizen.ask("商标续展要多少钱").locator(".choice").first
    label = choice.inner_text()
    choice.click()
    citizen.answered(1)
    expect(citizen.own.last.locator(".words-said")).to_have_text(label)
    expect(choice).to_have_class(re.compile("chosen"))
    expect(choice.locator("xpath=ancestor::article")).to_have_class(re.compile("passed"))
    choice.click()
    citizen.answered(2)


def test_an_item_of_a_group_is_asked_from_its_tab(citizen: Citizen) -> None:
    citizen.page.get_by_role("tab", name="融资").click()
    panel = citizen.page.get_by_role("tabpanel", name="融资")
    panel.get_by_role("button").first.click()
    expect(citizen.answered(0).locator(".sources")).to_be_visible()


def test_reloading_keeps_the_conversation(citizen: Citizen) -> None:
    citizen.ask("商标续展要多少钱")
    citizen.ask("那专利呢")
    before = citizen.seen()
    citizen.reload()
    expect(citizen.messages).to_have_count(len(before))
    assert [line.removesuffix(" 已发送") for line in citizen.seen()] == [line.removesuffix(" 已发送") for line in before]


def test_two_tabs_show_the_same_conversation_each_message_once(contexts: Contexts, service: Service) -> None:
    context = contexts()
    left = Citizen(context.new_page(), service.url).open()
    right = Citizen(context.new_page(), service.url).open()
    left.ask("商标续展要多少钱")
    expect(right.messages).to_have_count(left.messages.count())
    right.ask("专利年费怎么交")
    expect(left.messages).to_have_count(right.messages.count())
    assert left.seen() == right.seen()
    assert left.stored_own() == ["商标续展要多少钱", "专利年费怎么交"]


def test_words_of_staff_arrive_and_it_is_plain_who_speaks(citizen: Citizen, service: Service) -> None:
    citizen.page.get_by_role("button", name="转人工", exact=True).click()
    ticket = citizen.answered(0).locator(".card-ticket h3").inner_text().split()[-1]
    expect(citizen.page.locator("#owner")).to_contain_text("排队")
    assert service.zhiwen("tickets", "accept", ticket, "--by", "wang").returncode == 0
    expect(citizen.page.locator("#owner")).to_contain_text("工作人员正在与您对话")
    service.zhiwen("tickets", "say", ticket, "您好，请讲", "--by", "wang")
    words = citizen.page.locator(".message.staff")
    expect(words).to_contain_text("您好，请讲")
    expect(words.locator(".speaker")).to_contain_text("工作人员")
    citizen.say("谢谢")
    expect(citizen.own.last).to_have_attribute("data-state", "sent")
    expect(citizen.page.locator("#typing")).to_be_hidden()
    service.zhiwen("tickets", "close", ticket, "--by", "wang")
    expect(citizen.page.locator("#owner")).to_contain_text("已经结束")


def test_an_identity_number_is_shown_as_it_is_kept(citizen: Citizen) -> None:
    citizen.ask("我的手机号是13812345678，帮我查商标")
    expect(citizen.own.last.locator(".words-said")).to_contain_text("已隐去")
    assert "13812345678" not in citizen.page.locator("#log").inner_text()


def test_records_come_as_a_file_without_the_secret_in_an_address(citizen: Citizen) -> None:
    addresses: list[str] = []
    citizen.page.on("request", lambda request: addresses.append(request.url))
    citizen.ask("商标续展要多少钱")
    download = citizen.export()
    assert "商标续展要多少钱" in json.dumps(json.loads(Path(download.path()).read_text("utf-8")), ensure_ascii=False)
    secret = citizen.page.evaluate("localStorage.getItem('zhiwen.visitor')")
    assert len(secret) == 32
    assert not [address for address in addresses if secret in address]


def test_deleted_records_leave_the_page_at_once(citizen: Citizen) -> None:
    citizen.ask("商标续展要多少钱")
    citizen.menu("删除我的记录")
    citizen.answered(1).get_by_role("button", name="确定删除").click()
    expect(citizen.page.locator("#log")).to_contain_text("已删除")
    expect(citizen.page.locator("#log")).not_to_contain_text("续展")
    citizen.reload()
    expect(citizen.page.locator("#log")).to_contain_text("以前的内容已经删除")


def test_a_mere_reader_is_given_no_identity(citizen: Citizen) -> None:
    assert citizen.page.evaluate("localStorage.getItem('zhiwen.visitor')") is None


def test_a_position_is_sent_only_after_agreement_and_no_finer_than_needed(contexts: Contexts, service: Service) -> None:
    context = contexts(geolocation={"latitude": 36.0612345, "longitude": 103.8343219}, permissions=["geolocation"])
    citizen = Citizen(context.new_page(), service.url).open()
    citizen.page.get_by_role("button", name="发送位置").click()
    expect(citizen.page.locator("#place")).to_contain_text("需要用一次您的位置")
    expect(citizen.messages).to_have_count(0)
    with citizen.page.expect_request(lambda request: request.method == "POST") as sent:
        citizen.page.get_by_role("button", name="同意并发送位置").click()
    assert sent.value.post_data_json["location"] == {"lat": 36.061, "lon": 103.834}
    expect(citizen.answered(0)).to_contain_text("兰州市")


def test_a_refused_position_is_no_trouble(citizen: Citizen) -> None:
    citizen.page.get_by_role("button", name="发送位置").click()
    citizen.page.get_by_role("button", name="同意并发送位置").click()
    expect(citizen.page.locator("#place")).to_contain_text("也可以直接输入市县名")
    expect(citizen.words).to_be_focused()
    expect(citizen.messages).to_have_count(0)
