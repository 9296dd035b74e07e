"""/healthz and /readyz: what pages can't do without is 503, what only delays is a warning with its name."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from config import broker, health
from foundation.jobs import heart
from foundation.lifecycle import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def healthy(monkeypatch):
    monkeypatch.setattr(broker, "answers", lambda: True)
    for queue in heart.QUEUES:
        heart.stamp(queue, clock.now())


def ready(query=""):
    answer = Client().get(f"/readyz{query}", headers={"accept": "application/json"})
    told = answer.json()
    return answer.status_code, told["status"], {check["name"]: check for check in told["checks"]}


def test_everything_in_order_is_ok_with_the_age_of_each_beat():
    status, worst, checks = ready("?strict")
    assert (status, worst) == (200, "ok")
    assert set(checks) == {"database", "migrations", "beat of clock", "beat of bulk", "broker"}
    assert 0 <= checks["beat of clock"]["seconds"] < 60


def test_people_read_lines():
    lines = Client().get("/readyz").text.splitlines()
    assert lines[0] == "ok"
    assert lines[1].startswith("database: ok (")


@pytest.mark.parametrize("accept", ["text/html; x*=no-such''y", "text/plain;x*=idna''%ff", ";;;", "a" * 5000, "application/json;q=NaN"])
def test_no_accept_header_is_too_odd_for_an_answer(accept):
    assert Client().get("/readyz", headers={"accept": accept}).status_code == 200


def test_a_stopped_broker_is_a_warning_because_pages_work_without_it(monkeypatch):
    monkeypatch.setattr(broker, "answers", lambda: False)
    assert ready()[:2] == (200, "warning")
    status, worst, checks = ready("?strict")
    assert (status, worst, checks["broker"]["status"]) == (503, "warning", "warning")


@pytest.mark.parametrize(("age", "level"), [(179, "ok"), (200, "warning")])
def test_three_missed_beats_are_a_warning(age, level):
    heart.stamp("clock", clock.now() - timedelta(seconds=age))
    status, worst, checks = ready()
    assert (status, worst, checks["beat of clock"]["status"], checks["beat of bulk"]["status"]) == (200, level, level, "ok")


def test_a_beat_that_never_was_is_a_warning():
    heart.Heartbeat.objects.filter(queue="bulk").delete()
    assert ready()[2]["beat of bulk"]["words"] == "never yet"


def test_a_schema_older_than_the_code_is_not_ready():
    MigrationRecorder(connection).record_unapplied("jobs", "0002_heartbeats")
    status, worst, checks = ready()
    assert (status, worst, checks["migrations"]["words"]) == (503, "failed", "1 waiting")


def test_a_schema_newer_than_the_code_is_a_rolling_upgrade():
    MigrationRecorder(connection).record_applied("jobs", "9999_of_the_next_release")
    assert ready()[:2] == (200, "ok")


def test_no_database_is_not_ready_and_says_no_more_than_that(monkeypatch):
    def broken():
        raise DatabaseError("connection to server at db.internal failed for user houtai")

    monkeypatch.setattr(health.connection, "cursor", broken)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "database: failed" in answer.text
    assert "db.internal" not in answer.text


def test_a_beat_stamps_its_queue_once_however_often_it_is_worked():
    now = clock.now()
    for _delivery in range(3):
        heart.stamp("clock", now)
    assert heart.Heartbeat.objects.filter(queue="clock").count() == 1
    assert heart.ages(now)["clock"] == timedelta(0)


def test_a_broker_nobody_runs_does_not_answer(settings, monkeypatch):
    monkeypatch.undo()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert broker.answers() is False
    assert broker.waiting(heart.QUEUES) == {}
