"""A deposit refund in Chromium, whole: the day that broke the row → a part → asked → agreed by two → paid → the rest."""

import re
import time

import pytest

from deposits.tests.refunds import photo

from .test_pages import heavy

pytestmark = pytest.mark.browser

ROOT, DESK = "/s/story/deposit", "/admin/deposits/refundapplication"
PREPARE = """
from datetime import timedelta
from deposits.services.accounts import pay_in
from foundation.accounts.models import User
from foundation.accounts.services import add_member
from foundation.accounts.tests.factories import make_shop
from foundation.catalog.models import ListingDay
from foundation.ledger.services import Posting, post
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import shanghai_day
from orders.tests.factories import make_order
from workorders.services import Question, open_work_orders
from workorders.rule_rows import NOT_RECEIVED
now = clock.now()
shop = make_shop("story", "故事小店", now - timedelta(days=90))
add_member(shop, User.objects.get(username="laoban"), "owner", by=None, now=now)
post(Posting("topup:story", "topup", shop.pk, 2_000_000), by=None, now=now)
pay_in(shop.pk, amount_minor=1_500_000, key="story", by=None, now=now)
today = shanghai_day(now)
ListingDay.objects.bulk_create(
    ListingDay(shop=shop, day=today - timedelta(days=ago), listed_count=0 if ago == 12 else 5) for ago in range(60, 0, -1)
)
order = make_order(shop, now - timedelta(days=3), paid_minor=30_000)
open_work_orders([Question(order.pk, NOT_RECEIVED, "story")], by=None, now=now)
print(today - timedelta(days=12))
"""
LISTED = """
from foundation.catalog.day_import import import_days
from foundation.lifecycle import clock
text = "店铺,日期,在售商品数\\nstory,{day},5\\n"
print(import_days(text, lower=False, by=None, now=clock.now()))
"""
CLOSE = """
from foundation.accounts.models import User
from foundation.lifecycle import clock
from workorders.models import WorkOrder
from workorders.services import decide
from workorders.states import Outcome, Reason
from workorders.tests.factories import answer
case = answer(WorkOrder.objects.get(shop__code="story"), clock.now())
decide(
    case.pk, outcome=Outcome.WON, reason=Reason.PROVED, note="", version=case.version, by=User.objects.get(username="shenhe"),
    now=clock.now(),
)
"""
PAID = """
from deposits.models import Payout, RefundApplication
from foundation.ledger.services import balances
from foundation.lifecycle.invariants import INVARIANTS
one = RefundApplication.objects.get(shop__code="story")
broken = [sentence for invariant in INVARIANTS for sentence in invariant.check()]
print(one.status, Payout.objects.filter(application=one).count(), balances(one.shop)["deposit"], balances(one.shop)["held"], len(broken))
"""


@pytest.fixture(scope="module")
def day(stack):
    """A shop with ¥15,000.00 of deposit, a case open, and one day without a product: that day."""
    return stack.manage(code=PREPARE).splitlines()[-1]


def yuan(page, name):
    return int(page.locator(f"[data-{name}]").first.get_attribute(f"data-{name}"))


def decide(page, verb, **said):
    if page.locator(f"details:not([open]) form[data-verb={verb}]").count():
        page.locator(f"details:has(form[data-verb={verb}]) summary").click()
    form = page.locator(f"form[data-verb={verb}]")
    for name, value in said.items():
        field = form.locator(f"[name={name}]")
        field.select_option(value) if name == "reason" else field.fill(value)
    form.locator("input[type=submit]").click()


def open_desk(page, number):
    page.goto(f"{DESK}/")
    page.locator("#result_list").get_by_text(number).first.click()
    page.wait_for_url(re.compile(rf"{DESK}/\d+/change/"))


def until(page, text, seconds=40):
    """Ask the page again until it says `text`: a worker has to get there."""
    end = time.monotonic() + seconds
    while text not in page.locator("main").inner_text():
        assert time.monotonic() < end, page.locator("main").inner_text()
        time.sleep(0.5)
        page.reload()


