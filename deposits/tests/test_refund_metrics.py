"""What whoever watches the house sees of deposit refunds and payouts."""

from datetime import timedelta

import pytest

from deposits.metrics import waiting
from deposits.payouts.base import Final, Unknown
from deposits.services import payouts
from foundation.accounts.tests.factories import make_shop

from .refunds import applied, approved, deposit_reviewer, fund, gateway, rule

pytestmark = pytest.mark.django_db
__all__ = ["gateway"]


def figures(now):
    return {gauge.name.removeprefix("houtai_"): gauge.value for gauge in waiting(now) if gauge.value}


def test_what_waits_for_whom(shop, now, gateway):
    rule(now)
    assert figures(now) == {}
    shops = [shop, make_shop("second"), make_shop("third"), make_shop("fourth")]
    for one in shops:
        fund(one, 10_000, now)
    reviewer = deposit_reviewer()
    applied(shops[0], 1_000, now)
    for one in shops[1:3]:
        approved(one, 1_000, now, reviewer)
    gateway.does = [Unknown("?"), Final("no")]
    payouts.pay_due(now)
    payouts.deliver_due(now)
    approved(shops[3], 1_000, now, reviewer)
    payouts.pay_due(now)
    later = now + timedelta(seconds=30)
    assert figures(later) == {
        "deposit_refunds_to_decide": 1, "deposit_refunds_parked": 1, "payouts_unknown": 1, "payouts_pending": 1,
        "payouts_oldest_seconds": 30,
    }  # fmt: skip
    assert figures(now + timedelta(days=8))["deposit_refunds_late"] == 1
