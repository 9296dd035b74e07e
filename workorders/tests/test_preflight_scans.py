"""Pre-flight against the scans: what a carrier reported does not un-happen (rules §6.8)."""

from datetime import timedelta

import pytest

from foundation.files.models import StoredFile
from logistics.models import Parcel
from logistics.states import Anomaly, ParcelState
from logistics.tests.factories import make_parcel
from workorders import preflight
from workorders.models import Draft
from workorders.rule_rows import ADDRESS_CHANGE, NO_TRACE, REFUSED
from workorders.services import evidence
from workorders.states import Branch

from . import factories

pytestmark = pytest.mark.django_db


def scanned(shop, now, status=ParcelState.IN_TRANSIT, **columns):
    """An order on its way whose parcel a carrier scanned."""
    order = factories.in_transit(shop, now)
    make_parcel(shop, now, order=order, status=status, last_scan_at=now - timedelta(hours=3), **columns)
    return order


def choosing(case, now, option):
    draft = Draft(work_order=case, branch=Branch.CHOICE, option=option, note="x")
    found = preflight.check(case, draft, now)
    return [one.level for one in found if one.code == "contradicts_scans"]


def of_refused(shop, now, order):
    """The stage that says what became of the parcel."""
    return factories.acknowledge(factories.ask(shop, now, type=REFUSED, order=order), now)


def test_not_handed_over_against_a_scan_is_hard(shop, now):
    case = factories.ask(shop, now, type=ADDRESS_CHANGE, order=scanned(shop, now))
    assert choosing(case, now, "packed") == ["hard"]


def test_handed_over_without_any_scan_warns_and_with_one_does_not(shop, now):
    order = factories.in_transit(shop, now)
    make_parcel(shop, now, order=order, status=ParcelState.LABEL, last_scan_at=None)
    case = factories.ask(shop, now, type=NO_TRACE, order=order)
    assert choosing(case, now, "handed_over") == ["soft"]
    Parcel.objects.filter(order=order).update(status=ParcelState.PICKED_UP, last_scan_at=now)
    assert choosing(case, now, "handed_over") == []


@pytest.mark.parametrize(
    ("state", "levels"),
    [(ParcelState.IN_TRANSIT, ["soft"]), (ParcelState.RETURNING, ["soft"]), (ParcelState.RETURNED, ["hard"]),
     (ParcelState.SIGNED, [])],
)  # fmt: skip
def test_the_buyer_has_it_against_where_the_scans_put_it(shop, now, state, levels):
    case = of_refused(shop, now, scanned(shop, now, state))
    assert choosing(case, now, "buyer_has_it") == levels


def test_not_signed_for_against_a_sign_off_scan_is_hard_and_softer_while_the_buyer_disputes_it(shop, now):
    order = scanned(shop, now, ParcelState.SIGNED, signed_at=now - timedelta(hours=3))
    case = of_refused(shop, now, order)
    assert choosing(case, now, "recalled") == ["hard"]
    Parcel.objects.filter(order=order).update(anomaly=Anomaly.DISPUTED)
    assert choosing(case, now, "recalled") == ["soft"]


def test_what_an_imported_order_says_of_its_parcel_is_no_scan(shop, now):
    case = of_refused(shop, now, factories.in_transit(shop, now))
    assert choosing(case, now, "buyer_has_it") == []


def evidence_codes(case, now):
    found = preflight.check(case, Draft(work_order=case, branch=Branch.EVIDENCE), now)
    return [one.code for one in found if one.code in ("no_sign_off_scan", "picture_against_scans")]


def signed_case(shop, now, signed_ago):
    case = factories.ask(shop, now)
    signed = now - signed_ago
    make_parcel(shop, now, order=case.order, status=ParcelState.SIGNED, signed_at=signed, last_scan_at=signed)
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=["sign_off_proof"])
    return case


def test_a_red_stamp_proof_photographed_before_the_sign_off_scan_warns(shop, now):
    case = signed_case(shop, now, timedelta(days=1))
    StoredFile.objects.update(taken_at=now - timedelta(days=2))
    assert evidence_codes(case, now) == ["picture_against_scans"]
    StoredFile.objects.update(taken_at=now - timedelta(hours=1))
    assert evidence_codes(case, now) == []


def test_a_proof_of_sign_off_without_a_sign_off_scan_warns(shop, now):
    case = factories.ask(shop, now, order=scanned(shop, now))
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=["sign_off_proof"])
    assert evidence_codes(case, now) == ["no_sign_off_scan"]


def test_a_dispatch_weighing_photographed_after_the_pick_up_warns(shop, now):
    case = signed_case(shop, now, timedelta(days=1))
    evidence.add_voucher(case.pk, factories.photo((1, 2, 3)), by=None, now=now, slots=["weighing_dispatch"])
    StoredFile.objects.update(taken_at=now)
    assert evidence_codes(case, now) == ["picture_against_scans"]
