"""The books in admin: operations look, nobody touches."""

import pytest
from django.urls import reverse

from foundation.accounts import access
from foundation.accounts.tests.factories import make_reviewer
from foundation.ledger import services
from foundation.ledger.models import Account

from . import books

pytestmark = pytest.mark.django_db
MODELS = ["account", "transaction", "reconciliation"]


@pytest.fixture
def rows(shop):
    booked = books.top_up(shop, 500)
    report = services.reconcile(now=books.NOW)
    return {"transaction": booked, "account": Account.objects.filter(shop=shop).first(), "reconciliation": report}


@pytest.mark.parametrize("model", MODELS)
def test_operations_read_and_nobody_writes(rows, sign_in, model):
    client = sign_in(make_reviewer("operator", access.OPERATIONS))
    change = reverse(f"admin:ledger_{model}_change", args=[rows[model].pk])
    delete = reverse(f"admin:ledger_{model}_delete", args=[rows[model].pk])
    assert client.get(reverse(f"admin:ledger_{model}_changelist")).status_code == 200
    assert client.get(change).status_code == 200
    assert client.post(change, {"balance_minor": 9, "findings": "[]", "note": "x"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert client.get(reverse(f"admin:ledger_{model}_add")).status_code == 403
    assert books.findings() == []


@pytest.mark.parametrize("model", MODELS)
def test_another_desk_does_not_see_the_books(rows, sign_in, model):
    client = sign_in(make_reviewer("reviewer", access.REVIEW_WORK_ORDERS))
    assert client.get(reverse(f"admin:ledger_{model}_changelist")).status_code == 403
