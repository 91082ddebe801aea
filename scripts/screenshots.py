"""Make the README's pictures from a really running service: start screen, a conversation on a phone, large type."""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, sync_playwright

from tests.running import ROOT, Service

IMAGES = ROOT / "docs" / "images"
QUESTION = "个体户注册商标要什么材料，多少钱"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


def ask(page: Page) -> None:
    """Type the question and wait for the answer."""
    page.get_by_role("textbox").fill(QUESTION)
    page.get_by_role("textbox").press("Enter")
    page.get_by_text("270 元").first.wait_for()


def main() -> None:
    """Write docs/images/*.png."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        service = Service(Path(folder)).start()
        browser = play.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS)
        desk = browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
        desk.goto(service.url)
        desk.get_by_text("商标").first.wait_for()
        desk.screenshot(path=IMAGES / "start.png")
        for name, care in (("chat-phone", False), ("care", True)):
            phone = browser.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=2, reduced_motion="reduce")
            phone.goto(service.url)
            if care:
                phone.get_by_role("button", name="关怀版").first.click()
            ask(phone)
            phone.screenshot(path=IMAGES / f"{name}.png")
        browser.close()
        service.stop()


if __name__ == "__main__":
    main()
