"""Every page a person lives in: both languages, both themes, desktop and phone; axe, width, keyboard, countdown."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PAGES = (
    "", "orders/", "orders/import/", "work-orders/", "work-orders/board/", "settlement/", "staff/", "notices/", "jobs/",
    "orders/?columns=1", "orders/?totals=1&tab=all", "work-orders/?views=1", "work-orders/?filters=1&whose=unassigned",
    "orders/?q=nothing-is-called-so",
)  # fmt: skip
OF_THE_PLATFORM = ("workorder/", "workorder/add/", "workorder/bulk/", "workorderpolicy/", "voucherkind/")


def addresses(page, *, types=8):
    """The shop's pages; the first order, its library; the first open case with its desk, and of that many types."""
    page.goto("/s/qinghe/orders/")
    order = page.locator("main a[href*='/orders/2']").first.get_attribute("href")
    page.goto("/s/qinghe/work-orders/?size=50")
    heads = page.locator("[data-rows] [scope=row]").all()
    kinds = {head.locator(".small").inner_text(): head.locator("a").first.get_attribute("href") for head in heads}
    assert len(kinds) > 5
    cases = [address.split("?")[0] for address in list(kinds.values())[:types]]
    return [*(f"/s/qinghe/{name}" for name in PAGES), order, order + "refund/", *cases, cases[0] + "desk/",
            order.replace("/orders/", "/work-orders/library/"), "/help/", "/account/sessions/", "/account/password/"]  # fmt: skip


def heavy(page):
    """What axe finds serious on the page as it stands."""
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(
    ("language", "theme", "phone"),
    [("zh-hans", "light", False), ("en", "dark", False), ("zh-hans", "dark", True), ("en", "light", True)],
)
def test_pages_are_readable_for_everybody(person, language, theme, phone):
    page = person("dianzhu", language=language, theme=theme, phone=phone, bypass_csp=True)
    for address in addresses(page, types=8 if phone else 1):
        page.goto(address)
        found = heavy(page)
        assert not found, (address, found)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], (address, width)


def test_no_page_breaks_the_content_policy(person):
    page = person("dianzhu")
    for address in addresses(page, types=1):
        page.goto(address, wait_until="networkidle")


def test_the_admin_keeps_the_same_policy(person):
    page = person("pingtai")
    page.goto("/admin/")
    addresses = [link.get_attribute("href") for link in page.locator("#content a[href^='/admin/']").all()]
    assert len(addresses) > 10
    for address in dict.fromkeys(addresses):
        page.goto(address, wait_until="networkidle")


@pytest.mark.parametrize(("theme", "phone"), [("light", False), ("dark", True)])
def test_a_reviewers_pages_are_readable_for_everybody(person, theme, phone):
    page = person("shenhe", theme=theme, phone=phone, bypass_csp=True)
    page.goto("/admin/workorders/workorder/")
    first = page.locator("#result_list tbody a").first.get_attribute("href")
    page.goto("/admin/workorders/workorderpolicy/")
    rule = page.locator("#result_list tbody a").first.get_attribute("href")
    for address in (*(f"/admin/workorders/{name}" for name in OF_THE_PLATFORM), first, rule):
        page.goto(address)
        found = heavy(page)
        assert not found, (address, found)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], (address, width)


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
