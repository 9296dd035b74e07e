"""Law 3: a chunk of N leaves exactly the rows that N chunks of one leave."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.accounts.models import Restriction
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry as AuditEntry
from foundation.catalog.models import Product
from foundation.ledger.models import Account, Entry, Transaction
from foundation.ledger.services import Posting, post
from foundation.lifecycle import clock
from foundation.notifications.models import Notice, OutboxMessage
from orders.models import Order, OrderLine, Refund
from orders.services import ArrivingLine, refund
from orders.tests.factories import make_order
from workorders import services
from workorders.models import Forfeiture, WorkOrder
from workorders.rule_rows import NOT_RECEIVED, QUALITY, REFUSED, WORRY, WRONG_OR_MISSING

from . import factories

RANDOM = {"id", "number", "key", "transaction_id", "refund_id", "account_id", "created_at", "request_id"}

CASES = st.lists(
    st.fixed_dictionaries(
        {
            "question": st.sampled_from(
                [(NOT_RECEIVED, 1), (WRONG_OR_MISSING, 1), (QUALITY, 1), (QUALITY, 2), (REFUSED, 2), (WORRY, 2)]
            ),
            "shop": st.integers(0, 1),
            "paid": st.sampled_from([1, 99, 1001, 12500]),
            "already": st.sampled_from([0, 1, 50, 100]),
            "product": st.sampled_from([None, "A", "B"]),
            "lines": st.booleans(),
            "status": st.sampled_from(["signed", "completed"]),
            "queued": st.booleans(),
        }
    ),
    min_size=1,
    max_size=6,
)


class Undo(Exception):
    """Takes an example's rows away again."""


def rows(model: Any, *order: str, without: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Every row without what is random or counted, in a stable order."""
    names = [field.attname for field in model._meta.concrete_fields]
    wanted = [name for name in names if name not in RANDOM and name not in without]
    found = [dict(zip(wanted, row, strict=True)) for row in model.objects.order_by(*order).values_list(*wanted)]
    return found if order != ("pk",) else sorted(found, key=repr)


def snapshot() -> dict[str, Any]:
    booked = Transaction.objects.order_by("pk").values_list("idempotency_key", "movement", "total_minor", "order_id")
    legs = Entry.objects.order_by("pk").values_list(
        "transaction__idempotency_key", "kind", "shop_id", "amount_minor", "balance_after_minor"
    )
    told = [_told(row) for row in rows(AuditEntry, "subject_type", "subject_id", "verb", "pk")]
    return {
        "work orders": rows(WorkOrder, "pk"),
        "orders": rows(Order, "pk"),
        "lines": rows(OrderLine, "pk"),
        "accounts": rows(Account, "pk"),
        "booked": list(booked),
        "legs": list(legs),
        "refunds": list(Refund.objects.order_by("pk").values_list("key", "order_id", "amount_minor", "cause", "reason")),
        "forfeitures": rows(Forfeiture, "work_order_id"),
        "products": rows(Product, "pk"),
        "restrictions": rows(Restriction, "pk"),
        "audit": sorted(told, key=repr),
        "notices": sorted(rows(Notice, "pk"), key=repr),
        "messages": sorted(rows(OutboxMessage, "pk", without={"body"}), key=repr),
    }


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A line of the audit without numbers; a violation is new each time, so it is known by its order alone."""
    data = {key: value for key, value in row["data"].items() if key != "number"}
    return {**row, "data": data} | ({"subject_id": None} if row["subject_type"] == "deposits.violation" else {})


def build(cases: list[dict[str, Any]], now: Any) -> list[int]:
    shops = [make_shop("one", now=now), make_shop("two", now=now)]
    for place, shop in enumerate(shops):
        make_member(shop, "owner", f"owner-{shop.code}")
        post(Posting(f"topup:{place}", "topup", shop.pk, 9_000), by=None, now=now)
    pks = []
    for place, said in enumerate(cases):
        lines = (ArrivingLine("x", "", 1, said["paid"], said["paid"]),) if said["lines"] else ()
        order = make_order(
            shops[said["shop"]], now - timedelta(days=9), paid_minor=said["paid"], postage_minor=0, lines=lines,
            status=said["status"],
        )
        kind, stage = said["question"]
        case = factories.ask_overdue(
            order.shop, now, by=timedelta(minutes=1 + place), type=kind, stage=stage, order=order
        )
        if said["product"] and said["lines"]:
            factories.put_on_shelf(order, said["product"])
        if said["already"] * said["paid"] // 100:
            refund(
                order.pk, amount_minor=said["already"] * said["paid"] // 100, cause="goodwill", reason="",
                key=f"before:{place}", by=None, now=now,
            )
        if said["queued"]:
            factories.ask(order.shop, now, order=order, platform_text="next")
        pks.append(case.pk)
    return pks


def done(pks: list[int], cuts: list[int], now: Any) -> dict[str, Any]:
    """Forfeit in chunks of the given sizes, remember every row, take it all back."""
    found: dict[str, Any] = {}
    try:
        with transaction.atomic():
            start = 0
            for cut in [*cuts, len(pks)]:
                services.forfeit(pks[start : start + cut], now=now)
                start += cut
            found = snapshot()
            raise Undo
    except Undo:
        return found


@pytest.mark.django_db
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES, cut=st.integers(1, 5))
def test_a_chunk_of_n_is_n_chunks_of_one_row_for_row(cases, cut):
    now = clock.now()
    try:
        with transaction.atomic():
            pks = build(cases, now)
            singles = done(pks, [1] * len(pks), now)
            with mock.patch("foundation.lifecycle.bulk.WORTH_IT", 1):  # however few, as a chunk of thousands is written
                whole = done(pks, [], now)
                mixed = done(pks, [cut], now)
            for name, expected in singles.items():
                assert whole[name] == expected, name
                assert mixed[name] == expected, name
            assert len(singles["forfeitures"]) == len(pks)
            raise Undo
    except Undo:
        pass
