"""Words, cancels, scans and jobs in any order: a legal state, one fee at most, and books that add up."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.accounts.models import Shop
from foundation.accounts.tests.factories import make_shop
from foundation.ledger.checks import CHECKS
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from logistics import invariants, services
from logistics.models import Carrier, CarrierEvent, Interception
from logistics.states import ENDED, INTERCEPTION, ParcelState, Payer, Status

from .factories import intercept, make_parcel, say

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WORDS = ["accept", "begin", "succeed", "turn_back", "come_back", "refuse", "fail", ""]
SCANS = [ParcelState.RETURNING, ParcelState.RETURNED, ParcelState.SIGNED]
steps = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(WORDS), st.integers(0, 200)),  # told up to eight days late
    st.tuples(st.just("cancel"), st.sampled_from(Payer.values), st.just(0)),
    st.tuples(st.just("scan"), st.sampled_from(SCANS), st.just(0)),
    st.tuples(st.just("wait"), st.just(""), st.integers(1, 240)),
    st.tuples(st.just("lose"), st.just(""), st.just(0)),
    st.tuples(st.just("late fee"), st.just(""), st.just(0)),
)


class _Undo(Exception):
    pass


def do(one: Interception, what: str, which: str, hours: int, now: Any) -> None:
    if what == "say":
        say(one, which, now, at=max(one.requested_at, now - hours * HOUR))
    elif what == "cancel":
        services.cancel_interception(
            one.pk, reason="mistake", note="", typed=one.parcel.tail, by=None, now=now, payer=which
        )
    elif what == "scan":
        parcel = Interception.objects.get(pk=one.pk).parcel
        parcel.status, parcel.last_scan_at, parcel.last_scan_text = which, now, "scan"
        services.parcel_moved(parcel, now=now)
    elif what == "lose":
        services.lose_answers(now)
    elif what == "late fee":
        services.book_late_fee(one.pk, by=None, now=now)
    services.book_storage_due(now)


def play(shop: Shop, code: str, drawn: list[tuple[str, str, int]]) -> None:
    now = clock.now()
    one = intercept(make_parcel(shop, now, carrier=Carrier.objects.get(code=code)), now)
    one.calls.update(status="sent")
    before, events = Status.REQUESTED, 0
    for what, which, hours in drawn:
        now += hours * HOUR if what == "wait" else HOUR
        try:
            with transaction.atomic():
                do(one, what, which, hours, now)
        except DomainError:
            assert what in ("cancel", "late fee")
        after = Interception.objects.get(pk=one.pk)
        assert Status(after.status) in reachable(before)
        assert events <= CarrierEvent.objects.filter(interception=one).count()
        before, events = Status(after.status), CarrierEvent.objects.filter(interception=one).count()
        fees = Transaction.objects.filter(idempotency_key=f"interception:{one.pk}:fee")
        assert fees.count() == (after.fee_at is not None)
    look()


def reachable(status: Status) -> set[Status]:
    """The state itself, and what one or two moves (the second implied by the word) lead to."""
    found = {status}
    for _step in range(2):
        found |= {Status(move.target) for move in INTERCEPTION.moves if set(move.sources) & found}
    return {status} if status in ENDED else found


def look() -> None:
    checks = (
        invariants.one_open_and_the_newest_shows, invariants.fees_match, invariants.words_match, invariants.moves_chain
    )  # fmt: skip
    assert [text for check in checks for text in check()] == []
    assert [text for check in CHECKS for text in check()] == []


@pytest.mark.long
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(code=st.sampled_from(["zto", "sf"]), drawn=st.lists(steps, max_size=12))
def test_whatever_is_said_in_whatever_order(db, code, drawn):
    try:
        with transaction.atomic():
            play(make_shop(), code, drawn)
            raise _Undo
    except _Undo:
        pass


DUE = {"zto": {"succeed", "turn_back", "come_back"}, "sf": {"accept", "begin", "succeed", "turn_back", "come_back"}}
orders = st.lists(
    st.one_of(st.tuples(st.just("say"), st.sampled_from(WORDS), st.integers(0, 200)), st.just(("cancel", "shop", 0)),
              st.just(("late fee", "", 0)), st.just(("lose", "", 0))),
    max_size=8,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(code=st.sampled_from(["zto", "sf"]), drawn=orders)
def test_a_fee_is_booked_once_if_the_carrier_said_what_makes_it_due_and_never_else(db, code, drawn):
    """Whatever came first: the word, the cancel or the human who books what came too late."""
    try:
        with transaction.atomic():
            now = clock.now()
            one = intercept(make_parcel(make_shop(), now, carrier=Carrier.objects.get(code=code)), now)
            one.calls.update(status="sent")
            for what, which, hours in [*drawn, ("late fee", "", 0), ("late fee", "", 0)]:
                now += HOUR
                with suppress(DomainError), transaction.atomic():
                    do(one, what, which, hours, now)
            said = {which for what, which, _hours in drawn if what == "say"}
            booked = Transaction.objects.filter(movement="interception_fee", subject_id=one.pk).count()
            assert booked == bool(said & DUE[code])
            look()
            raise _Undo
    except _Undo:
        pass
