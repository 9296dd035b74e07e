"""/metrics: the figures that matter, few statements, and for nobody but who may."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from foundation.jobs import gauges, heart
from foundation.jobs.models import Job
from foundation.lifecycle import clock
from foundation.notifications.models import OutboxMessage
from foundation.notifications.states import Outgoing
from workorders.models import WorkOrder
from workorders.services import forfeit_due
from workorders.tests.factories import ask_overdue

pytestmark = pytest.mark.django_db
TOKEN = "t" * 30


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()
    yield
    cache.clear()


def figures():
    cache.clear()
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def message(key, status, now, **more):
    return OutboxMessage.objects.create(
        key=key, channel="sms", to="13800000000", body="x", status=status, created_at=now, next_at=now, **more
    )


def test_work_orders_due_overdue_parked_and_forfeited_with_their_lateness(shop, now):
    ask_overdue(shop, now)
    parked = ask_overdue(shop, now)
    WorkOrder.objects.filter(pk=parked.pk).update(parked_at=now, parked_reason="x")
    told = figures()
    assert told["houtai_work_orders_overdue",] == 1
    assert told["houtai_work_orders_parked",] == 1
    assert ("houtai_forfeit_lateness_seconds", "0.99") not in told
    forfeit_due(now)
    told = figures()
    assert told["houtai_work_orders_overdue",] == 0
    assert told["houtai_forfeited",] == told["houtai_forfeited_24h",] == 1
    assert told["houtai_forfeit_lateness_seconds", "0.99"] == told["houtai_forfeit_lateness_seconds", "0.5"] > 0


def test_a_case_due_within_the_hour_is_counted_as_due(shop, now):
    case = ask_overdue(shop, now)
    WorkOrder.objects.filter(pk=case.pk).update(due_at=clock.now() + timedelta(minutes=30))
    told = figures()
    assert (told["houtai_work_orders_due_1h",], told["houtai_work_orders_overdue",]) == (1, 0)


def test_the_outbox_and_what_needs_somebody(now):
    message("a", Outgoing.PENDING, now - timedelta(seconds=90))
    message("b", Outgoing.DEAD, now)
    message("c", Outgoing.UNKNOWN, now)
    message("d", Outgoing.SENT, now, sent_at=now)
    told = figures()
    assert told["houtai_outbox_pending",] == told["houtai_outbox_dead",] == told["houtai_outbox_unknown",] == 1
    assert 90 <= told["houtai_outbox_oldest_seconds",] < 150


def test_jobs_beats_and_what_runs_here(shop, now):
    Job.objects.create(kind="x", shop=shop, created_at=now - timedelta(seconds=50))
    heart.stamp("clock", now - timedelta(seconds=70))
    told = figures()
    assert told["houtai_jobs", "waiting"] == 1
    assert told["houtai_jobs_oldest_seconds",] >= 50
    assert 70 <= told["houtai_beat_age_seconds", "clock"] < 130
    assert ("houtai_beat_age_seconds", "bulk") not in told
    assert any(name[0] == "houtai_info" for name in told)


def test_nine_statements_at_most_and_none_within_ten_seconds(shop, now):
    with CaptureQueriesContext(connection, ) as asked:
        Client().get("/metrics")
    figures_asked = [query["sql"] for query in asked if "clock_timestamp" not in query["sql"]]
    assert 1 <= len(figures_asked) <= 9, figures_asked
    with CaptureQueriesContext(connection) as asked:
        Client().get("/metrics")
    assert len(asked) == 0


def test_figures_that_fail_leave_the_others(monkeypatch):
    def broken(now):
        raise DatabaseError

    monkeypatch.setattr(gauges, "PROVIDERS", [broken, *gauges.PROVIDERS])
    told = figures()
    assert told["houtai_metrics_failed",] == 1
    assert ("houtai_outbox_pending",) in told


def test_with_a_token_only_who_shows_it_reads(settings):
    settings.METRICS_TOKEN = TOKEN
    for given in ("", "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, "Bearer ü"):
        assert Client().get("/metrics", headers={"authorization": given}).status_code == 404, given
    assert Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_without_a_token_a_demo_answers_this_machine_only(settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    settings.BEHIND_PROXY = True
    assert Client().get("/metrics", headers={"x-forwarded-for": "192.0.2.7"}).status_code == 404


def test_without_a_token_production_answers_nobody(settings):
    settings.METRICS_TOKEN, settings.PRODUCTION = "", True
    assert Client().get("/metrics").status_code == 404
