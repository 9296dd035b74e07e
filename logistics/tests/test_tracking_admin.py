"""The platform's desks for what comes in: codes get a meaning once, carriers are kept, nothing shows a shop's salt."""

from datetime import timedelta

import pytest
from django.urls import reverse

from foundation.accounts import access
from foundation.accounts.tests.factories import make_reviewer
from foundation.audit.models import Entry
from logistics.models import Carrier, CarrierCode, Parcel, Watch
from logistics.services import salts, scanning
from logistics.states import ParcelState as P
from logistics.tracking import Event

from . import pushes

pytestmark = pytest.mark.django_db


@pytest.fixture
def operations(sign_in_in_english):
    return sign_in_in_english(make_reviewer("operations", access.OPERATIONS))


@pytest.fixture
def rules(sign_in_in_english):
    return sign_in_in_english(make_reviewer("rules", access.RULES))


def page(model, verb, *args):
    return reverse(f"admin:logistics_{model}_{verb}", args=args)


@pytest.fixture
def unknown(shop, now):
    parcel = pushes.fresh_parcel(shop, now)
    scanning.take_in(
        shop_pk=shop.pk, carrier_code="zto", number=parcel.tracking_number, source="kuaidi100", now=now,
        events=[Event(now - timedelta(hours=1), "", "放入柜中", code="501")],
    )  # fmt: skip
    return CarrierCode.objects.get(code="501")


def test_an_unknown_code_stands_first_with_a_sample(operations, unknown):
    text = operations.get(page("carriercode", "changelist") + "?meaning__isempty=1").content.decode()
    assert "放入柜中" in text and "501" in text


def test_giving_a_code_a_meaning_moves_the_parcels_that_wait_for_it(operations, unknown):
    answer = operations.post(page("carriercode", "change", unknown.pk), {"meaning": P.IN_LOCKER}, follow=True)
    assert "Parcels whose scans were read again: 1." in answer.content.decode()
    assert Parcel.objects.get().status == P.IN_LOCKER
    assert Entry.objects.get(verb="logistics.code_explained").data["meaning"] == "In a locker"


@pytest.mark.parametrize("meaning", ["", "nonsense", "label"])
def test_a_meaning_that_is_none_is_refused(operations, unknown, meaning):
    assert operations.post(page("carriercode", "change", unknown.pk), {"meaning": meaning}).status_code == 200
    assert CarrierCode.objects.get(pk=unknown.pk).meaning == ""


def test_a_meaning_that_was_given_stays(operations, unknown):
    change = page("carriercode", "change", unknown.pk)
    operations.post(change, {"meaning": P.IN_LOCKER})
    assert operations.post(change, {"meaning": P.SIGNED}).status_code == 403
    assert CarrierCode.objects.get(pk=unknown.pk).meaning == P.IN_LOCKER


def test_codes_of_interceptions_offer_its_moves(operations, now):
    code = CarrierCode.objects.create(source="kuaidi100:intercept", code="77", first_seen_at=now)
    text = operations.get(page("carriercode", "change", code.pk)).content.decode()
    assert 'value="succeed"' in text and 'value="in_locker"' not in text


def test_the_rules_desk_keeps_carriers_and_it_is_recorded(rules):
    carrier = Carrier.objects.get(code="zto")
    given = {
        "code": "zto", "name_zh": "中通快递", "name_en": "ZTO Express", "kuaidi100": "zhongtong", "phone": "95311",
        "number_patterns": "^7\\d{13}$\n", "accepts_in": ["picked_up"], "adapter": "sandbox", "position": "10", "active": "on",
    }  # fmt: skip
    change = page("carrier", "change", carrier.pk)
    assert rules.get(change).status_code == 200
    assert rules.post(change, given).status_code == 302
    carrier.refresh_from_db()
    assert (carrier.number_patterns, carrier.accepts_in, carrier.can_intercept) == (
        ["^7\\d{13}$"],
        ["picked_up"],
        False,
    )
    assert "number_patterns" in Entry.objects.get(verb="logistics.carrier_revised").data["columns"]
    assert "is no pattern" in rules.post(change, given | {"number_patterns": "["}).content.decode()


def test_a_question_given_up_is_let_go_again(operations, shop, now):
    parcel = pushes.fresh_parcel(shop, now)
    Watch.objects.update_or_create(
        parcel=parcel, defaults={"adapter": "sandbox", "given_up_at": now, "next_at": None, "error": "Final: 404"}
    )
    listed = page("watch", "changelist")
    assert "Final: 404" in operations.get(listed).content.decode()
    operations.post(listed, {"action": "ask_again", "_selected_action": [parcel.pk]})
    assert Watch.objects.get(parcel=parcel).given_up_at is None


def test_no_desk_sees_a_salt(operations, shop):
    salt = salts.hook_of(shop).salt
    for address in (page("shophook", "changelist"), page("shophook", "change", shop.pk)):
        answer = operations.get(address)
        assert answer.status_code == 200 and salt not in answer.content.decode()


def test_a_parked_report_is_looked_at(operations, shop, now):
    scanning.take_in(
        shop_pk=shop.pk,
        carrier_code="zto",
        number="ZZ0000000001",
        source="kuaidi100",
        now=now,
        events=[Event(now, P.SIGNED)],
    )
    assert "ZZ0000000001" in operations.get(page("parkedpush", "changelist")).content.decode()
