"""Prepared statements answer what the queryset would, with whatever values."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from foundation.accounts.models import Membership, Shop, User
from foundation.lifecycle.prepared import Prepared, one_after_another

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Membership]:
    shop = Shop.objects.create(number="1", code="one", name="One")
    users = [User.objects.create(username=f"person{number}") for number in range(3)]
    return [Membership.objects.create(user=user, shop=shop, role="owner") for user in users]


def test_each_asking_gets_its_own_rows_joined_in_one_statement(people, django_assert_num_queries):
    asked = Prepared(
        lambda user, code: Membership.objects.select_related("user").filter(user=user, shop__code=code), int, str
    )
    for member in [*people, people[0]]:
        with django_assert_num_queries(1):
            found = asked.first(member.user_id, "one")
            assert (found, found.user.username) == (member, member.user.username)
    assert asked.rows(people[0].user_id, "two") == []


def test_moments_are_values_too(people):
    now = timezone.now()
    Membership.objects.filter(pk=people[0].pk).update(ended_at=now)
    ended = Prepared(lambda moment: Membership.objects.filter(ended_at__gte=moment), datetime)
    assert ended.rows(now) == [people[0]]
    assert ended.rows(now + timedelta(microseconds=1)) == []


def test_deferred_columns_stay_deferred(people):
    asked = Prepared(lambda user: User.objects.only("username").filter(pk=user), int)
    assert asked.rows(people[1].user_id)[0].get_deferred_fields() >= {"password"}


def test_named_tuples_instead_of_models(people, django_assert_num_queries):
    asked = Prepared(
        lambda user: Membership.objects.filter(user=user).values_list("pk", "user__username", named=True), int
    )
    for member in people:
        with django_assert_num_queries(1):
            (row,) = asked.rows(member.user_id)
        assert (row.pk, row.user__username) == (member.pk, member.user.username)


def test_a_value_no_condition_asks_about_is_refused(people):
    with pytest.raises(ValueError, match="none of its conditions"):
        Prepared(lambda user: User.objects.all(), int).rows(1)


def test_several_in_one_trip_give_what_each_would(people, django_assert_num_queries):
    members = Prepared(lambda user: Membership.objects.select_related("user").filter(user=user), int)
    names = Prepared(lambda code: Shop.objects.filter(code=code).values_list("pk", "name", named=True), str)
    asked = [(members, (people[1].user_id,)), (names, ("one",)), (names, ("%s; two",))]
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):
        found, [shop], nobody = one_after_another(*asked)
        assert (found, found[0].user.username, shop.name, nobody) == ([people[1]], "person1", "One", [])
