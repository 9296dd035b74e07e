"""The list kit in Chromium: single keys, columns, views, and that nothing stands wider than the screen."""

import pytest

pytestmark = pytest.mark.browser
ORDERS = "/s/qinghe/orders/"


def in_cursor(page):
    return page.locator("[data-rows] > .cursor [scope=row] a").inner_text()


def numbers(page):
    return page.locator("[data-rows] [scope=row] a").all_inner_texts()


def test_a_page_is_worked_through_with_single_keys(person):
    page = person("dianzhu", language="en")
    page.goto(ORDERS)
    rows = numbers(page)
    for key in ("j", "j", "x", "k"):
        page.keyboard.press(key)
    assert in_cursor(page) == rows[0]
    assert page.locator("[data-rows] .picked").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("[data-rows] .picked").count() == 0
    page.locator("[data-rows] input").nth(2).click()
    page.keyboard.press("j")  # the box just ticked does not swallow the keys
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/*/?next=**")
    opened = rows.index(next(row for row in rows if row in page.url))
    page.keyboard.press("j")
    page.wait_for_url(f"**/orders/{rows[opened + 1]}/?next=**")
    page.keyboard.press("k")
    page.wait_for_url(f"**/orders/{rows[opened]}/?next=**")


def test_columns_are_moved_and_ticked_and_still_there_on_another_device(person):
    page = person("guanli", language="en")
    page.goto(ORDERS)
    page.get_by_role("link", name="Columns").click()
    chooser = page.locator("[data-columns]")
    chooser.locator("[data-move=up][value='up:paid']").click()
    chooser.get_by_label("Province", exact=True).check()
    chooser.get_by_role("button", name="Save columns").click()
    page.wait_for_url(f"**{ORDERS}")
    heads = ["Order number", "Paid", "Goods", "Buyer"]
    assert page.locator("thead th[scope=col]").all_inner_texts()[:4] == heads
    elsewhere = person("guanli", language="en")
    elsewhere.goto(ORDERS)
    assert elsewhere.locator("thead th[scope=col]").all_inner_texts()[:4] == heads
    assert "Province" in elsewhere.locator("thead").inner_text()


def test_a_view_is_saved_and_opened_with_one_click(person):
    page = person("dianzhu", language="en")
    page.goto(f"{ORDERS}?tab=signed&sort=paid")
    shown = numbers(page)
    page.get_by_role("link", name="Views").click()
    page.get_by_placeholder("Name of the view").fill("Signed, small first")
    page.get_by_role("button", name="Save this view").click()
    page.wait_for_url("**?view=**")
    page.goto(ORDERS)
    assert numbers(page) != shown
    page.get_by_role("navigation", name="Saved views").get_by_text("Signed, small first").click()
    page.wait_for_url("**?view=**")
    assert numbers(page) == shown


@pytest.mark.parametrize("address", ["?columns=1", "?views=1", "?filters=1", "?totals=1"])
@pytest.mark.parametrize("phone", [True, False])
def test_panels_fit_the_screen(person, address, phone):
    page = person("kefu", phone=phone)
    for place in (ORDERS, "/s/qinghe/work-orders/"):
        page.goto(place + address)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
