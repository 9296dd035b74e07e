"""The workbench in Chromium: every number leads to a list of as many rows; the table twin by keyboard; axe."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser
WORKBENCH = "/s/qinghe/"


def shown(text):
    return int(re.sub(r"\D", "", text))


def both(page, place):
    """What the `place`-th tile says, and how many rows the list behind it has."""
    page.goto(WORKBENCH)
    tile = page.locator("[data-count]").nth(place)
    said = int(tile.get_attribute("data-count"))
    tile.click()
    page.wait_for_url(lambda url: not url.endswith(WORKBENCH))
    return said, shown(page.locator("[data-tabs] [aria-current] .count").inner_text())


def test_each_tile_leads_to_a_list_of_as_many_rows(person):
    page = person("dianzhu", language="en")
    page.goto(WORKBENCH)
    tiles = page.locator("[data-count]").count()
    assert tiles == 10
    for place in range(tiles):
        said, found = both(page, place)
        if said != found:  # the platform's job took one between the two pages
            said, found = both(page, place)
        assert said == found, page.url


def test_the_table_behind_the_bars_opens_by_keyboard_and_its_numbers_lead_to_lists(person):
    page = person("dianzhu", language="en")
    page.goto(WORKBENCH)
    table = page.locator(".chart-table table")
    assert not table.is_visible()
    page.locator(".chart-table summary").focus()
    page.keyboard.press("Enter")
    assert table.is_visible() and table.locator("tbody tr").count() == 14
    asked = table.locator("tbody td:first-of-type a")
    numbers = [int(link.get_attribute("data-value")) for link in asked.all()]
    day = numbers.index(max(numbers))
    assert numbers[day] > 1
    assert sum(numbers) == shown(table.locator("tfoot td").first.inner_text())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.chart-table') !== null"), "the numbers are the next stops"
    asked.nth(day).click()
    page.wait_for_url("**/work-orders/**")
    assert shown(page.locator("[data-tabs] [aria-current] .count").inner_text()) == numbers[day]


def test_money_today_leads_to_the_statement(person):
    page = person("caiwu", language="en")
    page.goto(WORKBENCH)
    links = page.locator("[aria-labelledby=money-today] dd a")
    addresses = [link.get_attribute("href") for link in links.all()]
    assert len(addresses) == 5
    for address in addresses:
        assert page.goto(address).ok and "/settlement/" in page.url


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
def test_the_workbench_with_its_table_open_is_readable_for_everybody(person, theme, phone):
    page = person("dianzhu", theme=theme, phone=phone, bypass_csp=True)
    page.goto(WORKBENCH)
    page.locator(".chart-table summary").click()
    found = [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert not found, found
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
