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
from .models import Violation
from .states import Severity, ViolationStatus


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
