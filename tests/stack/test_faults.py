"""What dies or stops delays the work, and never doubles or loses it."""

import json
import signal
import time

import pytest

from foundation.accounts.tests.factories import PASSWORD
from tests.stack.browsing import Person
from tests.stack.house import until

pytestmark = pytest.mark.stack
CASES = 500

OVERDUE = f"""
from datetime import timedelta
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.lifecycle import clock
from orders.tests.factories import make_orders
from workorders.tests.factories import ask_overdue
now = clock.now()
shop = make_shop()
make_member(shop, "owner")
for order in make_orders(shop, {CASES}, now - timedelta(days=3)):
    ask_overdue(shop, now, order=order)
"""
STORY = """
import json
from django.db.models import Count, F
from foundation.ledger.models import Transaction
from orders.models import Order, Refund
from workorders.models import Forfeiture, WorkOrder
twice = Transaction.objects.filter(movement="refund").values("order_id").annotate(n=Count("id")).filter(n__gt=1)
print(json.dumps({
    "open": WorkOrder.objects.filter(status="open").count(),
    "forfeited": WorkOrder.objects.filter(status="forfeited").count(),
    "forfeitures": Forfeiture.objects.count(),
    "refunds": Refund.objects.count(),
    "ledger_refunds": Transaction.objects.filter(movement="refund").count(),
    "refunded_twice": twice.count(),
    "not_whole": Order.objects.exclude(refunded_minor=F("paid_minor")).count(),
    "parked": WorkOrder.objects.exclude(parked_at=None).count(),
}))
"""
TICK = "from celery import current_app; current_app.send_task('workorders.forfeit_due', queue='clock')"
KILLS = 6
BUSY = 0.15  # seconds of processor time after which a worker is deep in its task: an idle one takes next to none


def test_a_worker_killed_in_mid_forfeit_forfeits_each_case_once(house):
    """kill -9 in mid-task, of the process that does it or of the worker above it, with redelivery after 5 s."""
    place = house(HOUTAI_VISIBILITY_TIMEOUT="5")
    place.python(OVERDUE)
    assert json.loads(place.python(STORY))["open"] == CASES
    place.up()
    place.python(TICK)
    killed = 0
    while killed < KILLS:
        until(lambda: len(place.pids("-Q clock")) == 2, "the worker and the process that does its tasks run")
        worker, doing = place.pids("-Q clock")
        until(lambda pid=doing: place.processor_seconds(pid) > BUSY, "the task is done again")
        killed += place.kill(worker if killed % 3 == 2 else doing)
        until(lambda pid=doing: pid not in place.pids("-Q clock"), "it is gone")
    told = json.loads(place.python(STORY))
    assert told["open"] in (0, CASES), "a chunk is whole or nothing"
    assert told["forfeited"] == told["forfeitures"] == told["refunds"] == told["ledger_refunds"] == CASES - told["open"]
    until(lambda: json.loads(place.python(STORY))["open"] == 0, "every case is forfeited", 150)
    time.sleep(8)  # whatever is delivered again has been
    told = json.loads(place.python(STORY))
    assert told == {
        "open": 0, "forfeited": CASES, "forfeitures": CASES, "refunds": CASES, "ledger_refunds": CASES,
        "refunded_twice": 0, "not_whole": 0, "parked": 0,
    }  # fmt: skip
    assert json.loads(place.manage("check_invariants", "--json"))["ok"]


PEOPLE = """
from foundation.accounts.tests.factories import make_member, make_shop
make_member(make_shop(), "owner", "owner")
"""
JOBS = "from foundation.jobs.models import Job; print(Job.objects.filter(status='done').count(), Job.objects.count())"


def test_posts_are_answered_and_kept_while_the_broker_is_stopped(house):
    """A stalled broker is worse than a dead one: it takes connections and says nothing."""
    place = house()
    place.python(PEOPLE)
    place.up()
    person = Person(place.port)
    assert person.post("/login/", {"username": "owner", "password": PASSWORD}).status == 200
    assert place.send("-server", signal.SIGSTOP) == 1
    posts = 5
    for number in range(posts):
        sheet = f"订单号,下单时间,订单状态,实付金额\nA-{number},2026-11-01 10:00:00,已完成,12.50\n".encode()
        answer = person.post("/s/qinghe/orders/import/", {"on_bad": "skip"}, (f"orders-{number}.csv", sheet))
        assert answer.status == 200, answer.text[:500]
        assert "/orders/import/" in answer.url
        assert answer.seconds < 6
    assert place.python(JOBS).split()[1] == str(posts)
    assert person.get("/s/qinghe/orders/").status == 200
    assert place.send("-server", signal.SIGCONT) == 1
    until(lambda: place.python(JOBS) == f"{posts} {posts}", "what was asked for meanwhile is done", 180)
