"""Lost parcels: once each, one of three ways out, and the books say who paid."""

import uuid
from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.ledger.models import Transaction
from foundation.ledger.services import order_story
from foundation.lifecycle.errors import Blocked, IllegalMove, Invalid, Stale
from logistics.models import LogisticsPolicy, Loss, Parcel
from logistics.services import fastest_carriers, solve
from logistics.states import Anomaly, ParcelKind, ParcelState, Payer, WayOut
from logistics.tests.factories import carrier, make_parcel
from orders.models import Order
from orders.states import OrderState

pytestmark = pytest.mark.django_db
OWN = "SF1000000000001"
DAY = timedelta(days=1)


def lost(shop, now, **said):
    facts = {"anomaly": Anomaly.LOST, "anomaly_at": now - DAY, "last_scan_at": now - 3 * DAY}
    return make_parcel(shop, now, **(facts | said))


def out(parcel, by, now, way=WayOut.RESHIP, **said):
    given = (
        {"carrier": carrier("sf"), "number": OWN, "key": "test:1"} if way != WayOut.COMPENSATE else {"key": "test:1"}
    )
    return solve(parcel.pk, way=way, by=by, now=now, **(given | said))


def paid_by(payer, now):
    rule = LogisticsPolicy.objects.in_force(now)
    rule.pk, rule.lost_payer, rule.effective_from = None, payer, now
    rule._state.adding = True
    rule.save(force_insert=True)


def brought(shop, now, code, days, how_many=3, province="浙江省", **said):
    for _one in range(how_many):
        make_parcel(
            shop, now, carrier=carrier(code), status=ParcelState.SIGNED, province=province, created_at=now - 20 * DAY,
            picked_up_at=now - 20 * DAY, signed_at=now - (20 - days) * DAY, **said,
        )  # fmt: skip


# The fastest carrier ---------------------------------------------------------------------------------------------------


def test_the_lowest_median_to_that_province_is_first(shop, now):
    brought(shop, now, "zto", 3)
    brought(shop, now, "sf", 1)
    brought(shop, now, "sf", 15, how_many=1)  # one late parcel does not move a median
    brought(shop, now, "yto", 2)
    brought(shop, now, "jd", 0.5, province="西藏自治区")
    found = fastest_carriers(shop, "浙江省", now=now)
    assert [(one.carrier.code, one.days, one.parcels) for one in found] == [
        ("sf", 1.0, 4),
        ("yto", 2.0, 3),
        ("zto", 3.0, 3),
    ]
    assert fastest_carriers(shop, "海南省", now=now) == []


def test_a_single_quick_parcel_says_little_and_a_year_ago_nothing(shop, now):
    brought(shop, now, "sf", 0.5, how_many=1)
    brought(shop, now, "zto", 3)
    brought(shop, now - 300 * DAY, "jd", 1)
    assert [one.carrier.code for one in fastest_carriers(shop, "浙江省", now=now)] == ["zto", "sf"]


def test_another_shops_parcels_say_nothing(shop, now):
    brought(make_shop("other"), now, "sf", 1)
    assert fastest_carriers(shop, "浙江省", now=now) == []


# Three ways out --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [WayOut.RESHIP, WayOut.REPLACE])
def test_it_is_sent_again_for_the_platform_by_the_rule(shop, owner, now, way):
    parcel = lost(shop, now)
    loss = out(parcel, owner, now, way, note="a blue cup instead")
    assert (loss.way, loss.payer, loss.amount_minor) == (way, Payer.PLATFORM, 800)
    assert (loss.reship.kind, loss.reship.tracking_number) == (ParcelKind.RESHIP, OWN)
    booked = Transaction.objects.get(movement="parcel_reship_platform")
    assert booked.idempotency_key == f"parcel:{loss.reship.pk}:reship"
    parcel.refresh_from_db()
    assert parcel.anomaly_seen_at == now
    assert Entry.objects.filter(verb=f"logistics.loss_{way}").count() == 1


def test_without_a_carrier_it_is_the_fastest_to_the_province(shop, owner, now):
    parcel = lost(shop, now, province="浙江省")
    brought(shop, now, "yto", 1)
    brought(shop, now, "zto", 3)
    assert out(parcel, owner, now, carrier=None, number="").reship.carrier.code == "yto"


