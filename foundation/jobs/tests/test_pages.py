"""The page of a job: progress to leave and come back to, and the verbs on it."""

import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.jobs import kinds, services
from foundation.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def import_kind():
    kinds.register(
        "tests.importing", step=lambda job, now: True, title="Importing", perm="orders.import",
        result_url=lambda job: "/result/", goes_on=True,
    )
    yield
    del kinds.KINDS["tests.importing"]


@pytest.fixture
def job(shop, owner, now):
    return services.start("tests.importing", shop=shop, by=owner, now=now, queued=False)


def address(job, tail=""):
    return f"/s/{job.shop.code}/jobs/{job.number}/{tail}"


def test_it_polls_while_it_runs_and_stops_when_done(job, owner, sign_in, now):
    client = sign_in(owner)
    page = client.get(address(job)).content.decode()
    assert "hx-trigger" in page and job.number in page
    services.run_to_end(job.pk)
    assert "hx-trigger" not in client.get(address(job, "progress/")).content.decode()


def test_a_waiting_browser_is_sent_to_the_result(job, owner, sign_in):
    services.run_to_end(job.pk)
    response = sign_in(owner).get(address(job, "progress/"), headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == "/result/"


def test_cancelling_is_post_only_and_says_what_stays(job, owner, sign_in):
    client = sign_in(owner)
    assert client.get(address(job, "cancel/")).status_code == 405
    assert client.post(address(job, "cancel/")).status_code == 302
    assert Job.objects.get(pk=job.pk).status == "cancelled"
    assert client.post(address(job, "cancel/")).status_code == 409


def test_another_shops_job_does_not_exist(job, sign_in):
    stranger = make_member(make_shop("other"), "owner")
    client = sign_in(stranger)
    assert client.get(f"/s/other/jobs/{job.number}/").status_code == 404
    assert client.get(address(job)).status_code == 404


def test_a_role_that_may_not_import_does_not_watch_imports(job, shop, sign_in):
    client = sign_in(make_member(shop, "warehouse"))
    assert client.get(address(job)).status_code == 403
    assert job.number not in client.get(f"/s/{shop.code}/jobs/").content.decode()


def test_the_list_shows_the_newest_first_and_survives_nonsense(job, owner, sign_in):
    client = sign_in(owner)
    assert job.number in client.get(f"/s/{job.shop.code}/jobs/").content.decode()
    for nonsense in ("²", "-1", "9" * 40, "x'"):
        assert client.get(f"/s/{job.shop.code}/jobs/", {"before": nonsense}).status_code == 200
