"""Person, membership and shop come in one statement; who is let in is decided as Django decides it."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session

from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import PASSWORD, make_member, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(shop):
    return f"/s/{shop.code}/search/"


def test_a_shops_page_asks_once_for_person_membership_and_shop(owner, sign_in, page, django_assert_max_num_queries):
    client = sign_in(owner)
    client.get(page)
    with django_assert_max_num_queries(20) as asked:
        assert client.get(page).status_code == 200
    about = [one["sql"] for one in asked.captured_queries if re.search(r'FROM "accounts_|^EXECUTE \w+_accounts_', one["sql"])]
    assert len(about) == 1


def test_whoever_is_no_member_any_more_finds_nothing(shop, owner, sign_in, page):
    client = sign_in(owner)
    assert client.get(page).status_code == 200
    Membership.objects.filter(user=owner).update(ended_at=shop.created_at)
    assert client.get(page).status_code == 404


def test_another_shop_is_not_there(owner, sign_in):
    assert sign_in(owner).get(f"/s/{make_shop('other').code}/search/").status_code == 404


def test_a_disabled_person_is_asked_to_sign_in(owner, sign_in, page):
    client = sign_in(owner)
    get_user_model().objects.filter(pk=owner.pk).update(is_active=False)
    assert client.get(page)["Location"].startswith("/login/")


def test_a_password_changed_elsewhere_ends_the_session(owner, sign_in, page):
    client = sign_in(owner)
    owner.set_password(PASSWORD + "2")
    owner.save()
    assert client.get(page)["Location"].startswith("/login/")
    assert not Session.objects.filter(pk=client.session.session_key or "-").exists()


def test_a_session_of_a_backend_that_is_gone_is_nobodys(owner, sign_in, page, settings):
    client = sign_in(owner)
    backend = client.session["_auth_user_backend"]
    settings.AUTHENTICATION_BACKENDS = [one for one in settings.AUTHENTICATION_BACKENDS if one != backend]
    assert client.get(page)["Location"].startswith("/login/")


def test_two_people_on_one_browser_after_another_are_told_apart(shop, owner, client, page):
    keeper = make_member(shop, "warehouse")
    for person in (owner, keeper):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert str(person) in client.get(page).content.decode()
