"""Reships, losses and recalls whose money is not in the books are found."""

from datetime import timedelta

import pytest

from logistics.care_invariants import care_is_booked
from logistics.models import Loss, Parcel, Recall
from logistics.services import close_recall, open_recall, solve
from logistics.states import Anomaly, ParcelKind, ParcelState, WayOut
from logistics.tests.factories import carrier, make_parcel

pytestmark = pytest.mark.django_db


def test_what_is_booked_is_right_and_what_is_not_is_named(shop, owner, now):
    said = {"anomaly": Anomaly.LOST, "anomaly_at": now, "last_scan_at": now - timedelta(days=3)}
    first, second = make_parcel(shop, now, **said), make_parcel(shop, now, **said)
    bare = make_parcel(shop, now, tracking_number="", status=ParcelState.LABEL)
    sent = solve(first.pk, way=WayOut.RESHIP, carrier=carrier("sf"), key="a", by=owner, now=now).reship
    solve(second.pk, way=WayOut.COMPENSATE, amount_minor=300, key="b", by=owner, now=now)
    recall = open_recall(bare.pk, key="c", by=owner, now=now)
    close_recall(recall.pk, recalled=True, cost_minor=400, by=owner, now=now)
    assert sent.kind == ParcelKind.RESHIP and list(care_is_booked()) == []
    Parcel.objects.filter(pk=sent.pk).update(cost_minor=1)
    Loss.objects.filter(parcel=second).update(amount_minor=1)
    Recall.objects.filter(pk=recall.pk).update(cost_minor=1)
    found = list(care_is_booked())
    assert [name in text for name, text in zip((sent.number, second.number, recall.number), found, strict=True)] == [
        True
    ] * 3
