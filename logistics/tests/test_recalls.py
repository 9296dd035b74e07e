"""A parcel that left without a number is called back; the refund never waits for it."""

import uuid

import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.files.models import StoredFile
from foundation.ledger.models import Transaction
from foundation.ledger.services import order_story
from foundation.lifecycle.errors import Blocked, IllegalMove, Invalid, Stale
from foundation.notifications.models import Notice
from logistics.models import Recall
from logistics.services import assign_recall, close_recall, open_recall, ship_order, upload_tracking
from logistics.states import ParcelState, Payer, RecallState
from logistics.tests.factories import ZTO_NUMBER, carrier, make_parcel, photo, to_ship
from orders.models import Cause
from orders.services import record_contact, refund
from orders.states import OrderState

pytestmark = pytest.mark.django_db


def offline(shop, owner, now):
    """Handed over without a number."""
    return ship_order(to_ship(shop, now).pk, by=owner, now=now)


def opened(shop, by, now, **said):
    return open_recall(offline(shop, by, now).pk, by=by, now=now, **({"key": "test:1"} | said))


def talk(recall, by, now):
    return record_contact(
        recall.order_id, who="carrier", channel="phone", at=now, said="They look for it", files=[], by=by, now=now
    )


def test_it_is_opened_once_by_key_and_once_at_a_time(shop, owner, now):
    parcel = offline(shop, owner, now)
    first = open_recall(parcel.pk, by=owner, now=now, key="a")
    assert (first.status, first.owner) == (RecallState.TO_RECALL, owner)
    assert open_recall(parcel.pk, by=owner, now=now, key="a").pk == first.pk
    with pytest.raises(Blocked, match=first.number):
        open_recall(parcel.pk, by=owner, now=now, key="b")
    close_recall(first.pk, recalled=False, by=owner, now=now)
    assert open_recall(parcel.pk, by=owner, now=now, key="b").pk != first.pk


def test_a_parcel_with_a_number_is_intercepted_instead(shop, owner, now):
    with pytest.raises(Blocked, match="intercept"):
        open_recall(make_parcel(shop, now).pk, by=owner, now=now, key="a")
    with pytest.raises(Blocked, match="nothing to recall"):
        signed = make_parcel(shop, now, tracking_number="", status=ParcelState.SIGNED)
        open_recall(signed.pk, by=owner, now=now, key="a")


def test_who_is_put_in_charge_is_told_and_must_be_of_the_shop(shop, owner, now):
    helper, stranger = make_member(shop, "service"), make_member(make_shop("other"), "service", "stranger")
    recall = opened(shop, owner, now, owner=helper)
    assert Notice.objects.get(kind="logistics.recall_in_charge").user == helper
    with pytest.raises(Invalid, match="member"):
        assign_recall(recall.pk, owner=stranger, carrier=None, by=owner, now=now)
    done = assign_recall(recall.pk, owner=owner, carrier=carrier("sf"), by=owner, now=now)
    assert (done.owner, done.carrier.code) == (owner, "sf")
    before = Entry.objects.count()
    assign_recall(recall.pk, owner=owner, carrier=carrier("sf"), by=owner, now=now)
    assert Entry.objects.count() == before
    assert Notice.objects.get(kind="logistics.recall_in_charge").cancelled_at == now


@pytest.mark.parametrize(("recalled", "state"), [(True, RecallState.RECALLED), (False, RecallState.LOST)])
def test_it_is_closed_once_and_its_cost_booked_once(shop, owner, now, recalled, state):
    recall = opened(shop, owner, now)
    done = close_recall(recall.pk, recalled=recalled, cost_minor=1500, by=owner, now=now, note="picked up at the depot")
    assert (done.status, done.closed_at, done.payer) == (state, now, Payer.SHOP)
    booked = Transaction.objects.get(movement="recall_cost")
    assert (booked.idempotency_key, booked.total_minor) == (f"recall:{recall.pk}:cost", 1500)
    assert [(row.movement, row.amount_minor) for row in order_story(recall.order_id)][-1] == ("recall_cost", -1500)
    with pytest.raises(IllegalMove):
        close_recall(recall.pk, recalled=not recalled, cost_minor=900, by=owner, now=now)
    with pytest.raises(IllegalMove):
        assign_recall(recall.pk, owner=owner, carrier=None, by=owner, now=now)
    assert Transaction.objects.filter(movement__startswith="recall_cost").count() == 1


@pytest.mark.parametrize(
    ("payer", "movements"),
    [(Payer.BUYER, ["recall_cost_buyer"]), (Payer.PLATFORM, ["recall_cost_platform"]), (Payer.CARRIER, [])],
)
def test_what_others_pay_does_not_touch_the_shop_and_is_shown_by_something(shop, owner, now, payer, movements):
    recall = opened(shop, owner, now)
    if payer != Payer.CARRIER:
        with pytest.raises(Invalid, match="shows it"):
            close_recall(recall.pk, recalled=True, cost_minor=700, payer=payer, by=owner, now=now)
    contact = talk(recall, owner, now)
    done = close_recall(recall.pk, recalled=True, cost_minor=700, payer=payer, contact=contact, by=owner, now=now)
    assert done.contact == contact
    assert (
        list(Transaction.objects.filter(movement__startswith="recall").values_list("movement", flat=True)) == movements
    )
    assert sum(row.amount_minor for row in order_story(recall.order_id) if row.movement.startswith("recall")) == 0


