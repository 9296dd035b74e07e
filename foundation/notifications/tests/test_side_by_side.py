"""Somebody reads everything while what they are told of is done: nobody waits in a circle."""

from functools import partial

import pytest
from django.utils.translation import gettext_lazy as _

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.lifecycle import clock
from foundation.notifications import kinds, services
from foundation.notifications.models import Notice
from foundation.notifications.services import Tell
from tests.concurrency import rounds
from tests.concurrency.rounds import broken, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
TOLD = 500
ROUNDS = max(6, rounds.ROUNDS // 100)  # each is 500 notices that could meet


def test_reading_all_beside_a_chunk_that_takes_notices_back(monkeypatch):
    monkeypatch.setattr(kinds, "KINDS", dict(kinds.KINDS))
    kinds.register("tests.asked", text=_("Settings"), perm="ledger.view")
    now, shop = clock.now(), make_shop()
    owner = make_member(shop, "owner")
    for number in range(ROUNDS):
        subjects = [("tests.case", pk) for pk in range(number * TOLD, (number + 1) * TOLD)]
        services.tell_many("tests.asked", [Tell(one, shop.pk, users=[owner]) for one in reversed(subjects)], now=now)
        outcomes = together(
            partial(services.cancel_about_many, subjects, now=now),
            partial(services.read_all, by=owner, shop_id=shop.pk, now=now),
        )
        assert broken(outcomes) == []
    assert not Notice.objects.filter(cancelled_at=None).exists()
