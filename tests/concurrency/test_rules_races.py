"""Two leaders make a shop's interception rules at the same moment: places differ and the cap holds (rules §4.15).

First with the guard off: where no rule is yet, there is no rule to lock, so the shop's row is.
"""

import time
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from foundation.accounts.models import Shop
from foundation.accounts.tests.factories import make_shop
from foundation.lifecycle import clock, locks
from foundation.lifecycle.errors import Invalid
from logistics.models import InterceptionRule
from logistics.services import rules
from logistics.services.rules import MOST_RULES, STEP, Terms

from .rounds import broken, refused, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
SHOPS = 20


@pytest.fixture
def off(monkeypatch):
    """Only the rules themselves are locked, as if the shop's row were not."""

    def lock(rows: Any) -> list[Any]:
        if rows.model is Shop:
            return []
        found = locks.lock(rows)
        time.sleep(0.1)
        return found

    monkeypatch.setattr("logistics.services.rules.lock", lock)
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")
        monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 1)


def two_at_once(shop: Any) -> list[Any]:
    now = clock.now()
    return together(*[partial(rules.create_rule, shop.pk, Terms(name), by=None, now=now) for name in ("one", "two")])


def places(shop: Any) -> list[int]:
    return [rule.priority for rule in rules.rules_of(shop.pk)]


def test_without_the_shops_lock_two_first_rules_take_one_place(off):
    for number in range(10):
        shop = make_shop(f"off{number}")
        if broken(two_at_once(shop)) or len(set(places(shop))) == 1:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_two_first_rules_take_two_places():
    for number in range(SHOPS):
        shop = make_shop(f"first{number}")
        assert refused(two_at_once(shop)) == []
        assert places(shop) == [STEP, 2 * STEP]


def test_of_two_last_rules_one_is_made_and_the_other_told():
    shop, now = make_shop("full"), clock.now()
    for place in range(MOST_RULES - 1):
        rules.create_rule(shop.pk, Terms(f"rule {place}"), by=None, now=now)
    for _round in range(SHOPS):
        outcomes = two_at_once(shop)
        assert [type(error) for error in refused(outcomes)] == [Invalid]
        assert len(places(shop)) == MOST_RULES
        InterceptionRule.objects.filter(pk__in=[one.pk for one in outcomes if not isinstance(one, Exception)]).delete()