def test_without_a_carrier_and_without_any_scans_one_is_to_be_chosen(shop, owner, now):
    with pytest.raises(Invalid, match="Choose the carrier"):
        out(lost(shop, now), owner, now, carrier=None)
    assert not Loss.objects.exists()


@pytest.mark.parametrize(
    ("payer", "movement", "ours"),
    [
        (Payer.SHOP, "parcel_compensation", -500),
        (Payer.PLATFORM, "parcel_compensation_platform", 0),
        (Payer.CARRIER, "parcel_compensation_carrier", 0),
    ],
)
def test_the_compensation_goes_to_the_buyer_once(shop, owner, now, payer, movement, ours):
    parcel = lost(shop, now)
    paid_by(payer, now)
    loss = out(parcel, owner, now, WayOut.COMPENSATE, amount_minor=500)
    booked = Transaction.objects.get(movement=movement)
    assert (booked.idempotency_key, booked.total_minor) == (f"parcel:{parcel.pk}:compensation", 500)
    assert [(row.movement, row.amount_minor) for row in order_story(parcel.order_id)][-1] == (movement, ours)
    assert Order.objects.get(pk=parcel.order_id).compensation_minor == 500
    assert out(parcel, owner, now, WayOut.COMPENSATE, amount_minor=500).pk == loss.pk
    assert Order.objects.get(pk=parcel.order_id).compensation_minor == 500
    assert Transaction.objects.filter(movement=movement).count() == 1


def test_a_compensation_is_more_than_nothing_and_at_most_what_is_left(shop, owner, now):
    parcel = lost(shop, now)
    Order.objects.filter(pk=parcel.order_id).update(paid_minor=1000, refunded_minor=300, compensation_minor=200)
    for amount in (0, -1, 501):
        with pytest.raises(Invalid, match="at most ¥5.00"):
            out(parcel, owner, now, WayOut.COMPENSATE, amount_minor=amount)
    assert out(parcel, owner, now, WayOut.COMPENSATE, amount_minor=500).amount_minor == 500


# What is refused -------------------------------------------------------------------------------------------------------


def test_a_second_way_out_is_refused(shop, owner, now):
    parcel = lost(shop, now)
    out(parcel, owner, now)
    with pytest.raises(IllegalMove, match="settled already"):
        out(parcel, owner, now, WayOut.COMPENSATE, amount_minor=100, key="test:2")
    assert Loss.objects.count() == 1 and not Transaction.objects.filter(movement__startswith="parcel_comp").exists()


def test_the_same_key_again_does_it_once(shop, owner, now):
    parcel = lost(shop, now)
    assert out(parcel, owner, now).pk == out(parcel, owner, now, number="SF1000000000009").pk
    assert Parcel.objects.filter(kind=ParcelKind.RESHIP).count() == 1


@pytest.mark.parametrize("anomaly", ["", Anomaly.STALLED])
def test_what_does_not_count_as_lost_is_not_settled(shop, owner, now, anomaly):
    with pytest.raises(Blocked, match="does not count as lost"):
        out(lost(shop, now, anomaly=anomaly), owner, now)


def test_nothing_is_owed_to_who_was_refunded(shop, owner, now):
    parcel = lost(shop, now)
    Order.objects.filter(pk=parcel.order_id).update(status=OrderState.REFUNDED)
    with pytest.raises(Blocked, match="owed nothing"):
        out(parcel, owner, now)


def test_an_older_page_is_stale(shop, owner, now):
    parcel = lost(shop, now)
    with pytest.raises(Stale):
        out(parcel, owner, now, version=parcel.version + 1)


@pytest.mark.parametrize("said", [{"way": "nothing"}, {"note": "x" * 301}, {"way": WayOut.REPLACE, "note": " "}])
def test_what_makes_no_sense_is_refused(shop, owner, now, said):
    with pytest.raises(Invalid):
        out(lost(shop, now), owner, now, **said)


