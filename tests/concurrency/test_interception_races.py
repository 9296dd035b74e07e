"""The shop and the carrier at one moment: cancel and “intercepted”, two requests, a refund and an accept (F22).

First with the guard off. PostgreSQL: the order rows' locks. SQLite: the IMMEDIATE transaction is the lock. See `rounds`.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from foundation.accounts.tests.factories import make_shop
from foundation.audit.models import Entry
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Blocked, IllegalMove
from foundation.lifecycle.invariants import INVARIANTS
from logistics import services
from logistics.models import Carrier, CarrierCall, CarrierEvent, Interception, Parcel
from logistics.services import scanning
from logistics.states import OPEN, CallKind, CallState, ParcelState, Status
from logistics.tests.fake_carrier import fake  # noqa: F401
from logistics.tracking import Event
from orders import refund_gates
from orders.services import refund
from orders.states import OrderState
from orders.tests.factories import make_orders

from .rounds import ROUNDS, ahead, broken, refused, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
MINUTE = timedelta(minutes=1)
NEVER = timedelta(days=999)


@pytest.fixture
def shop():
    return make_shop()


@pytest.fixture
def off(monkeypatch) -> Callable[[], None]:
    """Turn the locks off and hold everybody a moment between looking and writing."""

    def read(rows: Any, *, skip_locked: bool = False, order: tuple[str, ...] = ("pk",)) -> list[Any]:
        found = list(rows.order_by(*order))
        time.sleep(0.1)
        return found

    def turn_off() -> None:
        for place in ("logistics.services.holding.lock", "orders.services.moves.lock"):
            monkeypatch.setattr(place, read)
        if connection.vendor == "sqlite":
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 1)

    return turn_off


def parcels(shop: Any, how_many: int, code: str = "zto") -> list[Parcel]:
    """On their way, handed over two days ago."""
    now, carrier = clock.now(), Carrier.objects.get(code=code)
    orders = make_orders(
        shop,
        how_many,
        now,
        status=OrderState.SHIPPED,
        signed_at=None,
        carrier=carrier.name_zh,
        tracking_number="73100000000001",
    )
    made = list(Parcel.objects.filter(order__in=orders).order_by("pk"))
    for parcel in made:
        parcel.status, parcel.tracking_number = ParcelState.IN_TRANSIT, f"7310{parcel.pk:010d}"
        parcel.arrival_status = ParcelState.IN_TRANSIT
    Parcel.objects.bulk_update(made, ["status", "tracking_number", "arrival_status"])
    return made


def interceptions(shop: Any, how_many: int, code: str = "zto", accepted: bool = False) -> list[Interception]:
    """Asked for; with `accepted` the carrier has them."""
    pks = [parcel.pk for parcel in parcels(shop, how_many, code)]
    now = clock.now()
    services.request_many(pks, reason="fraud", by=None, now=now, key_prefix="race")
    made = list(Interception.objects.filter(parcel__in=pks).select_related("parcel").order_by("pk"))
    for one in made if accepted else ():
        say(one, "accept")()
    return made


def say(one: Interception, verb: str) -> Callable[[], CarrierEvent]:
    now = clock.now()
    return partial(services.carrier_says, one.pk, code=verb, verb=verb, text=verb, at=now, source="test", now=now)


def cancel(one: Interception, payer: str = "shop") -> Callable[[], Interception]:
    return partial(
        services.cancel_interception,
        one.pk,
        reason="mistake",
        note="",
        typed=one.parcel.tail,
        by=None,
        now=clock.now(),
        payer=payer,
    )


def fees(one: Interception) -> list[str]:
    rows = Transaction.objects.filter(idempotency_key__startswith=f"interception:{one.pk}:").order_by("pk")
    return list(rows.values_list("movement", flat=True))


def violations() -> list[str]:
    return [f"{one.code}: {text}" for one in INVARIANTS for text in one.check()]


def cancel_against_success(one: Interception) -> tuple[list[Any], Interception]:
    outcomes = together(cancel(one), say(one, "succeed"))
    return outcomes, Interception.objects.get(pk=one.pk)


def test_without_the_lock_an_interception_is_cancelled_and_succeeds_at_once(shop, off):
    made = interceptions(shop, 10)
    off()
    for one in made:
        outcomes, after = cancel_against_success(one)
        moved = CarrierEvent.objects.filter(interception=one, moved=True).exists()
        if broken(outcomes) or (moved and after.status == Status.CANCELLED) or (moved and after.cancel_reason):
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


@pytest.mark.long
@pytest.mark.parametrize(("code", "accepted"), [("zto", False), ("sf", True)])
def test_a_cancel_and_intercepted_end_in_one_state_with_one_fee_at_most(shop, code, accepted):
    ends = {Status.CANCELLED: 0, Status.SUCCEEDED: 0}
    for one in ahead(partial(interceptions, shop, code=code, accepted=accepted)):
        outcomes, after = cancel_against_success(one)
        ends[Status(after.status)] += 1
        assert broken(outcomes) == []
        [word] = CarrierEvent.objects.filter(interception=one, verb="succeed")
        won = after.status == Status.SUCCEEDED
        assert word.moved is won
        assert [type(error) for error in refused(outcomes)] == ([IllegalMove] if won else [])
        assert fees(one) == (["interception_fee"] if won or accepted else [])
        assert Parcel.objects.get(pk=one.parcel_id).interception_status == after.status
    assert sum(ends.values()) == ROUNDS
    assert violations() == []


def ask(parcel: Parcel, key: str) -> Callable[[], Interception]:
    return partial(
        services.request_interception, parcel.pk, reason="fraud", by=None, now=clock.now(), key=f"{key}:{parcel.pk}"
    )


def test_without_the_lock_two_requests_collide(shop, off):
    """The database's own constraint stops the second, as an error instead of a sentence."""
    made = parcels(shop, 60)
    off()
    for parcel in made:
        if broken(together(ask(parcel, "one"), ask(parcel, "two"))):
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_of_two_requests_at_once_one_is_made_and_the_other_told(shop):
    for parcel in ahead(partial(parcels, shop)):
        outcomes = together(ask(parcel, "one"), ask(parcel, "two"))
        assert broken(outcomes) == []
        assert [type(one) for one in refused(outcomes)] == [Blocked]
        assert CarrierCall.objects.filter(interception__parcel=parcel).count() == 1


