"""Two people settle the same lost parcel at the same moment: one way out, one freight or one compensation (rules §4)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.errors import IllegalMove
from foundation.lifecycle.invariants import INVARIANTS
from logistics import services
from logistics.models import Carrier, Loss, Parcel
from logistics.states import Anomaly, ParcelKind, ParcelState, WayOut
from orders.models import Order
from orders.states import OrderState
from orders.tests.factories import make_orders

from .rounds import ahead, broken, refused, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def shop():
    return make_shop()


def lost(shop: Any, how_many: int) -> list[Parcel]:
    """Parcels that count as lost, each of an order of its own."""
    now = clock.now()
    orders = make_orders(
        shop,
        how_many,
        now,
        status=OrderState.SHIPPED,
        signed_at=None,
        carrier="中通快递",
        tracking_number="73100000000001",
    )
    made = list(Parcel.objects.filter(order__in=orders).order_by("pk"))
    for parcel in made:
        parcel.status, parcel.tracking_number = ParcelState.IN_TRANSIT, f"7310{parcel.pk:010d}"
        parcel.anomaly, parcel.anomaly_at, parcel.last_scan_at = Anomaly.LOST, now, now - timedelta(days=3)
    Parcel.objects.bulk_update(made, ["status", "tracking_number", "anomaly", "anomaly_at", "last_scan_at"])
    return made


def out(parcel: Parcel, way: str, key: str) -> Callable[[], Loss]:
    return partial(
        services.solve, parcel.pk, way=way, carrier=Carrier.objects.get(code="sf"), number=f"SF{parcel.pk:013d}",
        amount_minor=300, note="", key=f"{key}:{parcel.pk}", by=None, now=clock.now(),
    )  # fmt: skip


def booked(parcel: Parcel) -> list[str]:
    rows = Transaction.objects.filter(order_id=parcel.order_id, movement__startswith="parcel_")
    return list(rows.values_list("movement", flat=True))


def test_of_two_ways_out_at_once_one_is_taken_and_the_other_told(shop):
    for parcel in ahead(partial(lost, shop)):
        outcomes = together(out(parcel, WayOut.RESHIP, "one"), out(parcel, WayOut.COMPENSATE, "two"))
        assert broken(outcomes) == []
        assert [type(error) for error in refused(outcomes)] == [IllegalMove]
        sent = Loss.objects.get(parcel=parcel).way == WayOut.RESHIP
        assert booked(parcel) == ["parcel_reship_platform" if sent else "parcel_compensation_platform"]
        assert Parcel.objects.filter(order=parcel.order_id, kind=ParcelKind.RESHIP).exists() is sent
        assert Order.objects.get(pk=parcel.order_id).compensation_minor == (0 if sent else 300)
    assert [text for one in INVARIANTS for text in one.check()] == []


def test_a_double_click_settles_it_once(shop):
    for parcel in ahead(partial(lost, shop), 20):
        first, second = together(out(parcel, WayOut.RESHIP, "click"), out(parcel, WayOut.RESHIP, "click"))
        assert first == second
        assert booked(parcel) == ["parcel_reship_platform"]
