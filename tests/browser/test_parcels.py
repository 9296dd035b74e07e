"""Parcels in Chromium: the page, files, attachment and contact record; lost ones, recalls, numbers for several at once."""

import csv
import io
from pathlib import Path

import pytest

from logistics.tests.factories import photo

from .test_pages import heavy

pytestmark = pytest.mark.browser
ROOT = "/s/qinghe/shipping"

PREPARE = """
import secrets
from datetime import timedelta
from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from logistics.services import ship_order
from logistics.tests.factories import journey, make_parcel, make_scans, shipped, to_ship
shop, now = Shop.objects.get(code="qinghe"), clock.now()
def own(prefix):
    return f"{prefix}{secrets.randbelow(10**10):010d}"
def lost():
    return make_parcel(shop, now, order=shipped(shop, now, number=own("LOST"), tracking_number=own("7310"), paid_minor=12500),
        anomaly="lost", anomaly_at=now, last_scan_at=now - timedelta(days=400), last_scan_text="gone")
losses = [lost().number for _one in range(3)]
offline = ship_order(to_ship(shop, now, number=own("OFF")).pk, by=None, now=now)
going = make_parcel(shop, now, order=shipped(shop, now, number=own("GO"), tracking_number=own("7310")))
make_scans(going, journey(now - timedelta(hours=30), "picked_up", "in_transit"))
waiting = [to_ship(shop, now, number=own("NUM")).number for _one in range(3)]
print(";".join([" ".join(losses), offline.number, going.number, going.tracking_number, " ".join(waiting), own("7310")]))
"""
SAID = """
from logistics.models import Loss, Parcel, Recall
from orders.models import Order
print({question})
"""


@pytest.fixture
def house(stack):
    """Three lost parcels, one without a number, one on its way, three orders to ship; and a question to the database."""
    lost, offline, going, tracking, waiting, number = stack.manage(code=PREPARE).splitlines()[-1].split(";")
    things = {
        "lost": lost.split(), "offline": offline, "going": going, "tracking": tracking, "waiting": waiting.split(),
        "number": number,
    }  # fmt: skip
    return things, lambda question: stack.manage(code=SAID.format(question=question)).splitlines()[-1]


def settle(page):
    return page.locator("[data-ways] button.btn-primary")


def toast(page):
    return page.locator("[data-toasts]").inner_text()


# The parcel's page -----------------------------------------------------------------------------------------------------


def test_a_parcel_shows_its_track_and_takes_a_picture_and_a_contact_record(person, house):
    things, _said = house
    page = person("kefu", language="en")
    page.goto(f"{ROOT}/parcels/{things['going']}/")
    assert page.locator(".track .timeline-item strong").all_inner_texts() == ["In transit", "Picked up"]
    page.get_by_text("Attach pictures").click()
    picture = photo(name="chat.jpg")
    page.set_input_files("#attachments input[type=file]", {"name": "chat.jpg", "mimeType": "image/jpeg", "buffer": picture.read()})
    page.fill("#attachments [name=caption]", "The depot answers")
    page.locator("#attachments button.btn-primary").click()
    page.wait_for_url("**#attachments")
    thumb = page.locator("#attachments img.thumb")
    thumb.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#attachments img.thumb').naturalWidth > 0")
    assert "The depot answers" in page.locator("#attachments").inner_text()
    page.locator("#contacts summary").first.click()
    page.locator("#contacts [name=said]").fill("Comes tomorrow")
    page.locator("#contacts button.btn-primary").click()
    page.wait_for_url("**#contacts")
    assert "Comes tomorrow" in page.locator("#contacts").inner_text()
    assert f"/parcels/{things['going']}/" in page.url


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_of_the_package_centre_is_what_was_found(person, house, kind):
    things, _said = house
    page = person("dianzhu", language="en")
    page.goto(f"{ROOT}/?tab=all&q={things['tracking']}")
    assert page.locator("[data-rows] input[name=id]").count() == 1
    with page.expect_download() as got:
        page.locator(f"button[name=format][value={kind}]").click()
    content = Path(got.value.path()).read_bytes()
    if kind == "xlsx":
        assert content[:4] == b"PK\x03\x04"
        return
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert len(rows) == 1 and things["tracking"] in rows[0] and "Tracking number" in head


