"""What whoever runs the house counts on, with real processes: one id from click to task, and old workers under new messages."""

import json
import re

import pytest

from foundation.accounts.tests.factories import PASSWORD
from tests.stack.browsing import Person
from tests.stack.house import until

pytestmark = [pytest.mark.stack, pytest.mark.once]
SHEET = "订单号,下单时间,订单状态,实付金额\nA-1,2026-11-01 10:00:00,已完成,12.50\n".encode()
STORY = """
import json
from foundation.audit.models import Entry
told = Entry.objects.filter(verb__in=["jobs.started", "jobs.finished"]).order_by("pk").values_list("verb", "request_id")
print(json.dumps(list(told)))
"""
REDIS = "from config import broker; from django.conf import settings; b = broker.client(); "
STAMP = "from foundation.jobs.models import Heartbeat; print(Heartbeat.objects.filter(queue='clock').values_list('at', flat=True).first())"


def test_one_id_goes_from_the_click_to_the_worker(standing):
    place = standing
    before = len(json.loads(place.python(STORY)))
    person = Person(place.port)
    assert person.post("/login/", {"username": "owner", "password": PASSWORD}).status == 200
    person.post("/s/qinghe/orders/import/", {"on_bad": "skip"}, ("orders.csv", SHEET))
    story = until(lambda: len(found := json.loads(place.python(STORY))[before:]) > 1 and found, "the job is done")
    assert [verb for verb, _id in story[:2]] == ["jobs.started", "jobs.finished"]
    [clicked] = {request_id for _verb, request_id in story[:2]}
    lines = [line for line in place.log.read_text().splitlines() if clicked in line and "houtai.request" in line]
    assert len(lines) == 1
    assert re.search(r"method=POST path=/s/qinghe/orders/import/", lines[0])


def test_an_old_worker_under_new_messages_goes_on_working(standing):
    """F39: a keyword nobody knows, an argument too many, a task of the next release: none of them is its end."""
    place = standing
    workers = until(lambda: len(found := place.pids("-Q clock")) == 2 and found, "the worker and its process run")
    before = until(lambda: (found := place.python(STAMP)) != "None" and found, "beat ticks")
    place.python(
        "from celery import current_app as a\n"
        "a.send_task('jobs.run_job', args=[1], kwargs={'of_tomorrow': 1}, queue='clock')\n"
        "a.send_task('workorders.forfeit_due', args=[1, 2], queue='clock')\n"
        "a.send_task('jobs.of_the_next_release', queue='clock')\n"
        "a.send_task('jobs.clock_heartbeat', kwargs={'of_tomorrow': 1}, queue='clock')\n"
    )
    until(lambda: place.python(STAMP) != before, "the heartbeat with a new argument is worked")
    until(lambda: place.python(f"{REDIS}print(b.llen('clock') + b.hlen('unacked'))") == "0", "no message comes back")
    assert place.pids("-Q clock") == workers
