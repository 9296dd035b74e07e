"""The deposits' lists (rules §7)."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.lists import registry
from foundation.lists.columns import MOMENT, MONEY, Column, Field, Total, label_of
from foundation.lists.filters import DayFromFilter, DayToFilter, ListFilterSet, PeriodFilter
from foundation.lists.search import Exact
from foundation.lists.spec import ListSpec, Sort, Tab
from foundation.shell.urls_for import shop_url

from . import cells
from .models import RefundApplication, Violation
from .states import ENDED, OPEN, Severity, Status, ViolationStatus


# Violations
class ViolationFilter(ListFilterSet):
    """When it happened, and how severe it is."""

    severity = django_filters.ChoiceFilter(choices=Severity.choices, label=_("Severity"), empty_label=_("Any"))
    happened = PeriodFilter("at", label=_("Happened"))
    happened_from = DayFromFilter("at", label=_("Happened from"))
    happened_to = DayToFilter("at", label=_("Happened until"))

    class Meta:
        model = Violation
        fields: list[str] = []


VIOLATIONS = registry.register(
    ListSpec(
        key="violations",
        title=_("Violations"),
        perm="deposits.view",
        page_name="deposits:violations",
        rows=lambda shop, now: Violation.objects.filter(shop_id=shop.pk),
        flat=True,
        steady=True,
        page_of=lambda shop, row: shop_url(shop, "deposits:violation", number=row.number),
        tabs=[
            Tab("all", _("All"), whole=True),
            *[Tab(state.value, state.label, Q(status=state.value)) for state in ViolationStatus],
        ],
        sorts=[Sort("at", "at", _("Happened"))],
        default_sort="-at",
        search=[Exact("number", upper=True), Exact("case_number", upper=True)],
        search_label=_("Number of the violation or of its case"),
        filterset=ViolationFilter,
        columns=[
            Column("number", _("Violation"), cells.number, ["number"], css="nowrap", fixed=True, fields=[Field(["number"])]),
            Column(
                "what", _("What"), cells.what, ["policy__name_zh", "policy__name_en", "severity"], css="wide",
                fields=[
                    Field(["policy__name_zh", "policy__name_en"], value=cells.in_language),
                    Field(["severity"], value=label_of(Severity), label=_("Severity")),
                ],
            ),
            Column("state", _("State"), cells.status, ["status"], css="end-card",
                   fields=[Field(["status"], value=label_of(ViolationStatus))]),
            Column("case", _("Case"), cells.case, ["case_number"], css="named nowrap", fields=[Field(["case_number"])]),
            Column("deducted", _("Deducted"), cells.deducted, ["deducted_minor"], css="amount named",
                   fields=[Field(["deducted_minor"], MONEY)]),
            Column("at", _("Happened"), cells.happened, ["at"], css="end", sort="at", fields=[Field(["at"], MOMENT)]),
        ],
        totals=[Total(_("Deducted"), "deducted_minor")],
        sum_of="deducted_minor",
        empty=_("No violation was ever recorded."),
    )
)  # fmt: skip


# Refunds of the deposit
class RefundFilter(ListFilterSet):
    """How far it is, and when it was applied for."""

    status = django_filters.ChoiceFilter(choices=Status.choices, label=_("Status"), empty_label=_("Any"))
    applied = PeriodFilter("applied_at", label=_("Applied at"))
    applied_from = DayFromFilter("applied_at", label=_("Applied from"))
    applied_to = DayToFilter("applied_at", label=_("Applied until"))

    class Meta:
        model = RefundApplication
        fields: list[str] = []


UNDER_WAY = [state.value for state in OPEN if state != Status.NEED_INFO]

REFUNDS = registry.register(
    ListSpec(
        key="deposit-refunds",
        title=_("Deposit refunds"),
        perm="deposits.view",
        page_name="deposits:refunds",
        rows=lambda shop, now: RefundApplication.objects.filter(shop_id=shop.pk),
        flat=True,
        steady=True,
        page_of=lambda shop, row: shop_url(shop, "deposits:refund", number=row.number),
        tabs=[
            Tab("all", _("All"), whole=True),
            Tab("answer", _("Your answer"), Q(status=Status.NEED_INFO.value), hot=True),
            Tab("way", _("Under way"), Q(status__in=UNDER_WAY)),
            Tab("ended", _("Ended"), Q(status__in=[state.value for state in ENDED])),
        ],
        sorts=[Sort("applied", "applied_at", _("Applied at"))],
        default_sort="-applied",
        search=[Exact("number", upper=True)],
        search_label=_("Number of the application"),
        filterset=RefundFilter,
        columns=[
            Column("number", _("Application"), cells.refund_number, ["number"], css="nowrap", fixed=True,
                   fields=[Field(["number"])]),
            Column("amount", _("Amount"), cells.refund_amount, ["amount_minor"], css="amount",
                   fields=[Field(["amount_minor"], MONEY)]),
            Column("state", _("Status"), cells.refund_status, ["status"], css="end-card",
                   fields=[Field(["status"], value=label_of(Status))]),
            Column("waits", _("Waits for"), cells.refund_waits, ["status", "waits_for", "answer_due_at"], css="wide named",
                   fields=[Field(["waits_for"])]),
            Column("applied", _("Applied at"), cells.refund_applied, ["applied_at"], css="wide named", sort="applied",
                   fields=[Field(["applied_at"], MOMENT)]),
            Column("due", _("Review due"), cells.refund_due, ["status", "review_due_at", "escalated_at"], css="wide named",
                   fields=[Field(["review_due_at"], MOMENT)]),
            Column("closed", _("Ended at"), cells.refund_closed, ["closed_at"], css="wide named",
                   fields=[Field(["closed_at"], MOMENT)]),
        ],
        totals=[Total(_("Amount"), "amount_minor")],
        sum_of="amount_minor",
        empty=_("No refund of the deposit was ever applied for."),
    )
)  # fmt: skip