# Lost parcels ----------------------------------------------------------------------------------------------------------


def test_the_dearest_lost_parcel_can_stand_first(person, house):
    page = person("dianzhu", language="en")
    page.goto(f"{ROOT}/lost/")
    page.get_by_role("link", name="Order paid").click()
    page.wait_for_url("**sort=*value*")
    paid = [float(one.strip("¥").replace(",", "")) for one in page.locator("[data-rows] td.amount").all_inner_texts()]
    assert len(paid) > 2 and paid in (sorted(paid), sorted(paid, reverse=True))


def test_the_button_names_the_act_and_the_amount_and_does_it(person, house):
    things, said = house
    reship, replace, compensate = things["lost"]
    page = person("dianzhu", language="en")
    page.goto(f"{ROOT}/lost/{reship}/")
    assert page.locator("main").inner_text().count("Way out") == 1
    assert settle(page).inner_text() == "Reship, freight ¥8.00" and not page.locator("[name=amount]").is_visible()
    page.select_option("[name=carrier]", "zto")
    page.fill("[name=number]", things["number"])
    settle(page).click()
    page.wait_for_url("**/shipping/parcels/**")
    assert "Sent again as" in toast(page)
    page.goto(f"{ROOT}/lost/{replace}/")
    page.check("[name=way][value=replace]")
    page.select_option("[name=carrier]", "sf")
    settle(page).click()
    page.locator("[data-refused]").wait_for()
    assert "which goods" in page.locator("main").inner_text(), "other goods are named"
    page.fill("[name=note]", "A blue one")
    assert settle(page).inner_text() == "Send other goods, freight ¥8.00"
    settle(page).click()
    page.wait_for_url("**/shipping/parcels/**")
    page.goto(f"{ROOT}/lost/{compensate}/")
    page.check("[name=way][value=compensate]")
    assert not page.locator("[name=carrier]").is_visible()
    page.fill("[name=amount]", "12.50")
    assert settle(page).inner_text() == "Pay the buyer ¥12.50"
    settle(page).dblclick()
    page.wait_for_url("**/shipping/parcels/**")
    numbers = things["lost"]
    found = said(f"[Loss.objects.get(parcel__number=one).way for one in {numbers}], Loss.objects.get(parcel__number='{compensate}').amount_minor")
    assert found == "['reship', 'replace', 'compensate'] 1250"


# Recalls ---------------------------------------------------------------------------------------------------------------


def test_a_recall_is_opened_handed_over_and_closed_with_proof(person, house):
    things, said = house
    page = person("guanli", language="en")
    page.goto(f"{ROOT}/parcels/{things['offline']}/")
    page.locator("#care a[href$='/recall/']").click()
    page.select_option("[name=carrier]", "zto")
    page.get_by_role("button", name="Open the recall").click()
    page.wait_for_url("**/recalls/**")
    assert "A refund does not wait" in toast(page)
    page.locator("form[action$='/assign/'] [name=owner]").select_option(index=1)
    page.locator("form[action$='/assign/'] button").click()
    page.wait_for_url("**/recalls/**")
    page.locator("#close button.btn-primary").click()
    page.locator("[data-refused]").wait_for()
    page.check("#close [name=result][value=recalled]")
    page.fill("#close [name=cost]", "6")
    page.set_input_files("#close input[type=file]", {"name": "back.jpg", "mimeType": "image/jpeg", "buffer": photo().read()})
    page.locator("#close button.btn-primary").click()
    page.wait_for_url("**/recalls/**")
    assert page.locator("main img.thumb").count() == 1 and page.locator("#close").count() == 0
    assert said(f"list(Recall.objects.filter(parcel__number='{things['offline']}').values_list('status', 'cost_minor'))[0]") == "('recalled', 600)"