def test_a_double_click_asks_once(shop):
    for parcel in ahead(partial(parcels, shop)):
        first, second = together(ask(parcel, "click"), ask(parcel, "click"))
        assert first == second
        assert Interception.objects.filter(parcel=parcel).count() == 1


def test_without_the_lock_both_cancels_succeed(shop, off):
    made = interceptions(shop, 10, accepted=True)
    off()
    for one in made:
        outcomes = together(cancel(one), cancel(one))
        if broken(outcomes) or not refused(outcomes):
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_of_two_cancels_one_holds_and_gives_the_fee_back_once(shop):
    for one in ahead(partial(interceptions, shop, code="sf", accepted=True)):
        outcomes = together(cancel(one, "buyer"), cancel(one, "platform"))
        assert [type(error) for error in refused(outcomes)] == [IllegalMove]
        after = Interception.objects.get(pk=one.pk)
        assert fees(one) == ["interception_fee", f"interception_fee_back_{after.payer}"]
        assert Entry.objects.filter(verb="logistics.interception_cancelled", subject_id=one.pk).count() == 1
    assert violations() == []


def request_against_sign_off(parcel: Parcel) -> tuple[list[Any], Parcel]:
    now = clock.now()
    event = Event(now - MINUTE, ParcelState.SIGNED, "已签收")
    outcomes = together(
        ask(parcel, "late"),
        lambda: scanning.take_in(
            shop_pk=parcel.shop_id, carrier_code="zhongtong", number=parcel.tracking_number, events=[event], source="test",
            now=now,
        ),
    )  # fmt: skip
    return outcomes, Parcel.objects.get(pk=parcel.pk)


def test_a_request_and_a_sign_off_leave_no_interception_running(shop):
    for parcel in ahead(partial(parcels, shop)):
        outcomes, after = request_against_sign_off(parcel)
        assert broken(outcomes) == []
        made = Interception.objects.filter(parcel=parcel)
        assert after.status == ParcelState.SIGNED
        assert not made.filter(status__in=OPEN).exists()
        assert made.count() == 1 - len(refused(outcomes))
        assert after.interception_status == (Status.FAILED if made else "")
    assert violations() == []


def refund_against_accept(one: Interception) -> list[Any]:
    pay_back = partial(
        refund,
        one.order_id,
        amount_minor=100,
        cause="goodwill",
        reason="",
        key=f"race:{one.pk}",
        by=None,
        now=clock.now(),
    )
    return together(pay_back, say(one, "accept"))


def refund_came_second(one: Interception) -> bool:
    order = Entry.objects.filter(order_id=one.order_id, verb__in=["orders.refunded", "logistics.interception_accepted"])
    verbs = list(order.order_by("pk").values_list("verb", flat=True))
    return verbs == ["logistics.interception_accepted", "orders.refunded"]


def test_without_the_lock_a_refund_slips_past_an_accept(shop, off, monkeypatch):
    made = interceptions(shop, 10)
    off()
    ask = refund_gates.ask
    monkeypatch.setattr(refund_gates, "ask", lambda *given: (ask(*given), time.sleep(0.5)))
    for one in made:
        if broken(refund_against_accept(one)) or refund_came_second(one):
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_a_refund_comes_before_the_carrier_has_it_or_waits(shop):
    for one in ahead(partial(interceptions, shop)):
        outcomes = refund_against_accept(one)
        assert broken(outcomes) == []
        assert [error.code for error in refused(outcomes)] in ([], ["refund_gate"])
        assert Interception.objects.get(pk=one.pk).status == Status.ACCEPTED
        assert not refund_came_second(one)
    assert violations() == []


def test_two_workers_and_a_cancel_send_each_request_once_at_most(shop, fake):  # noqa: F811
    for one in ahead(partial(interceptions, shop)):
        now = clock.now()
        CarrierCall.objects.exclude(interception=one).update(next_at=now + NEVER)  # one at a time
        CarrierCall.objects.filter(interception=one).update(next_at=now)
        outcomes = together(
            lambda at=now: services.deliver_due(at), lambda at=now: services.deliver_due(at), cancel(one)
        )
        assert broken(outcomes) == []
        services.deliver_due(now + MINUTE)
        assert Interception.objects.get(pk=one.pk).status == Status.CANCELLED
        told = [what for what, said in fake.heard if said["number"] == one.parcel.tracking_number]
        assert told in ([], ["intercept", "call_off"])
        calls = dict(CarrierCall.objects.filter(interception=one).values_list("kind", "status"))
        assert calls in (
            {CallKind.REQUEST: CallState.FAILED},
            {CallKind.REQUEST: CallState.SENT, CallKind.CANCEL: CallState.SENT},
        )
