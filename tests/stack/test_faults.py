"""What dies or stops delays the work, and never doubles or loses it."""

import json
import os
import signal

import pytest

from foundation.accounts.tests.factories import PASSWORD
from tests.stack.browsing import Person
from tests.stack.house import Silence, until

pytestmark = pytest.mark.stack
CASES = 1_200  # two chunks of what the clock forfeits at a time

SHOP = """
from foundation.accounts.tests.factories import make_member, make_shop
make_member(make_shop(), "owner")
"""
OVERDUE = f"""
from datetime import timedelta
from itertools import count
from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from orders.models import Order
from orders.tests import factories
from workorders.models import WorkOrderPolicy
from workorders.rule_rows import NOT_RECEIVED
from workorders.services.opening import Question, open_work_orders
now = clock.now()
asked = now - timedelta(hours=WorkOrderPolicy.objects.in_force(now, type=NOT_RECEIVED).window_hours, minutes=1)
factories._numbers = count(2 * Order.objects.count() + 1)  # this process knows none of the earlier ones
orders = factories.make_orders(Shop.objects.get(), {CASES}, now - timedelta(days=3))
open_work_orders([Question(order.pk, NOT_RECEIVED, "Where is it?") for order in orders], by=None, now=asked)
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
WAITING = (
    "from config import broker; from django.conf import settings; "
    "told = broker.client(); print(told.llen('clock') + told.hlen('unacked'))"
)
TICK = "from celery import current_app; current_app.send_task('workorders.forfeit_due', queue='clock')"
KILLS = 4 if os.environ.get("DATABASE_URL") else 2  # each sort twice where rows are locked, once where the file is
BUSY = 0.15  # seconds of processor time after which a worker is deep in its task (over 1 in all): an idle one takes next to none


def killed_in_its_task(place, *, above):
    """Kill the process that does the clock's tasks, or the worker above it, deep in a task; False if it had done it all."""
    until(lambda: len(place.pids("-Q clock")) == 2, "the worker and the process that does its tasks run")
    worker, doing = place.pids("-Q clock")
    idle = place.processor_seconds(doing)
    place.begin(TICK)
    try:
        until(lambda: place.processor_seconds(doing) > idle + BUSY, "the task is done", 45)
    except Silence:
        return False
    assert place.kill(worker if above else doing)
    until(lambda: doing not in place.pids("-Q clock"), "it is gone")
    return True


@pytest.mark.long
def test_a_worker_killed_in_mid_forfeit_forfeits_each_case_once(house):
    """kill -9 in mid-task, of the process that does it or of the worker above it, with redelivery after 5 s."""
    place = house(HOUTAI_VISIBILITY_TIMEOUT="5")
    place.python(SHOP)
    place.up()
    rounds = killed = 0
    while killed < KILLS:
        assert rounds < 3 * KILLS, "the task is never met in its middle"
        place.python(OVERDUE)
        rounds += 1
        killed += killed_in_its_task(place, above=killed % 2 == 1)
    place.python(TICK)  # beat's next one, beside the message that comes back
    cases = rounds * CASES
    until(lambda: json.loads(place.python(STORY))["open"] == 0, "every case is forfeited", 150)
    until(lambda: place.python(WAITING) == "0", "whatever is delivered again has been")
    assert json.loads(place.python(STORY)) == {
        "open": 0, "forfeited": cases, "forfeitures": cases, "refunds": cases, "ledger_refunds": cases,
        "refunded_twice": 0, "not_whole": 0, "parked": 0,
    }  # fmt: skip
    assert json.loads(place.manage("check_invariants", "--json"))["ok"]


JOBS = "from foundation.jobs.models import Job; print(Job.objects.filter(status='done').count(), Job.objects.count())"
FORGOTTEN = """
from datetime import timedelta
from celery import current_app
from django.db.models import F
from foundation.jobs.models import Job
Job.objects.update(created_at=F("created_at") - timedelta(minutes=1))
current_app.send_task("jobs.wake_forgotten", queue="clock")
"""


@pytest.mark.once
def test_posts_are_answered_and_kept_while_the_broker_is_stopped(standing):
    """A stalled broker is worse than a dead one: it takes connections and says nothing."""
    person = Person(standing.port)
    assert person.post("/login/", {"username": "owner", "password": PASSWORD}).status == 200
    assert standing.send("-server", signal.SIGSTOP) == 1
    posts = 5
    try:
        for number in range(posts):
            sheet = f"订单号,下单时间,订单状态,实付金额\nA-{number},2026-11-01 10:00:00,已完成,12.50\n".encode()
            answer = person.post("/s/qinghe/orders/import/", {"on_bad": "skip"}, (f"orders-{number}.csv", sheet))
            assert answer.status == 200, answer.text[:500]
            assert "/orders/import/" in answer.url
            assert answer.seconds < 6
        assert standing.python(JOBS).split()[1] == str(posts)
        assert person.get("/s/qinghe/orders/").status == 200
    finally:
        assert standing.send("-server", signal.SIGCONT) == 1
    standing.python(FORGOTTEN)  # as beat does, a minute later
    until(lambda: standing.python(JOBS) == f"{posts} {posts}", "what was asked for meanwhile is done", 180)
