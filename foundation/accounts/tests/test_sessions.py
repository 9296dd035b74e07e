"""How long a person stays signed in, and where (rules S15)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from foundation.accounts.models import SignIn

pytestmark = pytest.mark.django_db
PAGE = "/account/sessions/"


def test_thirty_minutes_without_use_end_a_session(sign_in, owner):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        client = sign_in(owner)
    with time_machine.travel(start + timedelta(minutes=30), tick=False):
        assert client.get(PAGE).status_code == 200
    with time_machine.travel(start + timedelta(minutes=60, seconds=1), tick=False):
        response = client.get(PAGE)
        assert response.status_code == 302
        assert response["Location"].startswith("/login/?next=")
        assert "30" in client.get(response["Location"]).content.decode()


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(sign_in, owner):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        client = sign_in(owner)
    for minutes in (10, 20, 30):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            client.get(PAGE, headers={"X-Background": "1"})
    with time_machine.travel(start + timedelta(minutes=31), tick=False):
        assert client.get(PAGE).status_code == 302


def test_twelve_hours_end_a_busy_session_too(sign_in, owner):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        client = sign_in(owner)
    for quarter in range(1, 49):
        with time_machine.travel(start + timedelta(minutes=15 * quarter), tick=False):
            assert client.get(PAGE).status_code == 200
    with time_machine.travel(start + timedelta(hours=12, seconds=1), tick=False):
        assert client.get(PAGE).status_code == 302


def test_htmx_is_told_to_load_the_sign_in_page_whole(client):
    response = client.get("/s/qinghe/search/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/s/qinghe/orders/?tab=open"})
    assert response.status_code == 204
    assert response["HX-Redirect"] == "/login/?next=/s/qinghe/orders/%3Ftab%3Dopen"


def test_a_form_sent_after_the_session_is_over_leads_back_to_the_page_it_stood_on(client):
    verb = "/s/qinghe/lists/statement/columns/"
    response = client.post(verb, headers={"Referer": "http://testserver/s/qinghe/settlement/?tab=open"})
    assert response["Location"] == "/login/?next=/s/qinghe/settlement/%3Ftab%3Dopen"
    response = client.post(verb, {"next": "/s/qinghe/"})
    assert response["Location"] == "/login/?next=/s/qinghe/"
    assert client.post("/s/qinghe/settlement/")["Location"] == "/login/?next=/"


def test_an_address_only_forms_are_sent_to_says_so_to_who_opens_it(sign_in, owner):
    response = sign_in(owner).get("/account/sessions/sign-out-elsewhere/", headers={"Accept-Language": "en"})
    assert response.status_code == 405 and response["Allow"] == "POST"
    assert "This is not a page of its own" in response.content.decode()


def test_the_page_lists_every_place_and_marks_this_one(sign_in, owner):
    here, _elsewhere = sign_in(owner), sign_in(owner)
    rows = here.get(PAGE).context["rows"]
    assert [row["here"] for row in rows].count(True) == 1
    assert len(rows) == 2


def test_sign_out_elsewhere_leaves_this_session_alone(sign_in, owner):
    here, elsewhere = sign_in(owner), sign_in(owner)
    assert here.get("/account/sessions/sign-out-elsewhere/").status_code == 405
    assert here.post("/account/sessions/sign-out-elsewhere/").status_code == 302
    assert here.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE).status_code == 302
    assert SignIn.objects.filter(user=owner).count() == 1


def test_signing_out_removes_the_place(sign_in, owner):
    client = sign_in(owner)
    client.post("/logout/")
    assert not SignIn.objects.filter(user=owner).exists()


def test_another_persons_sessions_are_not_touched(sign_in, owner, shop):
    from_other = sign_in(owner.__class__.objects.create_user("other"))
    sign_in(owner).post("/account/sessions/sign-out-elsewhere/")
    assert from_other.get(PAGE).status_code == 200