@pytest.mark.parametrize(
    "said", [{"cost_minor": -1}, {"cost_minor": 100_001}, {"payer": "nobody"}, {"note": "x" * 301}]
)
def test_what_makes_no_sense_is_refused(shop, owner, now, said):
    recall = opened(shop, owner, now)
    with pytest.raises(Invalid):
        close_recall(recall.pk, recalled=True, by=owner, now=now, **said)
    recall.refresh_from_db()
    assert recall.status == RecallState.TO_RECALL


def test_another_orders_contact_record_and_an_older_page_are_refused(shop, owner, now):
    first, second = opened(shop, owner, now), opened(shop, owner, now, key="test:2")
    with pytest.raises(Invalid, match="another order"):
        close_recall(first.pk, recalled=True, contact=talk(second, owner, now), by=owner, now=now)
    with pytest.raises(Stale):
        close_recall(first.pk, recalled=True, by=owner, now=now, version=first.version + 1)


@pytest.mark.parametrize("cause", Cause.values)
def test_an_open_recall_never_delays_the_refund(shop, owner, now, cause):
    recall = opened(shop, owner, now)
    order = recall.order
    done = refund(order.pk, amount_minor=None, cause=cause, reason="not received", key="test:refund", by=owner, now=now)
    order.refresh_from_db()
    assert (done.amount_minor, order.status) == (order.paid_minor, OrderState.REFUNDED)
    recall.refresh_from_db()
    assert recall.status == RecallState.TO_RECALL
    assert close_recall(recall.pk, recalled=True, cost_minor=300, by=owner, now=now).status == RecallState.RECALLED


def test_a_number_that_turns_up_does_not_stop_the_recall(shop, owner, now):
    recall = opened(shop, owner, now)
    upload_tracking(recall.parcel_id, carrier=carrier(), number=ZTO_NUMBER, by=owner, now=now)
    assert close_recall(recall.pk, recalled=True, by=owner, now=now).status == RecallState.RECALLED


# Pages -----------------------------------------------------------------------------------------------------------------


def base(shop):
    return f"/s/{shop.code}/shipping/"


def page_of(recall, verb=""):
    return f"{base(recall.shop)}recalls/{recall.number}/{verb}"


def test_from_the_parcels_page_to_the_end(shop, owner, sign_in_in_english, now):
    parcel, client = offline(shop, owner, now), sign_in_in_english(owner)
    address = f"{base(shop)}parcels/{parcel.number}/"
    assert f"{address}recall/" in client.get(address).content.decode()
    said = {"owner": owner.pk, "carrier": "sf", "note": "blue box", "request_key": str(uuid.uuid4())}
    assert client.get(f"{address}recall/").status_code == 200
    assert [client.post(f"{address}recall/", said).status_code for _one in range(2)] == [302, 302]
    recall = Recall.objects.get()
    assert recall.number in client.get(base(shop) + "recalls/").content.decode()
    shown = client.get(page_of(recall)).content.decode()
    assert "SF Express" in shown and "blue box" in shown
    assert f"{address}recall/" not in client.get(address).content.decode()
    said = {"result": "recalled", "cost": "12.00", "payer": "platform", "files": [photo()], "version": recall.version}
    assert client.post(page_of(recall, "close/"), said).status_code == 302
    recall.refresh_from_db()
    assert (recall.status, recall.cost_minor, recall.proof.count()) == (RecallState.RECALLED, 1200, 1)
    assert "¥12.00" in client.get(page_of(recall)).content.decode()


def test_a_refused_close_keeps_what_was_typed_and_no_picture(shop, owner, sign_in, now):
    recall, client = opened(shop, owner, now), sign_in(owner)
    said = {"result": "lost", "cost": "12", "payer": "shop", "note": "找不到了", "files": [photo()], "version": 99}
    answer = client.post(page_of(recall, "close/"), said)
    assert answer.status_code == 409 and "找不到了" in answer.content.decode()
    assert not StoredFile.objects.filter(order_id=recall.order_id).exists()
    assert client.post(page_of(recall, "close/"), {"version": recall.version}).status_code == 422


def test_assigning_from_the_page(shop, owner, sign_in, now):
    recall, helper = opened(shop, owner, now), make_member(shop, "service")
    said = {"owner": helper.pk, "carrier": "", "version": recall.version}
    client = sign_in(owner)
    assert client.post(page_of(recall, "assign/"), said).status_code == 302
    assert client.post(page_of(recall, "assign/"), said | {"owner": owner.pk}).status_code == 409
    recall.refresh_from_db()
    assert recall.owner == helper


def test_who_may_not_is_told_so_and_another_shop_sees_nothing(shop, owner, sign_in, now):
    recall = opened(shop, owner, now)
    finance = sign_in(make_member(shop, "finance"))
    assert finance.get(page_of(recall)).status_code == 200
    assert finance.post(page_of(recall, "close/"), {}).status_code == 403
    other = make_shop("other")
    theirs = opened(other, make_member(other, "owner", "their-owner"), now, key="test:2")
    for verb in ("", "close/", "assign/"):
        address = page_of(theirs, verb).replace("/s/other/", f"/s/{shop.code}/")
        client = sign_in(owner)
        assert (client.post if verb else client.get)(address, {}).status_code == 404
