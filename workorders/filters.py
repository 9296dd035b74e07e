"""Filters of the work-order list."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.lists.filters import DayFromFilter, DayToFilter, ListFilterSet

from .models import WorkOrder
from .states import Type

NOBODY = "nobody"
SOON, TODAY = "30m", "today"


class WorkOrderFilter(ListFilterSet):
    type = django_filters.ChoiceFilter(choices=Type, label=_("Type"))
    due = django_filters.ChoiceFilter(
        method="by_due", label=_("Time left"), choices=[(SOON, _("Due in 30 minutes")), (TODAY, _("Due today"))]
    )
    in_charge = django_filters.ChoiceFilter(
        method="of_person", label=_("In charge"), choices=[("me", _("Me")), (NOBODY, _("Nobody"))]
    )
    asked_from = DayFromFilter("created_at", label=_("Asked from"))
    asked_to = DayToFilter("created_at", label=_("Asked until"))

    class Meta:
        model = WorkOrder
        fields: list[str] = []

    def of_person(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(assigned_to=None if value == NOBODY else self.request.user)

    def by_due(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.due_soon(self.now()) if value == SOON else rows.due_today(self.now())  # type: ignore[attr-defined]
