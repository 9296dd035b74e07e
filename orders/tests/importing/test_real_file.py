"""The real file beside the repository: 28,010 orders, none refused, booked to the fen, and a second run changes nothing."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Sum

from foundation.ledger.models import Account, Entry
from orders.models import Order

REAL = Path(settings.BASE_DIR).parent / "shared" / "data" / "tmall_orders_2020-02.csv"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.long,
    pytest.mark.skipif(not REAL.exists(), reason=f"the real file is not here: {REAL.name} in ../shared/data"),
]


def imported(shop) -> dict:
    out = io.StringIO()
    call_command("import_orders", str(REAL), "--shop", shop.name, "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def in_the_file() -> tuple[int, int]:
    """(paid, refunded) in fen of the rows with a time of payment."""
    paid = refunded = Decimal(0)
    with REAL.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        for row in reader:
            if row[5]:
                paid += Decimal(row[2]) + Decimal(row[6])
                refunded += Decimal(row[6])
    return int(paid * 100), int(refunded * 100)


def test_all_of_it_arrives_and_a_second_run_changes_nothing(shop):
    paid, refunded = in_the_file()
    first = imported(shop)
    assert first == {
        "created": 28010, "updated": 0, "unchanged": 0, "refused": 0, "paid_minor": paid, "refunded_minor": refunded,
    }  # fmt: skip
    held = Order.objects.aggregate(paid=Sum("paid_minor"), refunded=Sum("refunded_minor"))
    assert held == {"paid": paid, "refunded": refunded}
    assert Order.objects.filter(status="cancelled", paid_minor=0).count() == 3923
    balances = dict(Account.objects.filter(shop=shop).values_list("kind", "balance_minor"))
    assert (balances["settlement"], balances["pending"]) == (paid - refunded, 0)
    entries = Entry.objects.count()
    second = imported(shop)
    assert (second["created"], second["updated"], second["unchanged"], second["refused"]) == (0, 0, 28010, 0)
    assert Entry.objects.count() == entries
