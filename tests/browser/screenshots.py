"""`make screenshots`: docs/screenshot.png, the work orders of a freshly made demo."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from config.demo.people import PASSWORD

from .conftest import ARGUMENTS
from .stack import Stack, free_port

TARGET = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshot.png"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="houtai-screenshot-") as folder:
        house = Stack(Path(folder), free_port())
        house.manage("migrate", "-v", "0")
        house.manage("seed_demo")
        house.start()
        try:
            take(house.url)
        finally:
            house.stop()


def take(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        context = browser.new_context(base_url=address, locale="zh-CN", color_scheme="light",
                                      viewport={"width": 1440, "height": 900})  # fmt: skip
        page = context.new_page()
        page.goto("/login/")
        page.fill("input[name=username]", "dianzhu")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
        page.goto("/s/qinghe/work-orders/")
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