# Numbers for several ---------------------------------------------------------------------------------------------------


def test_numbers_of_ticked_orders_are_typed_pasted_and_entered_at_once(person, house):
    things, said = house
    one, two, three = things["waiting"]
    page = person("cangku", language="en")
    page.goto("/s/qinghe/orders/?tab=all&q=" + "%20".join(things["waiting"]))
    assert page.locator("[data-rows] input[name=id]").count() == 3
    page.locator("thead [data-select-page]").check()
    page.locator("[data-verb][formaction*='/numbers/enter/']").click()
    page.locator(".number-table").wait_for()
    page.get_by_label(f"Tracking number of {one}").fill(things["number"])
    page.get_by_label(f"Tracking number of {two}").fill("x")
    page.select_option("[name=carrier_of_all]", "zto")
    page.get_by_role("button", name="Enter the numbers").click()
    page.locator(".invalid-feedback").wait_for()
    assert page.get_by_label(f"Tracking number of {one}").count() == 0, "what is entered is out of the way"
    assert page.input_value(f"[aria-label='Tracking number of {two}']") == "x"
    number = int(things["number"])
    page.fill("[name=paste]", f"{two}\t中通\t{number + 1}\n{three}, ZTO Express, {number + 2}")
    page.get_by_role("button", name="Put them into the table").click()
    page.locator(".invalid-feedback").wait_for(state="detached")
    page.get_by_role("button", name="Enter the numbers").click()
    page.wait_for_url("**/orders/?**")
    assert "2 tracking numbers entered." in toast(page)
    assert said(f"Order.objects.filter(number__in={things['waiting']}, status='shipped').count()") == "3"


def test_back_and_reload_of_a_refused_page_ask_nothing(person, house):
    things, _said = house
    page = person("dianzhu", language="en")
    address = f"{ROOT}/lost/{things['lost'][0]}/"
    page.goto(address)
    page.check("[name=way][value=compensate]")
    settle(page).click()
    page.locator("[data-refused]").wait_for()
    page.fill("[name=amount]", "1")
    settle(page).click()
    page.wait_for_url("**/shipping/parcels/**")
    asked = []
    page.on("request", lambda request: request.is_navigation_request() and asked.append(request.method))
    page.go_back()
    page.wait_for_url(f"**{address}")
    assert page.locator("[data-ways]").count() == 0, "it is settled: no form"
    page.reload()
    assert set(asked) == {"GET"}


# Everybody -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "theme", "phone"),
    [("zh-hans", "light", False), ("en", "dark", False), ("zh-hans", "dark", True), ("en", "light", True)],
)
def test_the_pages_are_readable_for_everybody(person, house, language, theme, phone):
    things, said = house
    recall = said("Recall.objects.filter(shop__code='qinghe').order_by('status').last().number")
    page = person("dianzhu", language=language, theme=theme, phone=phone, bypass_csp=True)
    for address in (
        "?tab=anomalies", "?columns=1", f"parcels/{things['going']}/", f"parcels/{things['going']}/?number=1",
        f"parcels/{things['offline']}/", f"parcels/{things['offline']}/recall/", f"parcels/{things['lost'][0]}/",
        "lost/", f"lost/{things['lost'][0]}/", "recalls/?tab=all", f"recalls/{recall}/", "numbers/", "numbers/enter/",
    ):  # fmt: skip
        page.goto(f"{ROOT}/{address}")
        found = heavy(page)
        assert not found, (address, found)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], (address, width)


def test_no_page_of_parcels_breaks_the_content_policy(person, house):
    things, _said = house
    page = person("dianzhu")
    for address in (f"parcels/{things['going']}/", f"lost/{things['lost'][0]}/", "numbers/enter/", "recalls/"):
        page.goto(f"{ROOT}/{address}", wait_until="networkidle")
    assert page.locator(".panel").count() > 0
