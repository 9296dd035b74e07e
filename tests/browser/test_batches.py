"""Batches in Chromium, each verb with more rows than a page: what is ticked, what "all" means, what is in the file."""

import csv
import io
from pathlib import Path

import pytest

MANY = """
from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from orders.tests.factories import make_orders
from workorders.tests.factories import ask
shop, now = Shop.objects.get(code="qinghe"), clock.now()
if not shop.orders.filter(number__startswith="MANY").exists():
    for n, order in enumerate(make_orders(shop, 60, now, carrier="Many")):
        shop.orders.filter(pk=order.pk).update(number=f"MANY{n:03}", carrier="Many")
        if n < 30:
            ask(shop, now, order=order)
"""
COUNT = """
from orders.models import Order
from workorders.models import WorkOrder
print({question})
"""
pytestmark = pytest.mark.browser
ORDERS = "/s/qinghe/orders/?q=MANY&tab=all"
CASES = "/s/qinghe/work-orders/?tab=to_answer"


@pytest.fixture(scope="module")
def many(stack):
    """Sixty orders found by one search, thirty of them asked about; and a function that counts in the database."""
    stack.manage(code=MANY)
    return lambda question: int(stack.manage(code=COUNT.format(question=question)).splitlines()[-1])


def rows(page):
    return page.locator("[data-rows] input[name=id]")


def selected(page):
    return page.locator("[data-selected]").inner_text()


def choose_all(page):
    """The page first, then, as a step of its own, all that match; how many the list says there are."""
    page.locator("thead [data-select-page]").check()
    page.locator("[data-select-all]").check()
    assert selected(page) == "All that match are selected"


def confirm(page):
    """The preview's count, after its button was pressed and the result is there."""
    shown = int(page.locator("[data-count]").get_attribute("data-count"))
    page.locator("form[data-once] button.btn-primary").click()
    page.wait_for_url("**/lists/results/**")
    page.locator("[data-taken]").wait_for()
    return shown


def taken(page):
    return int(page.locator("[data-taken]").get_attribute("data-taken"))


@pytest.mark.parametrize(
    ("verb", "fill", "question"),
    [
        ("flag", lambda page: page.locator("input[value=purple]").check(), "Order.objects.filter(flag='purple', number__startswith='MANY').count()"),
        ("note", lambda page: page.fill("[name=note]", "From many"), "Order.objects.filter(staff_note__endswith='From many').count()"),
    ],
    ids=["flag", "note"],
)  # fmt: skip
def test_a_verb_on_all_orders_of_a_search_takes_every_page_of_it(person, many, verb, fill, question):
    page = person("kefu", language="en")
    page.goto(ORDERS)
    assert rows(page).count() == 25
    choose_all(page)
    page.locator(f"[data-verb][formaction*='/{verb}/']").click()
    fill(page)
    assert confirm(page) == 60 == taken(page)
    assert many(question) == 60
    page.get_by_role("link", name="Back to the list").click()
    assert "q=MANY" in page.url


@pytest.mark.parametrize(
    ("verb", "fill"),
    [
        ("assign", lambda page: page.select_option("[name=to]", index=1)),
        ("flag", lambda page: page.locator("input[value=blue]").check()),
        ("note", lambda page: page.fill("[name=note]", "Seen")),
    ],
    ids=["assign", "flag", "note"],
)
def test_a_verb_on_all_work_orders_of_a_tab_takes_every_page_of_it(person, many, verb, fill):
    page = person("dianzhu", language="en")
    page.goto(CASES)
    there = int(page.locator("[data-tabs] [aria-current] .count").inner_text())
    assert there > rows(page).count() == 25
    choose_all(page)
    page.locator(f"[data-verb][formaction*='/{verb}/']").click()
    fill(page)
    assert confirm(page) == there == taken(page)


def test_the_page_alone_is_the_page_alone(person, many):
    page = person("kefu", language="en")
    page.goto(ORDERS)
    page.locator("thead [data-select-page]").check()
    assert selected(page) == "25 selected"
    page.locator("[data-verb]").first.click()
    page.locator("input[value=green]").check()
    assert confirm(page) == 25 == taken(page)
    assert many("Order.objects.filter(flag='green', number__startswith='MANY').count()") == 25


def test_back_from_the_result_and_reload_of_the_preview_lead_to_the_list(person, many):
    page = person("kefu", language="en")
    page.goto(ORDERS)
    rows(page).first.check()
    page.locator("[data-verb]").first.click()
    page.locator("form[data-preview]").wait_for()
    confirm(page)
    page.go_back()
    rows(page).first.check()
    page.locator("[data-verb]").first.click()
    page.locator("form[data-preview]").wait_for()
    page.reload()
    assert rows(page).count() == 25


def test_shift_takes_a_range_escape_clears_and_no_row_moves(person, many):
    page = person("kefu", language="en")
    page.goto(ORDERS)
    place = rows(page).nth(3).bounding_box()
    rows(page).nth(2).check()
    assert rows(page).nth(3).bounding_box() == place
    rows(page).nth(6).click(modifiers=["Shift"])
    assert selected(page) == "5 selected"
    assert not page.locator("[data-select-all]").is_visible(), "all that match is offered once the page is whole"
    bar = page.locator("[data-batch-bar]").bounding_box()
    assert bar["y"] + bar["height"] <= 900, "the bar is in sight"
    page.keyboard.press("Escape")
    assert selected(page) == "Nothing selected"
    assert page.locator("[data-verb]").first.is_disabled()
    assert rows(page).nth(3).bounding_box() == place


def test_the_file_is_what_the_screen_shows(person, many):
    page = person("kefu", language="en")
    page.goto(ORDERS + "&sort=placed")
    shown = page.locator("[data-rows] > tr > th a").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    lines = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert len(lines) == 61 and [line[0] for line in lines[1:26]] == shown
    rows(page).nth(1).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as XLSX").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_without_scripts_the_buttons_post_the_ticks(person, many, browser, stack):
    state = person("kefu", language="en").context.storage_state()
    context = browser.new_context(base_url=stack.url, locale="en-GB", storage_state=state, java_script_enabled=False)
    page = context.new_page()
    page.goto(ORDERS)
    for place in (0, 2):
        rows(page).nth(place).check()
    page.locator("[data-verb]").first.click()
    assert page.locator("[data-count]").get_attribute("data-count") == "2"
    page.locator("form[data-once] button.btn-primary").click()
    assert taken(page) == 2
    page.goto(ORDERS)
    page.locator("[data-select-all]").check()
    page.locator("[data-verb]").first.click()
    assert page.locator("[data-count]").get_attribute("data-count") == "60"
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_nothing_runs_over_the_edge(person, many, theme):
    page = person("kefu", language="en", phone=True, theme=theme)
    page.goto(ORDERS)
    rows(page).nth(1).check()
    assert selected(page) == "1 selected"
    assert page.locator("[data-verb]").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[data-verb]").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    confirm(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
