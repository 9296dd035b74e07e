"""A job does a chunk at a time, survives whoever runs it, and is never run by two at once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from foundation.accounts.tests.factories import make_shop
from foundation.audit.models import Entry
from foundation.files import services as files
from foundation.jobs import folders, invariants, kinds, services
from foundation.jobs.models import Job
from foundation.lifecycle.errors import Blocked, IllegalMove, Stale

pytestmark = pytest.mark.django_db


def count_to_three(job, now):
    Group.objects.create(name=f"step {job.cursor}")
    job.cursor += 1
    job.done, job.total = job.cursor, 3
    if job.params.get("break_at") == job.cursor:
        raise RuntimeError("broken on purpose")
    if job.params.get("refuse_at") == job.cursor:
        raise Blocked("That is enough.")
    job.result["sum"] = job.result.get("sum", 0) + job.cursor
    return job.cursor == 3


@pytest.fixture(autouse=True)
def counting():
    kinds.register("tests.counting", step=count_to_three, title="Counting", perm="jobs.view")
    yield
    del kinds.KINDS["tests.counting"]


@pytest.fixture
def job(shop, owner, now):
    return services.start("tests.counting", shop=shop, by=owner, now=now, queued=False)


def test_it_runs_chunk_by_chunk_to_its_end(job, now):
    assert [services.run_chunk(job.pk, now=now) for _ in range(4)] == ["again", "again", "finished", "skipped"]
    job.refresh_from_db()
    assert (job.status, job.cursor, job.percent, job.result) == ("done", 3, 100, {"sum": 6})
    assert set(Entry.objects.for_subject(job).values_list("verb", flat=True)) == {"jobs.started", "jobs.finished"}


def test_the_cursor_and_what_the_chunk_wrote_go_together(job, now):
    Job.objects.filter(pk=job.pk).update(params={"break_at": 2})
    services.run_chunk(job.pk, now=now)
    assert services.run_chunk(job.pk, now=now) == "skipped"
    job.refresh_from_db()
    assert (job.cursor, job.done, job.attempts) == (1, 1, 1)
    assert Group.objects.filter(name__startswith="step").count() == 1
    Job.objects.filter(pk=job.pk).update(params={})
    services.run_to_end(job.pk)  # too early: it waits a little after an error
    assert services.run_chunk(job.pk, now=now + timedelta(minutes=1)) == "again"


def test_it_gives_up_after_some_tries_with_a_sentence(job, now):
    Job.objects.filter(pk=job.pk).update(params={"break_at": 1})
    for minute in range(services.MAX_ATTEMPTS):
        services.run_chunk(job.pk, now=now + timedelta(minutes=minute))
    job.refresh_from_db()
    assert job.status == "failed"
    assert job.number in job.error


def test_a_refusal_stops_it_at_once_and_it_can_go_on_later(job, now, owner):
    Job.objects.filter(pk=job.pk).update(params={"refuse_at": 2})
    assert [services.run_chunk(job.pk, now=now) for _ in range(2)] == ["again", "failed"]
    job.refresh_from_db()
    assert (job.status, job.error, job.cursor) == ("failed", "That is enough.", 1)
    Job.objects.filter(pk=job.pk).update(params={})
    services.retry(job.pk, by=owner, now=now)
    assert services.run_to_end(job.pk).result == {"sum": 6}


def test_two_workers_never_hold_it_at_once(job, now):
    assert services._claim(job.pk, now) is not None
    assert services._claim(job.pk, now) is None
    assert services.run_chunk(job.pk, now=now) == "skipped"
    assert services.run_chunk(job.pk, now=now + services.LEASE) == "again"


def test_a_worker_that_lost_its_lease_writes_nothing(job, now):
    late = services._claim(job.pk, now)
    services._claim(job.pk, now + services.LEASE)
    assert services._step(late, kinds.get(late.kind), now) == "skipped"
    assert not Group.objects.filter(name__startswith="step").exists()


def test_cancelling_stops_before_the_next_chunk(job, now, owner):
    services.run_chunk(job.pk, now=now)
    services.cancel(job.pk, by=owner, now=now)
    assert services.run_chunk(job.pk, now=now) == "skipped"
    job.refresh_from_db()
    assert (job.status, job.cursor) == ("cancelled", 1)
    with pytest.raises(IllegalMove):
        services.cancel(job.pk, by=owner, now=now)


def test_the_same_request_key_gives_the_same_job(shop, owner, now):
    made = [services.start("tests.counting", shop=shop, by=owner, now=now, request_key="k", queued=False) for _ in "ab"]
    assert made[0].pk == made[1].pk
    assert Job.objects.count() == 1


def test_a_request_key_of_another_shop_is_refused_with_a_sentence_and_names_nothing(shop, owner, now):
    services.start("tests.counting", shop=make_shop("other"), by=owner, now=now, request_key="k", queued=False)
    with pytest.raises(Stale, match="sent before"):
        services.start("tests.counting", shop=shop, by=owner, now=now, request_key="k", queued=False)
    assert Job.objects.count() == 1


def test_it_is_woken_after_commit_and_a_dead_broker_does_not_matter(
    shop, owner, now, monkeypatch, django_capture_on_commit_callbacks
):
    def dead(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(services.current_app, "send_task", dead)
    with django_capture_on_commit_callbacks(execute=True):
        job = services.start("tests.counting", shop=shop, by=owner, now=now)
    assert Job.objects.get(pk=job.pk).status == "queued"
    assert services.forgotten(now) == []
    assert services.forgotten(now + timedelta(minutes=1)) == [job.pk]


def test_the_rescue_entry_runs_what_waits_and_twice_changes_nothing(job, now):
    assert services.run_waiting(now) == {"run": 1}
    assert services.run_waiting(now) == {"run": 0}
    job.refresh_from_db()
    assert job.status == "done"


def test_old_working_folders_are_swept_when_the_job_has_ended(job, now, settings, tmp_path):
    settings.HOUTAI_VAR_DIR = tmp_path
    (folders.of(job.number) / "rows").write_text("x")
    later = now + timedelta(days=30)
    assert folders.sweep(later) == {"swept": 0}
    services.run_to_end(job.pk)
    assert folders.sweep(later) == {"swept": 1}
    assert folders.sweep(later) == {"swept": 0}


def test_a_job_with_another_shops_file_is_found(job, shop, owner, now):
    stored = files.store_document(b"a,b\n", "rows.csv", "text/csv", shop=shop, by=owner, now=now, purpose="export")
    Job.objects.filter(pk=job.pk).update(input_file=stored)
    assert list(invariants.strayed_files()) == []
    Job.objects.filter(pk=job.pk).update(shop=make_shop("other"))
    assert list(invariants.strayed_files()) == [f"job {job.number} has another shop's file"]
