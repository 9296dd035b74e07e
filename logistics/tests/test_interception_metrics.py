"""What whoever watches the house sees of interceptions."""

from datetime import timedelta

import pytest

from logistics.metrics import waiting
from logistics.models import CarrierCall, Interception

from .factories import intercept, make_parcel

pytestmark = pytest.mark.django_db


def figures(now):
    return {gauge.name.removeprefix("houtai_"): gauge.value for gauge in waiting(now)}


def test_what_waits_for_a_carrier_and_for_somebody(shop, now):
    nothing = {
        "interceptions_pending": 0, "interceptions_unknown": 0, "carrier_calls_pending": 0, "carrier_calls_oldest_seconds": 0
    }  # fmt: skip
    assert figures(now) == nothing
    first, second = (intercept(make_parcel(shop, now), now) for _ in range(2))
    Interception.objects.filter(pk=first.pk).update(status="unknown")
    CarrierCall.objects.filter(interception=second).update(status="sent")
    assert figures(now + timedelta(seconds=30)) == {
        "interceptions_pending": 1, "interceptions_unknown": 1, "carrier_calls_pending": 1, "carrier_calls_oldest_seconds": 30
    }  # fmt: skip
