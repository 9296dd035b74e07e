"""The evidence desk in Chromium: files, ticks, order by mouse and by buttons, the sheet, the viewer; and on a phone."""

import pytest

from foundation.files.tests import pictures

OPEN_A_CASE = """
from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from foundation.lifecycle.randoms import public_number
from orders.tests.factories import make_order
from workorders.tests.factories import ask
shop, now = Shop.objects.get(code="qinghe"), clock.now()
order = make_order(shop, now, number=public_number("DESK-"))
print(ask(shop, now, order=order, asked_slots=["shipping_slip", "sign_off_proof"]).number)
"""

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(stack):
    """The address of a fresh, empty desk."""
    number = stack.manage(code=OPEN_A_CASE).splitlines()[-1]
    return f"/s/qinghe/work-orders/{number}/desk/"


def photographs(*shades):
    return [
        {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(900, 700, shade=shade)}
        for shade in shades
    ]


def names(page):
    return page.locator(".voucher-facts strong").all_inner_texts()


def wait_for(page, shown):
    page.wait_for_function(
        "shown => JSON.stringify([...document.querySelectorAll('.voucher-facts strong')].map(n => n.textContent)) === shown",
        arg=str(shown).replace("'", '"').replace(", ", ","),
    )


def test_a_desk_is_filled_ordered_and_composed(person, desk):
    page = person("kefu")
    page.goto(desk)
    bad = {"name": "evil.jpg", "mimeType": "image/jpeg", "buffer": b"GIF89a" + b"\x00" * 90}
    page.set_input_files("#id_files", [*photographs(10, 20), bad, *photographs(30)])
    wait_for(page, ["10.jpg", "20.jpg", "30.jpg"])
    assert "GIF" in page.locator(".upload.is-refused").inner_text()

    page.locator(".voucher").nth(0).locator("input[value=shipping_slip]").check()
    page.locator("#slot-shipping_slip.is-filled").wait_for()
    page.locator(".voucher").nth(0).locator("input[value=sign_off_proof]").check()
    page.locator("#slot-sign_off_proof.is-filled").wait_for()

    page.locator(".voucher").nth(2).locator("button[value=earlier]").press("Enter")
    wait_for(page, ["10.jpg", "30.jpg", "20.jpg"])
    grip, target = page.locator("[data-grip]").nth(2), page.locator(".voucher").nth(0)
    grip.scroll_into_view_if_needed()
    box, above = grip.bounding_box(), target.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(above["x"] + 60, above["y"] + above["height"] - 8, steps=8)
    page.mouse.up()
    wait_for(page, ["20.jpg", "10.jpg", "30.jpg"])

    page.click("#compose")
    page.locator("#sheet img").wait_for()
    page.locator("#sheet a[data-view]").click()
    page.locator("dialog[open] img").wait_for()
    page.keyboard.press("+")
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page.reload()
    assert names(page) == ["20.jpg", "10.jpg", "30.jpg"]


def test_a_picture_is_dropped_on_a_slot_and_another_pasted(person, desk):
    page = person("kefu")
    page.goto(desk)
    hand_over = """([bytes, how, where]) => {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(bytes)], `${how}.jpg`, {type: "image/jpeg"}));
        const event = how === "drop"
            ? new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true})
            : new ClipboardEvent("paste", {clipboardData: files, bubbles: true, cancelable: true});
        document.querySelector(where).dispatchEvent(event);
    }"""
    page.evaluate(hand_over, [list(pictures.jpeg(300, 200, shade=40)), "drop", "#slot-sign_off_proof"])
    page.locator("#slot-sign_off_proof.is-filled").wait_for()
    page.evaluate(hand_over, [list(pictures.jpeg(300, 200, shade=50)), "paste", "body"])
    wait_for(page, ["drop.jpg", "paste.jpg"])


def test_on_a_phone_nothing_runs_over_the_edge(person, desk):
    page = person("kefu", phone=True)
    page.goto(desk)
    page.set_input_files("#id_camera", photographs(60)[0])
    wait_for(page, ["60.jpg"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
