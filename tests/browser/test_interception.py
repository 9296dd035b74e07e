"""Interception in Chromium: the one door out (sheet, wrong characters, double click, back button), and the live what-if."""

import pytest

from .test_pages import heavy

pytestmark = pytest.mark.browser

PREPARE = """
import secrets
from django.db import transaction
from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from logistics.models import CarrierCall, RefundRequest
from logistics.services import refund_requested
from logistics.tests.factories import intercept, make_parcel, shipped
def parcel():
    digits = f"{secrets.randbelow(10**10):010d}"
    return make_parcel(shop, now, order=shipped(shop, now, number=f"BR{digits}", tracking_number=f"7310{digits}"))
shop, now = Shop.objects.get(code="qinghe"), clock.now()
with transaction.atomic():  # answered, so that no worker moves them while the test looks at them
    made = [intercept(parcel(), now) for _one in range(3)]
    CarrierCall.objects.filter(interception__in=made).update(status="sent", done_at=now)
for amount in (1200, 4800, 12500):
    row = refund_requested(parcel().order, kind="refund_only", amount_minor=None, at=now)
    RefundRequest.objects.filter(pk=row.pk).update(order_minor=amount, amount_minor=amount, at=now)
print(" ".join(f"{one.number}:{one.parcel.tracking_number}:{one.parcel.number}:{one.order.number}" for one in made))
"""
STATE = """
from logistics.models import Interception
from foundation.audit.models import Entry
row = Interception.objects.get(number="{number}")
cancels = Entry.objects.filter(verb="logistics.interception_cancelled", subject_id=row.pk).count()
print(row.status, row.version, cancels)
"""
ROOT = "/s/qinghe/shipping"


@pytest.fixture
def house(stack):
    """Three interceptions that run, as (number, tracking number, parcel, order); and how one stands in the database."""
    lines = stack.manage(code=PREPARE).splitlines()[-1].split()
    rows = [tuple(line.split(":")) for line in lines]

    def state(number):
        status, _version, cancels = stack.manage(code=STATE.format(number=number)).splitlines()[-1].split()
        return status, int(cancels)

    return rows, state


def open_sheet(page, number):
    page.goto(f"{ROOT}/interceptions/{number}/")
    page.locator("a[href$='/cancel/']").click()
    page.locator("[data-sheet]").wait_for()


def fill(page, tail, reason="mistake"):
    page.select_option("[name=reason]", reason)
    page.fill("[name=typed]", tail)


def send(page):
    return page.locator("form[data-once] button.btn-danger")


def test_the_sheet_then_the_tail_then_the_end(person, house):
    rows, state = house
    number, tracking = rows[0][:2]
    page = person("guanli", language="en")
    open_sheet(page, number)
    said = page.locator("[data-sheet]").inner_text()
    for part in ("Cost so far", "Who pays", "Where the parcel is", "Asking again"):
        assert part in said
    assert "This is no undo." in page.locator("main").inner_text()
    fill(page, tracking[-4:])
    send(page).click()
    page.wait_for_url(f"**/interceptions/{number}/")
    assert "is cancelled for good" in page.locator("[data-toasts]").inner_text()
    assert state(number) == ("cancelled", 1)
    page.go_back()
    page.wait_for_url("**/cancel/")
    page.reload()
    assert page.locator("[name=typed]").count() == 0, "the back button finds no form"
    assert state(number) == ("cancelled", 1)


def test_wrong_characters_cancel_nothing(person, house):
    rows, state = house
    number, tracking = rows[0][:2]
    page = person("guanli", language="en")
    open_sheet(page, number)
    wrong = "0000" if tracking[-4:] != "0000" else "1111"
    page.fill("[name=note]", "kept")
    fill(page, wrong)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        send(page).click()
    assert answer.value.status == 422
    assert page.input_value("[name=note]") == "kept" and page.input_value("[name=typed]") == wrong
    assert "not the last four characters" in page.locator(".invalid-feedback").inner_text()
    assert state(number)[0] != "cancelled"
    with page.expect_request(lambda asked: asked.is_navigation_request()) as again:
        page.reload()
    assert again.value.method == "GET" and page.url.endswith("/cancel/"), "nothing asks to send it again"


def test_a_double_click_cancels_once(person, house):
    rows, state = house
    number, tracking = rows[1][:2]
    page = person("dianzhu", language="en")
    open_sheet(page, number)
    fill(page, tracking[-4:])
    send(page).dblclick()
    page.wait_for_url(f"**/interceptions/{number}/")
    assert state(number) == ("cancelled", 1)


