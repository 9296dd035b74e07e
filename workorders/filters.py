"""Filters of the work-order list."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.lifecycle import clock
from foundation.lists.filters import DayFromFilter, DayToFilter, ListFilterSet

from .models import WorkOrder, WorkOrderPolicy
from .states import CLOSED

MINE, UNASSIGNED = "mine", "unassigned"
SOON, TODAY, OVERDUE = "30m", "today", "overdue"


def types() -> list[tuple[str, str]]:
    """The types there are rules for, by name."""
    return WorkOrderPolicy.objects.names(clock.now())


class WorkOrderFilter(ListFilterSet):
    type = django_filters.ChoiceFilter(choices=types, label=_("Type"), empty_label=_("Any"))
    due = django_filters.ChoiceFilter(
        method="by_due", label=_("Time left"), empty_label=_("Any"),
        choices=[(SOON, _("Due in 30 minutes")), (TODAY, _("Due today")), (OVERDUE, _("Overdue"))],
    )
    whose = django_filters.ChoiceFilter(
        method="of_person", label=_("In charge"), empty_label=_("Anybody"),
        choices=[(MINE, _("Me")), (UNASSIGNED, _("Nobody"))],
    )
    asked_from = DayFromFilter("created_at", label=_("Asked from"))
    asked_to = DayToFilter("created_at", label=_("Asked until"))
    ended = django_filters.ChoiceFilter(
        "status", label=_("How it ended"), empty_label=_("Any"),
        choices=[(status.value, status.label) for status in CLOSED],
    )
    closed_from = DayFromFilter("closed_at", label=_("Closed from"))
    closed_to = DayToFilter("closed_at", label=_("Closed until"))

    class Meta:
        model = WorkOrder
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        asked = self.data.get("whose", "")
        if asked not in ("", MINE, UNASSIGNED):  # one colleague; all of them are asked for when the bar opens
            known = self.filters["whose"].extra
            known["choices"] = [*known["choices"], *self._people(username=asked)]

    def of_person(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == UNASSIGNED:
            return rows.filter(assigned_to=None)
        return rows.filter(assigned_to=self.user if value == MINE else User.objects.filter(username=value).first())

    def prepare(self, rows: QuerySet) -> None:
        """The shop's people; asked only when the filter bar is opened."""
        field = self.form.fields["whose"]
        field.choices = [*list(field.choices)[:3], *self._people()]

    def _people(self, **only: Any) -> list[tuple[str, str]]:
        """(user name, name) of everybody who works or worked here: an old case is still found under its person."""
        people = User.objects.filter(memberships__shop=self.shop, **only).distinct().order_by("username")
        return [(person.username, str(person)) for person in people]

    def by_due(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Open cases by the time they have left; each of the three holds the one before it, or what is overdue."""
        chosen = {SOON: "due_soon", TODAY: "due_today", OVERDUE: "past_due"}[value]
        return getattr(rows, chosen)(self.now())
