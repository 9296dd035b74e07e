"""Somebody reads everything while what they are told of is done: nobody waits in a circle."""

import threading

import pytest
from django.db import DatabaseError, connection
from django.utils.translation import gettext_lazy as _

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.lifecycle import clock
from foundation.notifications import kinds, services
from foundation.notifications.models import Notice
from foundation.notifications.services import Tell

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, TOLD = 6, 500


def test_reading_all_beside_a_chunk_that_takes_notices_back(monkeypatch):
    monkeypatch.setattr(kinds, "KINDS", dict(kinds.KINDS))
    kinds.register("tests.asked", text=_("Settings"), perm="ledger.view")
    now, shop, troubles = clock.now(), make_shop(), []
    owner = make_member(shop, "owner")

    def work(job):
        start.wait()
        try:
            job()
        except DatabaseError as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    for number in range(ROUNDS):
        subjects = [("tests.case", pk) for pk in range(number * TOLD, (number + 1) * TOLD)]
        services.tell_many("tests.asked", [Tell(one, shop.pk, users=[owner]) for one in reversed(subjects)], now=now)
        start = threading.Barrier(2)
        jobs = [
            lambda subjects=subjects: services.cancel_about_many(subjects, now=now),
            lambda: services.read_all(by=owner, shop_id=shop.pk, now=now),
        ]
        threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert troubles == []
    assert not Notice.objects.filter(cancelled_at=None).exists()
