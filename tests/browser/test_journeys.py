"""The two whole stories: a question answered and decided, and a clock that reaches zero."""

import re
import time

import pytest

from foundation.files.tests import pictures

pytestmark = pytest.mark.browser

NUMBER = "261120-000000000000042"
TABLE = (
    "订单号,订单状态,下单时间,支付时间,实付金额,商品名称,数量,物流公司,物流单号,收货人,联系手机\n"
    f"{NUMBER},已签收,2026-11-10 10:00:00,2026-11-10 10:01:00,88.00,示例四件套,1,示例快递,SF000000000042,张示例,13800000042\n"
)

TICK = "from celery import current_app; current_app.send_task('workorders.forfeit_due', queue='clock')"
ALMOST_OVER = """
from datetime import timedelta
from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from foundation.lifecycle.randoms import public_number
from orders.tests.factories import make_order
from workorders.services import open_work_order
shop, now = Shop.objects.get(code="qinghe"), clock.now()
order = make_order(shop, now, number=public_number("LAST-"))
began = now - timedelta(hours=24) + timedelta(seconds=12)
case = open_work_order(order.pk, type="wrong_or_missing", platform_text="少发一件，请说明。", by=None, now=began)
print(case.number)
"""


def photograph(name, shade):
    return {"name": name, "mimeType": "image/jpeg", "buffer": pictures.jpeg(1200, 900, shade=shade)}


def test_a_seller_imports_is_asked_proves_and_a_reviewer_decides(person):
    boss = person("guanli")
    import_the_order(boss)
    reviewer = person("shenhe")
    number = ask_the_shop(reviewer)
    staff = person("kefu")
    prove(staff, number)
    decide(reviewer, number)
    staff.goto(f"/s/qinghe/work-orders/{number}/")
    assert "凭证成立" in staff.locator("main").inner_text()
    staff.goto(f"/s/qinghe/orders/{NUMBER}/")
    story = staff.locator("main").inner_text()
    assert number in story and "¥88.00" in story


def import_the_order(page):
    page.goto("/s/qinghe/orders/import/")
    page.set_input_files("input[type=file]", {"name": "订单.csv", "mimeType": "text/csv", "buffer": TABLE.encode("gb18030")})
    page.locator("main form button.btn-primary").click()
    page.locator("form[action$='/start/'] button").click(timeout=60_000)  # the preview polls until a worker has made it
    page.locator(".import-figures").wait_for(timeout=60_000)
    page.wait_for_function("() => /1/.test(document.querySelector('.import-figures dd').textContent)", timeout=60_000)
    page.goto(f"/s/qinghe/search/?q={NUMBER}")
    assert NUMBER in page.url  # an exact number is jumped to


def ask_the_shop(page):
    page.goto("/admin/workorders/workorder/add/")
    page.fill("[name=shop]", "qinghe")
    page.fill("[name=order]", NUMBER)
    page.select_option("[name=type]", "not_received")
    page.fill("[name=platform_text]", "消费者反馈未收到货，请提供发货底单和签收红章证明。")
    page.click("input[type=submit]")
    page.wait_for_url(re.compile(r"/workorder/\d+/change/"))
    return re.search(r"WO[0-9A-Z]{10}", page.content()).group()


def prove(page, number):
    page.goto("/s/qinghe/work-orders/")
    page.fill("main input[type=search], main input[name=q]", number)
    page.press("main input[name=q]", "Enter")
    page.locator(f"main a:has-text('{number}')").first.click()
    assert "未收到货，请提供" in page.locator("main").inner_text()
    page.locator("a[href$='/desk/']").first.click()
    page.set_input_files("#id_files", [photograph("slip.jpg", 30), photograph("proof.jpg", 90)])
    page.locator(".voucher").nth(1).wait_for()
    page.locator(".voucher").nth(0).locator("input[value=shipping_slip]").check()
    page.locator("#slot-shipping_slip.is-filled").wait_for()
    page.locator(".voucher").nth(1).locator("input[value=sign_off_proof]").check()
    page.locator("#slot-sign_off_proof.is-filled").wait_for()
    page.goto(f"/s/qinghe/work-orders/{number}/?branch=evidence")
    page.fill("[name=note]", "签收人为本人，红章清晰。")
    page.locator("button[name=go][value=confirm]").click()
    page.locator("img.sheet").wait_for()
    page.check("[name=seen_warnings]")  # the red-stamp points were left unticked
    page.fill("[name=tail]", NUMBER[-4:])
    page.locator("form[action$='/submit/'] button").click()
    page.wait_for_url(re.compile(rf"/work-orders/{number}/$"))
    page.goto(f"/s/qinghe/work-orders/{number}/confirm/")  # the back button leads nowhere
    assert page.locator("form[action$='/submit/']").count() == 0


def decide(page, number):
    page.goto(f"/admin/workorders/workorder/?q={number}")
    page.locator(f"a:has-text('{number}')").first.click()
    page.locator(".review-sheet img").wait_for()
    page.check("input[name=outcome][value=won]")
    page.select_option("[name=reason]", "proved")
    page.locator("form:has([name=outcome]) input[type=submit].default").click()
    page.wait_for_url(re.compile(r"/workorder/(\?.*)?$"))


def test_a_countdown_reaches_zero_and_the_real_worker_forfeits(person, stack):
    number = stack.manage(code=ALMOST_OVER).splitlines()[-1]
    page = person("kefu", language="en")
    page.goto(f"/s/qinghe/work-orders/{number}/")
    clock = page.locator("main .countdown").first
    clock.wait_for()
    page.wait_for_function("() => /overdue/i.test(document.querySelector('main .countdown').textContent)", timeout=40_000)
    stack.manage(code=TICK)  # beat does, within the minute
    deadline = time.monotonic() + 120
    while "Forfeited" not in page.locator("main").inner_text():
        assert time.monotonic() < deadline, "nobody forfeited it"
        page.wait_for_timeout(500)
        page.reload()
    text = page.locator("main").inner_text()
    assert "¥125.00" in text
    page.goto("/s/qinghe/notices/")
    assert number in page.content()
    stack.manage("check_invariants")  # fails the test on a violation
