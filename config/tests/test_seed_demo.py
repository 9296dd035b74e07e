"""The demo: every state visible, the books in order, obviously fake, and the same for the same seed."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.demo import cases, goods, people
from config.demo.book import Book
from config.demo.log_ins import log_ins
from foundation.accounts.models import Membership, Shop, User
from foundation.catalog.models import ListingDay
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.invariants import INVARIANTS
from logistics.models import Attachment, CarrierFee, Interception, Loss, Parcel, Recall, Scan
from logistics.services.watching import poll_due
from logistics.states import Anomaly, Origin, ParcelState, RecallState, Status, WayOut
from logistics.whatif import what_if
from orders.models import Order
from orders.states import OrderState
from workorders.models import Forfeiture, Voucher, WorkOrder
from workorders.rule_rows import RULES
from workorders.services import forfeit_due
from workorders.states import Status as CaseStatus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.HOUTAI_VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


def seed(**options) -> str:
    """Without the shops of `test_seed_deposits`, unless told."""
    out = StringIO()
    call_command("seed_demo", stdout=out, **{"deposits": False, **options})
    return out.getvalue()


def test_the_demo_shows_every_state_and_its_books_hold():
    said = seed(orders=120, shops=2)
    now = clock.now()
    assert people.PASSWORD in said and "dianzhu" in said
    assert Order.objects.count() == 120
    assert set(Order.objects.values_list("status", flat=True)) == set(OrderState.values)
    assert set(WorkOrder.objects.values_list("status", flat=True)) == set(CaseStatus.values)
    assert set(WorkOrder.objects.values_list("type", flat=True)) == {rule["type"] for rule in RULES}
    assert Order.objects.filter(physically_shipped_at__isnull=False, tracking_uploaded_at=None).exists()
    assert {row.outcome for case in WorkOrder.objects.all() for row in case.decisions.all()} == {"won", "lost", "more"}
    assert Voucher.objects.exists() and Forfeiture.objects.filter(compensation_minor__gt=0).exists()
    assert ListingDay.objects.filter(listed_count__gt=0).exists()
    assert [f"{one.code}: {text}" for one in INVARIANTS for text in one.check()] == []
    overdue = WorkOrder.objects.overdue(now)
    assert overdue.count() >= 3
    assert not WorkOrder.objects.filter(status="open", due_at__gte=now, due_at__lte=now + timedelta(minutes=10)).exists()
    before = overdue.count()
    assert forfeit_due(now) == {"forfeited": before, "parked": 0}
    assert [f"{one.code}: {text}" for one in INVARIANTS for text in one.check()] == []


def test_it_shows_every_state_of_a_parcel_and_its_parcels_go_on_from_where_they_are():
    seed(orders=300, shops=1)
    assert set(Parcel.objects.values_list("status", flat=True)) == set(ParcelState.values)
    assert set(Interception.objects.values_list("status", flat=True)) == set(Status.values)
    assert set(Interception.objects.values_list("origin", flat=True)) == set(Origin.values)
    assert set(Recall.objects.values_list("status", flat=True)) == set(RecallState.values)
    assert set(Loss.objects.values_list("way", flat=True)) == set(WayOut.values)
    assert Parcel.objects.filter(anomaly=Anomaly.LOST, anomaly_seen_at=None).exists()
    assert set(Parcel.objects.values_list("anomaly", flat=True)) == set(Anomaly.values)
    assert Parcel.objects.filter(kind="reship", key__startswith="workorder:").exists()
    assert Attachment.objects.count() >= 2
    assert CarrierFee.objects.exists() and Transaction.objects.filter(movement="interception_fee").exists()
    shop, now = Shop.objects.get(), clock.now()
    would = what_if(shop, from_minor=0, to_minor=None, carrier_ids=[], now=now)
    assert would.caught >= 10 and 0 < would.wrong < would.caught and would.saved_minor > would.cost_minor > 0
    scans = Scan.objects.count()
    poll_due(now)
    assert Scan.objects.count() - scans <= 20  # what the carrier knows by now is there already
    assert [f"{one.code}: {text}" for one in INVARIANTS for text in one.check()] == []


@pytest.mark.once
def test_everybody_has_a_log_in_and_a_part():
    seed(orders=0, deposits=True)
    assert all(any(person.username in line for line in log_ins()) for person in people.PEOPLE)
    qinghe = Shop.objects.get(code="qinghe")
    roles = dict(Membership.objects.filter(shop=qinghe).values_list("user__username", "role"))
    assert roles == {
        "dianzhu": "owner", "guanli": "administrator", "kefu": "service", "cangku": "warehouse", "caiwu": "finance",
    }  # fmt: skip
    assert User.objects.get(username="dianzhu").memberships.count() == 2
    assert all(User.objects.get(username=name).check_password(people.PASSWORD) for name in ("dianzhu", "pingtai"))
    assert User.objects.get(username="shenhe").is_staff and User.objects.get(username="pingtai").is_superuser


@pytest.mark.once
def test_it_is_obviously_fake():
    seed(orders=8, deposits=True)
    for phone in [*Order.objects.values_list("buyer_phone", flat=True), *User.objects.values_list("phone", flat=True)]:
        assert phone.startswith("100") and len(phone) == 11
    assert {row.address[:6] for row in Order.objects.all()} == {"示例省示例市"}
    assert all(user.email.endswith("@example.test") for user in User.objects.all())
    assert all(row.tracking_number.startswith("DEMO") for row in Order.objects.exclude(tracking_number=""))


@pytest.mark.once
def test_the_same_seed_gives_the_same_book(now):
    seed(orders=0, seed=7)
    shop = Shop.objects.get(code="qinghe")
    found = goods.stock(shop, now=now)
    books = [list(Book("qinghe", found, seed=one, now=now).orders(30)) for one in (7, 7, 8)]
    assert books[0] == books[1] != books[2]


def test_a_streamed_book_holds_and_its_orders_come_in_the_order_they_happened():
    said = seed(orders=260, shops=2, cases=40)
    assert "qinghe: " in said and "forfeits" in said
    assert Order.objects.count() == 260
    assert [f"{one.code}: {text}" for one in INVARIANTS for text in one.check()] == []
    for shop in Shop.objects.all():
        booked = list(Transaction.objects.filter(shop=shop).order_by("pk").values_list("at", flat=True))
        assert booked == sorted(booked)
    assert WorkOrder.objects.filter(shop__code="qinghe").count() > len(cases.STORIES) + 1
    assert User.objects.get(username="kefu").phone


@pytest.mark.parametrize("orders", [0, 1, 5])
def test_a_tiny_demo_works_too(orders):
    seed(orders=orders, shops=3)
    assert Order.objects.count() == orders
    assert Shop.objects.count() == 3


def test_it_does_not_touch_a_database_in_use(shop):
    with pytest.raises(CommandError):
        seed(orders=1)
    assert Order.objects.count() == 0
