"""Two workers, different orders, the same product."""

import threading
import time

import pytest
from django.db import connection

from foundation.accounts.tests.factories import make_shop
from foundation.audit.models import Entry
from foundation.lifecycle import clock
from workorders import services
from workorders.models import Forfeiture
from workorders.rule_rows import WRONG_OR_MISSING
from workorders.services import effects

from . import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_product_two_workers_would_delist_goes_to_one_of_them(monkeypatch):
    now, shop = clock.now(), make_shop()
    cases = [factories.ask_overdue(shop, now, type=WRONG_OR_MISSING) for _ in range(2)]
    for case in cases:
        factories.put_on_shelf(case.order)
    real = effects.plan_many

    def slowly(*args, **said):
        plans = real(*args, **said)
        time.sleep(0.3)
        return plans

    monkeypatch.setattr(effects, "plan_many", slowly)

    def work(pk):
        services.forfeit([pk], now=now)
        connection.close()

    threads = [threading.Thread(target=work, args=(case.pk,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Forfeiture.objects.values_list("delisted", flat=True)) == [[], ["P-1"]]
    assert Entry.objects.filter(verb__startswith="catalog.").count() == 1
