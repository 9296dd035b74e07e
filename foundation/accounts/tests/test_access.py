"""Who may do what, and what a stranger learns: nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from foundation.accounts import access, services
from foundation.accounts.models import Membership, Restriction
from foundation.accounts.roles import Role
from foundation.accounts.tests import factories
from foundation.audit.models import Entry


def test_money_out_is_for_owner_and_finance_only():
    assert access.PERMISSIONS["orders.refund"] == {Role.OWNER, Role.FINANCE}


def test_every_role_and_permission_on_the_page_exists():
    assert all(roles and roles <= set(Role.values) for roles in access.PERMISSIONS.values())


def test_an_unknown_permission_is_a_mistake_in_the_code(owner):
    with pytest.raises(KeyError):
        owner.membership.can("orders.fly")


def test_an_ended_membership_can_nothing(owner, now):
    owner.membership.ended_at = now
    assert not owner.membership.can("orders.view")


def test_another_shops_row_is_404_like_one_that_never_was(shop):
    other = factories.make_shop("other")
    row = Restriction.objects.create(shop=other, reason="debt", since=other.created_at)
    for pk in (row.pk, 10**9):
        with pytest.raises(Http404):
            access.get_for_shop(Restriction, shop, pk=pk)


def test_a_member_has_one_active_role_per_shop(owner, shop, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(shop=shop, user=owner, role="finance", joined_at=now)


def test_a_reviewer_who_ever_worked_there_has_a_conflict(shop, owner, now):
    owner.membership.ended_at = now
    owner.membership.save(update_fields=["ended_at"])
    assert access.conflict_of_interest(owner, shop.pk)
    assert not access.conflict_of_interest(factories.make_reviewer(), shop.pk)


def test_a_restriction_is_opened_once_and_lifted_once(shop, now):
    with transaction.atomic():
        first = services.restrict(shop.pk, "debt", by=None, now=now)
        assert services.restrict(shop.pk, "debt", by=None, now=now) == first
        assert services.is_restricted(shop.pk, now)
        assert services.lift(shop.pk, "debt", by=None, now=now)
        assert not services.lift(shop.pk, "debt", by=None, now=now)
    assert not services.is_restricted(shop.pk, now)
    assert Entry.objects.filter(verb="accounts.restriction_lifted").count() == 1


def test_a_restriction_with_an_end_ends_by_itself(shop, now):
    services.restrict(shop.pk, "recovery", by=None, now=now, until=now + timedelta(hours=24))
    assert services.is_restricted(shop.pk, now)
    assert not services.is_restricted(shop.pk, now + timedelta(hours=24))
