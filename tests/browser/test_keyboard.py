"""Everything with the keyboard alone; nothing surprises a screen reader."""

from playwright.sync_api import expect

from tests.browser.citizen import Citizen

COMPOSING = """field => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"""
RING = """() => {
  if (document.activeElement === document.body) return true;
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
}"""


def test_a_conversation_is_held_without_a_mouse(citizen: Citizen) -> None:
    keys = citizen.page.keyboard
    expect(citizen.words).to_be_focused()
    keys.type("商标续展要多少钱")
    keys.press("Enter")
    answer = citizen.answered(0)
    expect(citizen.words).to_be_focused()
    choice = answer.locator(".choice").last
    for _ in range(6):
        keys.press("Shift+Tab")
        if choice.evaluate("one => one === document.activeElement"):
            break
    expect(choice).to_be_focused()
    keys.press("Enter")
    citizen.answered(1)


def test_shift_enter_breaks_the_line_and_an_input_method_keeps_its_enter(citizen: Citizen) -> None:
    citizen.page.keyboard.type("第一行")
    citizen.page.keyboard.press("Shift+Enter")
    citizen.page.keyboard.type("第二行")
    expect(citizen.words).to_have_value("第一行\n第二行")
    citizen.words.evaluate(COMPOSING)
    expect(citizen.words).to_have_value("第一行\n第二行")
    expect(citizen.messages).to_have_count(0)


def test_escape_closes_the_menu_and_gives_the_focus_back(citizen: Citizen) -> None:
    button = citizen.page.get_by_role("button", name="菜单")
    button.focus()
    citizen.page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    citizen.page.keyboard.press("ArrowDown")
    expect(citizen.page.locator("#menu-list").get_by_role("button", name="大字")).to_be_focused()
    citizen.page.keyboard.press("Escape")
    expect(citizen.page.locator("#menu-list")).to_be_hidden()
    expect(button).to_be_focused()


def test_escape_closes_the_question_about_the_position(citizen: Citizen) -> None:
    button = citizen.page.get_by_role("button", name="发送位置")
    button.focus()
    citizen.page.keyboard.press("Enter")
    expect(citizen.page.get_by_role("button", name="同意并发送位置")).to_be_focused()
    citizen.page.keyboard.press("Escape")
    expect(citizen.page.locator("#place")).to_be_hidden()
    expect(button).to_be_focused()


def test_arrow_up_brings_back_what_was_said_last(citizen: Citizen) -> None:
    citizen.ask("商标续展要多少钱")
    citizen.page.keyboard.press("ArrowUp")
    expect(citizen.words).to_have_value("商标续展要多少钱")


def test_arrows_walk_through_the_groups(citizen: Citizen) -> None:
    citizen.page.get_by_role("tab", name="商标").focus()
    citizen.page.keyboard.press("ArrowRight")
    expect(citizen.page.get_by_role("tab", name="专利")).to_be_focused()
    expect(citizen.page.get_by_role("tabpanel", name="专利")).to_be_visible()
    expect(citizen.page.locator("#panel-0")).to_be_hidden()


def test_the_first_stop_skips_to_the_composer(phone: Citizen) -> None:
    phone.page.keyboard.press("Tab")
    expect(phone.page.locator(".skip")).to_be_focused()
    phone.page.keyboard.press("Enter")
    expect(phone.words).to_be_focused()


def test_the_focus_can_always_be_seen(citizen: Citizen) -> None:
    citizen.ask("商标续展要多少钱")
    for _ in range(40):
        citizen.page.keyboard.press("Tab")
        assert citizen.page.evaluate(RING), citizen.page.evaluate("document.activeElement.outerHTML")


def test_new_messages_are_announced_and_old_ones_are_not(citizen: Citizen) -> None:
    log = citizen.page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    citizen.ask("商标续展要多少钱")
    citizen.page.add_init_script("addEventListener('DOMContentLoaded', () => new MutationObserver((_, watcher) => {"
        "window.spoken = document.getElementById('log').getAttribute('aria-live'); watcher.disconnect()"
        "}).observe(document.getElementById('log'), {childList: true}))")  # fmt: skip
    citizen.reload()
    expect(citizen.messages.first).to_be_visible()
    assert citizen.page.evaluate("window.spoken") == "off"
    expect(log).to_have_attribute("aria-live", "polite")
