"""Every page a person lives in: both languages, both themes, desktop and phone; axe, width, keyboard, countdown."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PAGES = (
    "", "orders/", "orders/import/", "work-orders/", "work-orders/board/", "settlement/", "staff/", "notices/", "jobs/",
)  # fmt: skip


def addresses(page):
    """The shop's pages, and the first order, open case and answered case of the lists."""
    page.goto("/s/qinghe/orders/")
    order = page.locator("main a[href*='/orders/2']").first.get_attribute("href")
    page.goto("/s/qinghe/work-orders/")
    case = page.locator("main a[href*='/work-orders/WO']").first.get_attribute("href")
    return [*(f"/s/qinghe/{name}" for name in PAGES), order, order + "refund/", case, case + "desk/", "/help/",
            "/account/sessions/", "/account/password/"]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "theme", "phone"),
    [("zh-hans", "light", False), ("en", "dark", False), ("zh-hans", "dark", True), ("en", "light", True)],
)
def test_pages_are_readable_for_everybody(person, language, theme, phone):
    page = person("dianzhu", language=language, theme=theme, phone=phone, bypass_csp=True)
    for address in addresses(page):
        page.goto(address)
        found = [
            f"{rule['id']}: {node['html'][:120]}"
            for rule in Axe().run(page).response["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]
        assert not found, (address, found)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], (address, width)


def test_no_page_breaks_the_content_policy(person):
    page = person("dianzhu")
    for address in addresses(page):
        page.goto(address, wait_until="networkidle")


def test_the_admin_keeps_the_same_policy(person):
    page = person("pingtai")
    page.goto("/admin/")
    addresses = [link.get_attribute("href") for link in page.locator("#content a[href^='/admin/']").all()]
    assert len(addresses) > 10
    for address in dict.fromkeys(addresses):
        page.goto(address, wait_until="networkidle")


def test_the_keyboard_reaches_search_and_skips_the_menu(person):
    page = person("kefu")
    page.goto("/s/qinghe/orders/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_a_page_without_scripts_still_tells_the_time_left(browser, stack, person):
    page = person("kefu")
    context = browser.new_context(
        base_url=stack.url, java_script_enabled=False, storage_state=page.context.storage_state(), locale="en-GB"
    )
    plain = context.new_page()
    plain.goto("/s/qinghe/work-orders/")
    assert plain.locator("main .countdown").count() > 0
    assert "min" in plain.locator("main .countdown").first.inner_text()
    context.close()