def test_the_same_post_replayed_does_nothing_a_second_time(person, house):
    rows, state = house
    number, tracking = rows[2][:2]
    page = person("dianzhu", language="en")
    open_sheet(page, number)
    fill(page, tracking[-4:])
    with page.expect_request(lambda asked: asked.method == "POST") as sent:
        send(page).click()
    page.wait_for_url(f"**/interceptions/{number}/")
    again = page.request.post(
        sent.value.url, data=sent.value.post_data,
        headers={
            "Content-Type": "application/x-www-form-urlencoded", "Referer": page.url, "Origin": page.url.split("/s/")[0],
            "Accept-Language": "en",
        },
    )  # fmt: skip
    assert again.status == 200 and "nothing was done twice" in again.text()
    assert state(number) == ("cancelled", 1)


def caught(page):
    return int(page.locator("[data-caught]").get_attribute("data-caught"))


def wait_for(page, number):
    page.locator(f"[data-caught='{number}']").wait_for()


def test_what_it_would_have_done_follows_the_range(person, house):
    page = person("dianzhu", language="en")
    page.goto(f"{ROOT}/rules/new/")
    everything = caught(page)
    assert everything >= 3
    page.fill("[name=amount_from]", "100")
    page.locator(f"[data-caught]:not([data-caught='{everything}'])").wait_for()
    dear = caught(page)
    assert dear < everything
    page.fill("[name=amount_from]", "")
    wait_for(page, everything)
    upper = page.locator("[data-range-of=id_amount_to]")
    upper.focus()
    page.keyboard.press("Home")  # dragged to the very left
    wait_for(page, 0)
    assert page.input_value("[name=amount_to]") == "0"
    page.keyboard.press("End")
    wait_for(page, everything)
    assert page.input_value("[name=amount_to]") == "", "at the far end there is no upper end"
    page.locator("input[name=carriers]").last.check()
    wait_for(page, 0)


def test_without_scripts_a_button_shows_what_it_would_have_done(person, house, browser, stack):
    state = person("dianzhu", language="en").context.storage_state()
    context = browser.new_context(base_url=stack.url, locale="en-GB", storage_state=state, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{ROOT}/rules/new/")
    everything = caught(page)
    page.fill("[name=name]", "Plain")
    page.fill("[name=amount_from]", "100")
    page.locator("button[value=try]").click()
    assert caught(page) < everything and page.input_value("[name=name]") == "Plain"
    context.close()


def test_a_rule_is_made_switched_and_moved(person, house):
    page = person("dianzhu", language="en")
    for name in ("First", "Second"):
        page.goto(f"{ROOT}/rules/new/")
        page.fill("[name=name]", name)
        page.locator("button.btn-primary", has_text="Save the rule").click()
        page.wait_for_url("**/rules/")
    second = page.locator(".rule-line", has_text="Second").first
    second.get_by_role("button", name="Switch on").click()
    assert page.locator(".rule-line", has_text="Second").first.locator(".tone-success").count() == 1
    before = page.locator(".rule-line strong").all_inner_texts()
    page.get_by_role("button", name="Ask “Second” earlier").first.click()
    after = page.locator(".rule-line strong").all_inner_texts()
    assert after.index("Second") == before.index("Second") - 1


@pytest.mark.parametrize(
    ("language", "theme", "phone"),
    [("zh-hans", "light", False), ("en", "dark", False), ("zh-hans", "dark", True), ("en", "light", True)],
)
def test_the_pages_are_readable_for_everybody(person, house, language, theme, phone):
    number, _tracking, parcel, order = house[0][0]
    page = person("dianzhu", language=language, theme=theme, phone=phone, bypass_csp=True)
    for address in (
        "interceptions/?tab=all", "interceptions/?filters=1", f"interceptions/{number}/", f"interceptions/{number}/cancel/",
        f"interceptions/request/{parcel}/", "interceptions/success/?period=all", "interceptions/fees/", "rules/", "rules/new/",
        f"refund-requests/{order}/",
    ):  # fmt: skip
        page.goto(f"{ROOT}/{address}")
        found = heavy(page)
        assert not found, (address, found)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], (address, width)


def test_no_page_of_interception_breaks_the_content_policy(person, house):
    number, _tracking, parcel, order = house[0][0]
    page = person("dianzhu")
    for address in (
        "interceptions/",
        f"interceptions/{number}/cancel/",
        f"interceptions/request/{parcel}/",
        "rules/new/",
    ):
        page.goto(f"{ROOT}/{address}", wait_until="networkidle")
    page.goto(f"/s/qinghe/orders/{order}/", wait_until="networkidle")
    assert page.locator("#interception").count() == 1