def test_the_whole_story(stack, person, day):
    owner = person("laoban", language="en", bypass_csp=True)
    owner.goto(f"{ROOT}/")
    assert owner.locator("[data-broke]").get_attribute("data-broke") == day
    assert day in owner.locator("[data-condition][data-state=not_yet], [data-condition][data-state=fail]").first.inner_text()
    assert owner.get_by_role("button", name="Apply for a refund").is_disabled()
    owner.goto(f"{ROOT}/refunds/new/")
    assert owner.locator("[data-why-not]").is_visible() and not owner.locator("[name=amount]").count()
    assert heavy(owner) == []

    stack.manage(code=LISTED.format(day=day))
    number = applies(owner)
    asked_and_answered(person, number)
    agreed_by_two(person, number)

    owner.goto(f"{ROOT}/refunds/{number}/")
    until(owner, "Paid")
    assert heavy(owner) == []
    status, payouts, deposit, held, broken = stack.manage(code=PAID).splitlines()[-1].split()
    assert (status, payouts, held, broken) == ("paid", "1", "0", "0")
    owner.goto(f"{ROOT}/")
    before = yuan(owner, "refundable")
    stack.manage(code=CLOSE)
    owner.reload()
    assert yuan(owner, "refundable") == int(deposit) > before
    assert owner.get_by_role("link", name="Apply for a refund").is_visible()


def applies(owner):
    """For all that can be asked back: less than the deposit by what the open case could cost. The application's number."""
    owner.goto(f"{ROOT}/")
    assert owner.locator("[data-met=yes]").is_visible()
    assert 500_000 <= yuan(owner, "refundable") < yuan(owner, "balance") == 1_500_000
    owner.get_by_role("link", name="Apply for a refund").click()
    amount = owner.locator("[name=amount]").input_value()
    owner.fill("[name=reason]", "closing one category")
    owner.get_by_role("button", name="See what applying will do").click()
    said = owner.locator("main").inner_text()
    assert "two reviewers must agree" in said and "held at once" in said
    assert heavy(owner) == []
    owner.fill("[name=typed]", "1")
    owner.get_by_role("button", name="Apply for the refund now").click()
    assert "closing one category" in owner.locator("main").inner_text()  # nothing typed is lost
    owner.fill("[name=typed]", amount)
    owner.get_by_role("button", name="Apply for the refund now").dblclick()
    owner.wait_for_url(re.compile(rf"{ROOT}/refunds/DR\w+/"))
    number = owner.url.rstrip("/").rsplit("/", 1)[1]
    assert heavy(owner) == []
    owner.goto(f"{ROOT}/refunds/")
    assert owner.locator("[data-rows] tr").count() == 1
    return number


def asked_and_answered(person, number):
    """The first reviewer asks; the owner answers on a phone, in Chinese, with a picture."""
    desk = person("baozheng", bypass_csp=True)
    open_desk(desk, number)
    assert heavy(desk) == []
    decide(desk, "take")
    open_desk(desk, number)
    decide(desk, "ask", reason="papers_missing", text="请上传营业执照照片。")
    phone = person("laoban", phone=True, bypass_csp=True)
    phone.goto(f"{ROOT}/refunds/{number}/")
    assert "请上传营业执照照片。" in phone.locator("main").inner_text()
    assert heavy(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.fill("[name=text]", "已上传。")
    phone.set_input_files("[name=files]", {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": photo().read()})
    phone.locator("form[action$='/answer/'] button").click()
    phone.locator("img.saying-picture").wait_for()


def agreed_by_two(person, number):
    """The one who agreed first can't agree again."""
    first = person("baozheng")
    open_desk(first, number)
    assert first.locator("img.saying-picture, [data-view] img").count()
    decide(first, "approve", note="材料齐全")
    open_desk(first, number)
    assert first.locator("form[data-verb=approve] input[type=submit]").is_disabled()
    second = person("baozheng2")
    open_desk(second, number)
    assert "材料齐全" in second.locator("#content").inner_text()
    decide(second, "approve", note="")
