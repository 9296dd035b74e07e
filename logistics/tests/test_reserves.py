"""Open interceptions keep back of a deposit refund what they can still cost the shop at most (rules §7.4)."""

from datetime import timedelta

import pytest

from deposits.models import DepositAccount
from foundation.accounts.tests.factories import make_shop
from foundation.ledger.models import Transaction
from logistics import services
from logistics.models import Carrier, Interception
from logistics.reserves import interceptions
from logistics.states import Payer, Status
from orders.models import Order

from .factories import intercept, make_parcel, say

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def asked(shop, now, **columns):
    one = intercept(make_parcel(shop, now, carrier=Carrier.objects.get(code="zto")), now)
    Interception.objects.filter(pk=one.pk).update(
        fee_minor=400, storage_minor_per_day=100, storage_free_days=3, storage_most_days=5, **columns
    )
    return Interception.objects.get(pk=one.pk)


def kept(shop, now):
    reserve = interceptions(shop, now, lines=20)
    return reserve.amount_minor if reserve else 0


def test_the_fee_and_all_storage_with_a_link(shop, now):
    one = asked(shop, now)
    reserve = interceptions(shop, now, lines=20)
    assert (reserve.amount_minor, reserve.count) == (900, 1)
    [line] = reserve.lines
    assert line.url == f"/s/{shop.code}/shipping/interceptions/{one.number}/" and one.number in line.label
    assert kept(make_shop("other"), now) == 0


def test_asking_the_carrier_holds_the_deposit_account(shop, now):
    intercept(make_parcel(shop, now), now)
    assert DepositAccount.objects.filter(shop=shop).exists()


def test_what_is_booked_is_no_longer_kept_back(shop, now):
    one = asked(shop, now)
    say(one, "accept", now)
    say(one, "succeed", now)
    assert Transaction.objects.get(movement="interception_fee").total_minor == 400
    assert kept(shop, now) == 500
    later = now + 5 * DAY
    services.book_storage_due(later)
    booked = Interception.objects.get(pk=one.pk).storage_days
    assert booked == 2 and kept(shop, later) == 300
    say(one, "come_back", later)
    assert kept(shop, later) == 0


def test_what_was_kept_back_covers_the_dearest_way_it_can_go(shop, now):
    one = asked(shop, now)
    most = kept(shop, now)
    say(one, "succeed", now)
    services.book_storage_due(now + 400 * DAY)
    cost = sum(row.total_minor for row in Transaction.objects.filter(movement__startswith="interception"))
    assert cost == most and kept(shop, now + 400 * DAY) == 0


@pytest.mark.parametrize("payer", [Payer.BUYER, Payer.PLATFORM, Payer.CARRIER])
def test_what_somebody_else_pays_keeps_nothing_back(shop, now, payer):
    asked(shop, now, payer=payer)
    assert kept(shop, now) == 0


def test_one_that_is_over_keeps_nothing_back(shop, now):
    say(asked(shop, now), "refuse", now)
    assert kept(shop, now) == 0 and Interception.objects.get().status == Status.REFUSED


def test_the_sum_is_over_all_of_them_and_costs_two_statements(shop, now, django_assert_num_queries):
    for _n in range(3):
        asked(shop, now)
    assert Order.objects.count() == 3
    with django_assert_num_queries(2):
        reserve = interceptions(shop, now, lines=1)
    assert (reserve.amount_minor, reserve.count, reserve.more) == (2_700, 3, 2)
