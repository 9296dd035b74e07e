"""Operations' list of payouts: what asks for somebody first, and the verbs with a note."""

import pytest
from django.urls import reverse

from deposits.models import Payout
from deposits.payouts.base import Final, Unknown
from deposits.services import payouts
from deposits.states import PayoutState, Status
from foundation.accounts.models import Membership

from .refunds import approved, deposit_reviewer, fund, gateway, operator, rule

pytestmark = pytest.mark.django_db
__all__ = ["gateway"]
LIST = "admin:deposits_payout_changelist"


@pytest.fixture
def made(shop, now, gateway):
    """A function: what the gateway does → the payout as it stands then."""
    fund(shop, 10_000, now)
    rule(now)
    one = approved(shop, 4_000, now, deposit_reviewer())

    def make(does):
        gateway.does = [does]
        payouts.pay_due(now)
        payouts.deliver_due(now)
        return one.payouts.get()

    return make


def page(payout):
    return reverse("admin:deposits_payout_change", args=[payout.pk])


def test_the_list_shows_unknown_ones_first_and_only_to_operations(made, sign_in_in_english):
    payout = made(Unknown("no answer"))
    client = sign_in_in_english(operator())
    assert payout.key in client.get(reverse(LIST)).content.decode()
    assert payout.key not in client.get(reverse(LIST), {"todo": "failed"}).content.decode()
    assert payout.key in client.get(reverse(LIST), {"todo": "everything"}).content.decode()
    assert sign_in_in_english(deposit_reviewer("nosy")).get(reverse(LIST)).status_code == 403


@pytest.mark.parametrize(
    ("became", "payout_is", "application_is"),
    [("paid", PayoutState.PAID, Status.PAID), ("not_paid", PayoutState.FAILED, Status.APPROVED)],
)
def test_an_unknown_one_is_settled_with_a_note(made, sign_in_in_english, became, payout_is, application_is):
    payout = made(Unknown("no answer"))
    client = sign_in_in_english(operator())
    assert client.post(page(payout), {"became": became, "note": ""}).status_code == 200  # asked for again
    assert client.post(page(payout), {"became": became, "note": "asked the bank"}).status_code == 302
    payout = Payout.objects.select_related("application").get()
    assert (payout.status, payout.application.status) == (payout_is, application_is)


def test_a_failed_one_is_paid_again(made, sign_in_in_english, now):
    payout = made(Final("the account is closed"))
    client = sign_in_in_english(operator())
    assert "the account is closed" in client.get(page(payout)).content.decode()
    assert client.post(page(payout), {"became": "paid", "note": "x"}).status_code == 200  # not offered here
    assert client.post(page(payout), {"became": "again", "note": "new account"}).status_code == 302
    assert payouts.pay_due(now) == {"claimed": 1}
    assert client.post(page(payout), {"became": "again", "note": "new account"}).status_code == 403


def test_who_worked_for_the_shop_and_what_is_paid_get_no_form(shop, made, sign_in_in_english, now):
    payout, desk = made(Unknown("no answer")), operator()
    Membership.objects.create(shop=shop, user=desk, role="finance", joined_at=now, ended_at=now)
    client = sign_in_in_english(desk)
    assert 'name="became"' not in client.get(page(payout)).content.decode()
    assert client.post(page(payout), {"became": "paid", "note": "x"}).status_code == 403
    assert Payout.objects.get().status == PayoutState.UNKNOWN
