"""Two workers, different orders, the same product."""

import time
from functools import partial

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.audit.models import Entry
from foundation.lifecycle import clock
from tests.concurrency import rounds
from tests.concurrency.rounds import refused, together
from workorders import services
from workorders.models import Forfeiture
from workorders.rule_rows import WRONG_OR_MISSING
from workorders.services import effects

from . import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
ROUNDS = max(1, rounds.ROUNDS // 50)  # each keeps both waiting


def test_a_product_two_workers_would_delist_goes_to_one_of_them(monkeypatch):
    now, shop = clock.now(), make_shop()
    real = effects.plan_many

    def slowly(*args, **said):
        plans = real(*args, **said)
        time.sleep(0.3)
        return plans

    monkeypatch.setattr(effects, "plan_many", slowly)
    for number in range(ROUNDS):
        cases = [factories.ask_overdue(shop, now, type=WRONG_OR_MISSING) for _ in range(2)]
        for case in cases:
            factories.put_on_shelf(case.order, f"P-{number}")
        assert refused(together(*[partial(services.forfeit, [case.pk], now=now) for case in cases])) == []
        delisted = Forfeiture.objects.filter(work_order__in=cases).values_list("delisted", flat=True)
        assert sorted(delisted) == [[], [f"P-{number}"]]
    assert Entry.objects.filter(verb__startswith="catalog.").count() == ROUNDS
