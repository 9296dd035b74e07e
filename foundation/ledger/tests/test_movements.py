"""Every line of the movement table (rules §2), as data: what a shop has, what happens, what is booked."""

import pytest
from django.db import transaction

from foundation.accounts.models import Restriction
from foundation.accounts.services import is_restricted
from foundation.audit.models import Entry as AuditEntry
from foundation.ledger import services
from foundation.lifecycle.errors import InsufficientFunds

from . import books

pytestmark = pytest.mark.django_db


def test_paid_order_waits_as_pending(shop):
    booked = books.pay(shop, 9_900)
    assert booked.idempotency_key == "order:71:paid"
    assert books.legs(booked) == {"buyers": -9_900, "pending": 9_900}
    assert services.pending_of([books.ORDER]) == {books.ORDER: 9_900}


SETTLED = [
    # has before the order was paid,   of which refunded first, entries of the settlement
    ({}, 0, {"pending": -9_900, "settlement": 9_900}),
    ({}, 4_000, {"pending": -5_900, "settlement": 5_900}),  # only what is left
    ({"debt": 1_000}, 0, {"pending": -9_900, "debt": 1_000, "settlement": 8_900}),  # new income pays debt first
    ({"debt": 9_900}, 0, {"pending": -9_900, "debt": 9_900}),
    ({"debt": 20_000}, 0, {"pending": -9_900, "debt": 9_900}),
    ({}, 9_900, {}),  # nothing left: booked with no entry, so it is settled once
]


@pytest.mark.parametrize(("has", "refunded", "entries"), SETTLED)
def test_settled_order_moves_what_is_left_of_its_pending(shop, has, refunded, entries):
    books.fund(shop, **has)
    books.pay(shop, 9_900)
    if refunded:
        books.refund(shop, refunded)
    assert books.legs(books.settle(shop)) == entries
    assert services.pending_of([books.ORDER]).get(books.ORDER, 0) == 0
    assert books.findings() == []


def test_settling_leaves_other_orders_pending(shop):
    books.pay(shop, 500, order_id=1)
    books.pay(shop, 700, order_id=2)
    books.settle(shop, order_id=1)
    assert books.holdings(shop) == {"pending": 700, "settlement": 500}


DRAWN = [
    # the shop has,                                                 draw, entries on its side
    ({"pending": 9_900}, 9_900, {"pending": -9_900}),
    ({"pending": 9_900, "settlement": 500}, 4_000, {"pending": -4_000}),
    ({"pending": 100, "settlement": 500}, 300, {"pending": -100, "settlement": -200}),
    ({"settlement": 500}, 300, {"settlement": -300}),
    ({"settlement": 500, "deposit": 800}, 700, {"settlement": -500, "deposit": -200}),
    ({"pending": 1, "settlement": 2, "deposit": 4}, 10, {"pending": -1, "settlement": -2, "deposit": -4, "debt": -3}),
    ({}, 300, {"debt": -300}),
    ({"debt": 100}, 300, {"debt": -300}),
]


@pytest.mark.parametrize("verb", [books.refund, books.compensate])
@pytest.mark.parametrize(("has", "amount", "entries"), DRAWN)
def test_draw_takes_from_this_orders_pending_first_and_debt_last(shop, verb, has, amount, entries):
    books.fund(shop, **has)
    assert books.legs(verb(shop, amount)) == {**entries, "buyers": amount}
    assert books.findings() == []


def test_draw_never_takes_another_orders_pending(shop):
    books.pay(shop, 9_900, order_id=1)
    assert books.legs(books.refund(shop, 300, order_id=2)) == {"debt": -300, "buyers": 300}
    assert books.legs(books.refund(shop, 300, order_id=None, key="refund:2")) == {"debt": -300, "buyers": 300}


def test_draw_reaches_frozen_money_before_debt(shop):
    """Temporary deposit and held money are filled by later rooms; the order of a draw knows them today."""
    accounts = {account.kind: account for account in _locked(shop)}
    for kind, minor in {"temporary": 30, "held": 20}.items():
        accounts[kind].balance_minor = minor
        accounts[kind].save(update_fields=["balance_minor"])
    assert books.legs(books.refund(shop, 60)) == {"temporary": -30, "held": -20, "debt": -10, "buyers": 60}


def _locked(shop):
    with transaction.atomic():
        return services.accounts_for([shop.pk])


TOPPED_UP = [
    # the shop has,           must keep, entries of a top-up of 1,000
    ({}, 0, {"settlement": 1_000}),
    ({}, 600, {"deposit": 600, "settlement": 400}),
    ({}, 5_000, {"deposit": 1_000}),
    ({"deposit": 600}, 600, {"settlement": 1_000}),
    ({"debt": 300}, 600, {"debt": 300, "deposit": 600, "settlement": 100}),
    ({"debt": 4_000}, 600, {"debt": 1_000}),
]


@pytest.mark.parametrize(("has", "required", "entries"), TOPPED_UP)
def test_top_up_pays_debt_then_fills_the_deposit_then_settlement(shop, owner, has, required, entries):
    books.fund(shop, **has)
    services.require_deposit(shop.pk, required, by=owner, now=books.NOW)
    assert books.legs(books.top_up(shop, 1_000)) == {"outside": -1_000, **entries}
    assert books.findings() == []


def test_deposit_is_paid_from_settlement(shop):
    books.fund(shop, settlement=500)
    assert books.legs(books.pay_deposit(shop, 500)) == {"settlement": -500, "deposit": 500}


def test_deposit_paid_is_refused_when_settlement_is_short_and_books_nothing(shop):
    books.fund(shop, settlement=499, pending=900)
    before = books.snapshot([shop])
    with pytest.raises(InsufficientFunds) as refusal:
        books.pay_deposit(shop, 500)
    assert "¥4.99" in str(refusal.value)
    assert books.snapshot([shop]) == before


def test_first_fen_of_debt_restricts_and_the_last_one_paid_lifts(shop):
    books.refund(shop, 300)
    assert is_restricted(shop.pk, books.NOW)
    books.top_up(shop, 299)
    assert is_restricted(shop.pk, books.NOW)
    books.top_up(shop, 1, key="topup:2")
    assert not is_restricted(shop.pk, books.NOW)
    verbs = list(AuditEntry.objects.filter(shop_id=shop.pk).order_by("pk").values_list("verb", flat=True))
    assert verbs[-2:] == ["accounts.restricted", "accounts.restriction_lifted"]


def test_income_of_an_order_lifts_the_debt_restriction_too(shop):
    books.refund(shop, 300, order_id=None)
    books.pay(shop, 400)
    books.settle(shop)
    assert books.holdings(shop) == {"settlement": 100}
    assert not Restriction.objects.filter(shop=shop, lifted_at=None).exists()


def test_a_draw_that_finds_the_money_restricts_nobody(shop):
    books.fund(shop, settlement=300)
    books.refund(shop, 300)
    assert not Restriction.objects.filter(shop=shop).exists()
