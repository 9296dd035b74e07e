"""Two people, two browsers, one queue: take next, who else is on it, and a claim that is refused."""

import re

import pytest

OPEN_TWO = """
from datetime import timedelta
from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from foundation.lifecycle.randoms import public_number
from orders.tests.factories import make_order
from workorders.models import WorkOrder
from workorders.tests.factories import ask
shop, now = Shop.objects.get(code="qinghe"), clock.now()
for hours in (47.9, 47.8):  # six and twelve minutes left: the next of all that are nobody's
    asked = now - timedelta(hours=hours)
    print(ask(shop, asked, order=make_order(shop, asked, number=public_number("NEXT-"))).number)
"""
QUEUE = "/s/qinghe/work-orders/"

pytestmark = pytest.mark.browser


@pytest.fixture
def numbers(stack):
    return stack.manage(code=OPEN_TWO).splitlines()[-2:]


def look_again(page):
    """What the half minute would do."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def take_next(page):
    page.goto(QUEUE)
    with page.expect_navigation():
        page.locator("form[action$='/take-next/'] button").click()
    return re.search(r"/work-orders/(\w+)/", page.url).group(1)


def test_two_people_take_the_next_and_see_each_other(person, numbers):
    me, colleague = person("kefu", language="en"), person("cangku", language="en", phone=True, theme="dark")
    assert [take_next(me), take_next(colleague)] == numbers
    mine = me.url

    colleague.goto(mine)
    claimed = colleague.locator("[data-presence] .badge")
    claimed.wait_for()
    assert "is on it until" in claimed.inner_text()
    assert colleague.locator("form[action$='/claim/']").count() == 0
    assert colleague.evaluate("document.documentElement.scrollWidth") <= 390

    look_again(me)
    seen = me.locator("[data-presence] .badge")
    seen.wait_for()
    assert "has it open since" in seen.inner_text()
    with me.expect_response("**/presence/") as asked:
        look_again(me)
    assert asked.value.status == 204  # nothing new: nobody is told twice

    with me.expect_navigation():
        me.locator("form[action$='/release/'] button").click()
    assert me.url == mine
    colleague.goto(mine + "desk/")
    with colleague.expect_navigation():
        colleague.locator("form[action$='/claim/'] button").click()
    assert colleague.url.endswith("/desk/")
    answer = me.request.post(mine + "claim/", headers={"X-CSRFToken": token(me), "Referer": mine, "Accept-Language": "en"})
    assert answer.status == 409
    assert "is on it until" in answer.text()


def token(page):
    return page.locator("input[name=csrfmiddlewaretoken]").first.input_value()


def test_a_page_nobody_looks_at_marks_nobody(person, numbers):
    page = person("kefu", language="en")
    page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => true})")
    page.goto(QUEUE + numbers[0] + "/")
    asked = []
    page.on("request", lambda request: "/presence/" in request.url and asked.append(request.url))
    look_again(page)
    page.wait_for_timeout(300)
    assert asked == []
