"""Every admin page × every desk: who sees what, and that nothing that is a record can be edited. Unlisted fails."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.functional import Promise

from . import scene

DESKS = ("reviewer", "deposits", "rules", "operations")
RULE_ROWS = {"view": set(DESKS), "add": {"rules"}}
OPERATIONS_ONLY = {"view": {"operations"}}
SUPERUSER_ONLY: dict[str, set[str]] = {}

# model → what each desk may do; a superuser may do what anybody may, and the verbs in PLATFORM besides
TABLE = {
    "workorders.workorder": {"view": {"reviewer"}, "add": {"reviewer"}},  # "add" asks a shop a question
    "workorders.parkedworkorder": OPERATIONS_ONLY,
    "workorders.workorderpolicy": RULE_ROWS,
    "workorders.voucherkind": RULE_ROWS,
    "orders.order": {"view": {"reviewer", "operations"}},
    "orders.orderpolicy": RULE_ROWS,
    # Tracking in
    "logistics.carrier": {"view": set(DESKS), "add": {"rules"}, "change": {"rules"}},
    "logistics.carrierfee": RULE_ROWS,
    "logistics.logisticspolicy": RULE_ROWS,
    "logistics.carriercode": {"view": {"operations"}, "change": {"operations"}},
    "logistics.parkedpush": OPERATIONS_ONLY,
    "logistics.watch": OPERATIONS_ONLY,
    "logistics.shophook": OPERATIONS_ONLY,
    # Interceptions
    "logistics.interception": OPERATIONS_ONLY,
    "logistics.carriercall": OPERATIONS_ONLY,
    "logistics.unplacedword": {"view": {"operations"}, "change": {"operations"}},
    # Lost parcels, recalls
    "logistics.loss": OPERATIONS_ONLY,
    "logistics.recall": OPERATIONS_ONLY,
    # Deposit accounts and violations
    "deposits.depositaccount": {"view": {"deposits", "operations"}, "change": {"deposits"}},
    "deposits.depositpolicy": RULE_ROWS,
    "deposits.refundpolicy": RULE_ROWS,
    "deposits.violationpolicy": RULE_ROWS,
    "deposits.violation": {"view": {"deposits", "operations"}, "add": {"deposits"}, "change": {"deposits"}},
    # Deposit refunds
    "deposits.refundapplication": {"view": {"deposits"}},
    "deposits.payout": {"view": {"operations"}, "change": {"operations"}},  # settled by hand
    # Refund quota
    "deposits.quotapolicy": RULE_ROWS,
    "deposits.quotaday": OPERATIONS_ONLY,
    "deposits.quotause": OPERATIONS_ONLY,
    "deposits.temporarymove": OPERATIONS_ONLY,
    "files.uploadpolicy": RULE_ROWS,
    "ledger.account": OPERATIONS_ONLY,
    "ledger.transaction": OPERATIONS_ONLY,
    "ledger.reconciliation": OPERATIONS_ONLY,
    "notifications.outboxmessage": OPERATIONS_ONLY,
    "notifications.notice": {"view": set(DESKS)},  # each sees what they themselves were told
    "catalog.product": OPERATIONS_ONLY,
    "catalog.listingday": OPERATIONS_ONLY,
    "jobs.job": OPERATIONS_ONLY,
    "lists.savedview": OPERATIONS_ONLY,
    "audit.entry": OPERATIONS_ONLY,
    "auth.group": SUPERUSER_ONLY,
    "accounts.shop": SUPERUSER_ONLY,
    "accounts.user": SUPERUSER_ONLY,
    "accounts.membership": SUPERUSER_ONLY,
    "accounts.restriction": SUPERUSER_ONLY,
}
PLATFORM = {"auth.group": {"add", "change", "delete"}, "accounts.shop": {"add", "change"},
            "accounts.user": {"add", "change"}}  # fmt: skip


def models():
    return {model._meta.label_lower: model for model in admin.site._registry}


def test_every_admin_model_has_its_row():
    assert set(models()) == set(TABLE)


@pytest.fixture
def desks(db):
    return scene.reviewers()


def page(label, verb):
    model = models()[label]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}")


def test_each_desk_sees_its_lists_and_no_other(desks):
    for label, may in TABLE.items():
        for desk in DESKS:
            answer = scene.signed_in(desks[desk]).get(page(label, "changelist"))
            expected = 200 if desk in may.get("view", set()) else 403
            assert answer.status_code == expected, (label, desk, answer.status_code)
        assert scene.signed_in(desks["superuser"]).get(page(label, "changelist")).status_code == 200, label


def test_sellers_and_strangers_never_enter(db, desks):
    seller = scene.build("qinghe").staff["owner"]
    for label in TABLE:
        for user in (seller, None):
            answer = scene.signed_in(user).get(page(label, "changelist"))
            assert answer.status_code == 302 and "login" in answer.url, label


def test_nothing_is_added_changed_or_deleted_but_by_the_table(desks, rf):
    for label, model in models().items():
        model_admin = admin.site._registry[model]
        for desk, user in desks.items():
            request = rf.get("/")
            request.user = user
            allowed = {verb for verb in ("add", "change", "delete") if getattr(model_admin, f"has_{verb}_permission")(request)}
            expected = {verb for verb in ("add", "change", "delete") if desk in TABLE[label].get(verb, set())}
            if desk == "superuser":
                expected |= {verb for verb in TABLE[label] if verb != "view"} | PLATFORM.get(label, set())
            assert allowed == expected, (label, desk)


def test_hostile_filters_of_a_list_are_refused_not_500(desks):
    client = scene.signed_in(desks["superuser"])
    for label in TABLE:
        for query in ("?password__startswith=a", "?shop__memberships__user__password__startswith=p", "?o=999&p=-1&e=x"):
            assert client.get(page(label, "changelist") + query).status_code in (200, 302, 400), (label, query)


def test_no_desk_holds_djangos_own_permission_to_edit(desks):
    held = Permission.objects.filter(group__name__in=["review work orders", "review deposits", "rules", "operations"])
    assert {permission.codename for permission in held} <= {"view_entry"}


def test_every_model_of_ours_has_a_name_that_can_be_translated():
    """Django makes one of the class's name where none is given, and nobody translates that."""
    ours = [model for model in models().values() if not model.__module__.startswith("django.")]
    for model in ours:
        for name in (model._meta.verbose_name, model._meta.verbose_name_plural):
            assert isinstance(name, Promise), f"{model._meta.label}: {name}"
        assert isinstance(model._meta.app_config.verbose_name, Promise), model._meta.app_label
