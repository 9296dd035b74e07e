"""What the platform does to people is recorded: which fields, never what stood or stands in them."""

import pytest
from django.forms import model_to_dict
from django.urls import reverse

from foundation.accounts import access
from foundation.accounts.models import User
from foundation.audit.models import Entry

from .factories import make_reviewer, make_superuser, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(sign_in):
    return sign_in(make_superuser())


@pytest.fixture
def person():
    return make_user("wangfang", display_name="Wang Fang", phone="13800010001")


def typed(person, **changes):
    """The change form as the page shows it, with `changes`."""
    shown = model_to_dict(person, exclude=["groups", "user_permissions", "password", "last_login", "date_joined"])
    kept = {name: value for name, value in shown.items() if value not in (None, False)}
    joined = person.date_joined.astimezone()
    return {**kept, "date_joined_0": f"{joined:%Y-%m-%d}", "date_joined_1": f"{joined:%H:%M:%S}", **changes}


def recorded(verb):
    return [(entry.subject_id, entry.data) for entry in Entry.objects.filter(verb=verb)]


def test_a_changed_person_is_recorded_by_field_names_only(boss, person):
    url = reverse("admin:accounts_user_change", args=[person.pk])
    assert boss.post(url, typed(person, phone="13900020002", is_superuser="on")).status_code == 302
    [(pk, data)] = recorded("accounts.person_revised")
    assert pk == person.pk and data["who"] == "wangfang"
    assert {"phone", "is_superuser"} <= set(data["fields"].split(", "))
    assert "139" not in str(data) and "138" not in str(data)


def test_a_new_person_is_recorded(boss):
    said = {"username": "lina", "usable_password": "true", "password1": "houtai-demo-9", "password2": "houtai-demo-9"}
    assert boss.post(reverse("admin:accounts_user_add"), said).status_code == 302
    assert recorded("accounts.person_added") == [(User.objects.get(username="lina").pk, {"who": "lina"})]


def test_a_password_set_for_somebody_is_recorded_and_a_refused_one_is_not(boss, person):
    url = reverse("admin:auth_user_password_change", args=[person.pk])
    boss.get(url)
    boss.post(url, {"usable_password": "true", "password1": "short", "password2": "short"})
    assert recorded("accounts.person_revised") == []
    said = {"usable_password": "true", "password1": "houtai-demo-9", "password2": "houtai-demo-9", "set-password": "1"}
    assert boss.post(url, said).status_code == 302
    assert recorded("accounts.person_revised") == [(person.pk, {"who": "wangfang", "fields": "password"})]
    assert boss.post(reverse("admin:auth_user_password_change", args=[10**9]), said).status_code == 404


def test_the_desks_with_a_page_of_their_own_are_desks_of_the_house(settings):
    assert set(settings.DESK_PAGES) <= set(access.GROUPS)


def test_a_desk_whose_app_is_left_out_has_no_page_of_its_own(settings, sign_in):
    settings.DESK_PAGES = {access.REVIEW_WORK_ORDERS: "nowhere:at-all"}
    assert sign_in(make_reviewer()).get("/")["Location"] == reverse("admin:index")
