"""What a statement can be narrowed to."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from foundation.lists.filters import DayFromFilter, DayToFilter, ListFilterSet, PeriodFilter

from .models import Entry
from .movements import MOVEMENTS


def movement_choices() -> list[tuple[str, Any]]:
    return [(movement.code, movement.label) for movement in MOVEMENTS.values()]


class StatementFilter(ListFilterSet):
    """Movement and period; the account is the tab."""

    movement = django_filters.ChoiceFilter(
        "transaction__movement", choices=movement_choices, label=_("Movement"), empty_label=_("All movements")
    )
    period = PeriodFilter("at", label=_("Period"))
    booked_from = DayFromFilter("at", label=_("Booked from"))
    booked_to = DayToFilter("at", label=_("Booked to"))

    class Meta:
        model = Entry
        fields: list[str] = []
