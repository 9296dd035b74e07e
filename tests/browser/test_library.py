"""The evidence library in Chromium: from an upload to two cases' desk; the one viewer there and with the reviewer."""

import io
import zipfile

import pytest

from foundation.files.tests import pictures

OPEN_A_CASE = """
from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from foundation.lifecycle.randoms import public_number
from orders.tests.factories import make_order
from workorders.tests.factories import ask
shop, now = Shop.objects.get(code="qinghe"), clock.now()
order = make_order(shop, now, number=public_number("LIB-"))
print(order.number, ask(shop, now, order=order, asked_slots=["shipping_slip", "sign_off_proof"]).number)
"""
ANSWERED = """
from workorders.models import Answer
print(Answer.objects.filter(sheet__isnull=False, work_order__status="answered").first().work_order_id)
"""

pytestmark = pytest.mark.browser


def photographs(*shades):
    return [
        {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(900, 700, shade=shade)}
        for shade in shades
    ]


def look_through(page, link):
    """Open the viewer, zoom, turn, go on, download, close; gives the name of what was downloaded."""
    link.click()
    page.locator("dialog[open] img").wait_for()
    before = page.locator("dialog[open] img").get_attribute("src")
    for key in ("+", "r", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator("dialog[open] img").get_attribute("src") != before
    with page.expect_download() as download:
        page.keyboard.press("d")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    return download.value.suggested_filename


@pytest.mark.parametrize("phone", [False, True])
def test_pictures_go_from_the_library_to_the_desk_with_their_words(person, stack, phone):
    order, case = stack.manage(code=OPEN_A_CASE).splitlines()[-1].split()
    page = person("cangku", phone=phone)
    page.goto(f"/s/qinghe/work-orders/library/{order}/")
    page.set_input_files("#id_files", photographs(10, 90, 170))
    page.fill("#id_upload_caption", "仓库拍的")
    page.locator("#id_upload_kinds input, [id^=id_upload_kinds]").first.check()
    page.click("details.panel button.btn-primary")
    page.locator(".library-item").nth(2).wait_for()
    assert look_through(page, page.locator(".library-item a[data-view]").first).endswith(".jpg")
    for place in (0, 2):
        page.locator(".library-tick input").nth(place).check()
    page.click("#use-in-case button")
    page.locator(".voucher").nth(1).wait_for()
    assert page.url.endswith(f"/{case}/desk/")
    assert [one.input_value() for one in page.locator(".voucher input[name=caption]").all()] == ["仓库拍的"] * 2
    assert page.locator(".library li").count() == 1

    page.locator(".library input[type=checkbox]").check()  # a tick alone sends nothing
    page.wait_for_timeout(300)
    assert page.locator(".voucher").count() == 2
    page.click("#reuse-ticked")
    page.locator(".voucher").nth(2).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_the_reviewer_looks_with_the_same_viewer_and_takes_the_pack(person, stack):
    pk = stack.manage(code=ANSWERED).splitlines()[-1]
    page = person("shenhe")
    page.goto(f"/admin/workorders/workorder/{pk}/change/")
    assert look_through(page, page.locator("a[data-view]").first)
    with page.expect_download() as download:
        page.click("button[formaction$='evidence.zip']")
    with open(download.value.path(), "rb") as handle:
        book = zipfile.ZipFile(io.BytesIO(handle.read()))
    assert book.testzip() is None and "case.pdf" in book.namelist()
    with page.expect_download() as download:
        page.click("button[formaction$='evidence.pdf']")
    assert download.value.suggested_filename.endswith(".pdf")