def test_what_is_sent_again_has_a_number_of_its_own(shop, owner, now):
    parcel = lost(shop, now)
    with pytest.raises(Invalid, match="number"):
        out(parcel, owner, now, number=parcel.tracking_number)
    again = out(parcel, owner, now).reship
    Parcel.objects.filter(pk=again.pk).update(anomaly=Anomaly.LOST, last_scan_at=now - 3 * DAY)
    for number in (OWN, parcel.tracking_number):  # a lost reship is sent again too, but not as itself or as the first
        with pytest.raises(Invalid, match="number"):
            out(again, owner, now, key="test:2", number=number)
    assert out(again, owner, now, key="test:2", number="SF1000000000002").reship.pk != again.pk


# Pages -----------------------------------------------------------------------------------------------------------------


def url(shop, parcel=None):
    return f"/s/{shop.code}/shipping/lost/" + (f"{parcel.number}/" if parcel else "")


def form(parcel, **said):
    given = {
        "way": "reship",
        "carrier": "sf",
        "number": OWN,
        "version": parcel.version,
        "request_key": str(uuid.uuid4()),
    }
    return given | said


def test_the_queue_shows_the_oldest_first_and_not_what_is_settled(shop, owner, sign_in_in_english, now):
    newer, older = lost(shop, now), lost(shop, now, last_scan_at=now - 9 * DAY)
    done, aside = lost(shop, now), lost(shop, now, anomaly_seen_at=now)
    solve(done.pk, way=WayOut.COMPENSATE, amount_minor=100, by=owner, now=now, key="x")
    client = sign_in_in_english(owner)
    page = client.get(url(shop)).content.decode()
    assert page.index(older.tracking_number) < page.index(newer.tracking_number)
    assert done.tracking_number not in page and aside.tracking_number not in page
    settled = client.get(url(shop) + "?tab=settled").content.decode()
    assert done.tracking_number in settled and "Compensation" in settled


def test_the_page_names_the_fastest_and_the_post_sends_it(shop, owner, sign_in_in_english, now):
    parcel = lost(shop, now, province="浙江省")
    brought(shop, now, "sf", 1)
    client = sign_in_in_english(owner)
    page = client.get(url(shop, parcel)).content.decode()
    assert "Fastest to 浙江省" in page and "1.0 days" in page
    answer = client.post(url(shop, parcel), form(parcel), follow=True)
    assert "Sent again as" in answer.content.decode()
    assert Loss.objects.get(parcel=parcel).reship.tracking_number == OWN


def test_the_same_form_twice_is_one(shop, owner, sign_in, now):
    parcel, client = lost(shop, now), sign_in(owner)
    said = form(parcel)
    assert [client.post(url(shop, parcel), said).status_code for _one in range(2)] == [302, 302]
    assert Loss.objects.count() == 1
    assert client.post(url(shop, parcel), form(parcel, number="SF1000000000002")).status_code == 409


def test_an_older_form_is_409_and_keeps_what_was_typed(shop, owner, sign_in, now):
    parcel = lost(shop, now)
    answer = sign_in(owner).post(url(shop, parcel), form(parcel, version=parcel.version + 5, note="看过了"))
    assert answer.status_code == 409 and "看过了" in answer.content.decode() and OWN in answer.content.decode()


@pytest.mark.parametrize(
    "said", [{"carrier": ""}, {"way": "compensate"}, {"way": "compensate", "amount": "x"}, {"way": ""}]
)
def test_a_form_that_lacks_something_is_422(shop, owner, sign_in, now, said):
    parcel = lost(shop, now)
    assert sign_in(owner).post(url(shop, parcel), form(parcel, **said)).status_code == 422
    assert not Loss.objects.exists()


def test_the_warehouse_may_look_and_not_settle(shop, sign_in, now):
    parcel, client = lost(shop, now), sign_in(make_member(shop, "warehouse"))
    assert client.get(url(shop)).status_code == 200
    assert client.get(url(shop, parcel)).status_code == 403
    assert client.post(url(shop, parcel), form(parcel)).status_code == 403


def test_another_shops_lost_parcel_is_not_there(shop, owner, sign_in, now):
    parcel = lost(make_shop("other"), now)
    assert sign_in(owner).post(url(shop, parcel), form(parcel)).status_code == 404
