"""Filters of list pages, on django-filter: tolerant of whatever a URL carries, and able to say themselves as chips."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import django_filters
from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from foundation.audit.history import yuan
from foundation.lifecycle.deadlines import day_start, shanghai_day

from .fields import MoneyField

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
PERIODS = {
    "today": (_("Today"), 0),
    "7d": (_("Last 7 days"), 6),
    "30d": (_("Last 30 days"), 29),
    "3m": (_("Last 3 months"), None),
    "1y": (_("Last 12 months"), 364),
}


def period_start(key: str, now: datetime) -> datetime:
    """The first instant of the period that ends today, Shanghai days; three months are calendar months."""
    today = shanghai_day(now)
    days = PERIODS[key][1]
    if days is not None:
        return day_start(today - timedelta(days=days))
    year, month = (today.year, today.month - 3) if today.month > 3 else (today.year - 1, today.month + 9)
    return day_start(date(year, month, min(today.day, _last_day(year, month))))


def _last_day(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


class PeriodFilter(django_filters.ChoiceFilter):
    """Today, last 7 or 30 days, last 3 months (最近3个月), last 12 months."""

    def __init__(self, field_name: str, **kwargs: Any):
        choices = [(key, label) for key, (label, _days) in PERIODS.items()]
        super().__init__(field_name, choices=choices, empty_label=_("Any time"), **kwargs)

    def filter(self, rows: QuerySet, value: str) -> QuerySet:
        if not value:
            return rows
        return rows.filter(**{f"{self.field_name}__gte": period_start(value, self.parent.now())})


class DayFilter(django_filters.DateFilter):
    """A Shanghai day; `edge` says whether rows begin or end with it."""

    edge = "from"

    def __init__(self, field_name: str, **kwargs: Any):
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("validators", [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)])
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(field_name, **kwargs)

    def filter(self, rows: QuerySet, value: date | None) -> QuerySet:
        if value is None:
            return rows
        if self.edge == "from":
            return rows.filter(**{f"{self.field_name}__gte": day_start(value)})
        return rows.filter(**{f"{self.field_name}__lt": day_start(value + timedelta(days=1))})


class DayFromFilter(DayFilter):
    edge = "from"


class DayToFilter(DayFilter):
    edge = "to"


class MoneyFilter(django_filters.Filter):
    """An amount typed in yuan against a column of fen; `lookup_expr` is gte or lte."""

    field_class = MoneyField


class OneOfFilter(django_filters.MultipleChoiceFilter):
    """Any of several ticked choices: one IN, no DISTINCT."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("distinct", False)
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(*args, **kwargs)

    def filter(self, rows: QuerySet, value: list[str]) -> QuerySet:
        return rows.filter(**{f"{self.field_name}__in": value}) if value else rows


class ListFilterSet(django_filters.FilterSet):
    """Base of every list's filters. A value that makes no sense is left out, shown with its error when the bar opens."""

    def __init__(self, *args: Any, now: Callable[[], datetime], shop: Any = None, user: Any = None, **kwargs: Any):
        self.now = now
        self.shop = shop
        self.user = user  # whose "mine" it is
        super().__init__(*args, **kwargs)

    @classmethod
    def names(cls) -> list[str]:
        return list(cls.base_filters)

    def apply(self, rows: QuerySet) -> QuerySet:
        """The rows under every filter whose value is good."""
        self.form.is_valid()
        for name, value in self.form.cleaned_data.items():
            rows = self.filters[name].filter(rows, value)
        return rows

    def prepare(self, rows: QuerySet) -> None:
        """Hook: what costs a query (option lists) is done here, when the bar is opened. `rows` are the shop's."""

    def applied(self) -> Iterator[tuple[str, str, str]]:
        """(name, label, value in words) of each filter in force, for the chips."""
        self.form.is_valid()
        for name, value in self.form.cleaned_data.items():
            if value not in (None, "", [], ()):
                yield name, str(self.filters[name].label), self.words(name, value)

    def words(self, name: str, value: Any) -> str:
        field = self.form.fields[name]
        if isinstance(field, MoneyField):
            return yuan(value)
        labels = {str(key): str(label) for key, label in getattr(field, "choices", [])}
        if isinstance(value, list):
            return pgettext("between things in a row", ", ").join(labels.get(str(one), str(one)) for one in value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bool):
            return str(_("Yes") if value else _("No"))
        return labels.get(str(value), str(value))

    @property
    def helper(self) -> FormHelper:
        """Crispy's layout of the opened bar: fields only, ticked choices last and on a line of their own."""
        ticked = [name for name, one in self.filters.items() if isinstance(one, OneOfFilter)]
        helper = FormHelper()
        helper.layout = Layout(
            *[name for name in self.filters if name not in ticked],
            *[InlineCheckboxes(name, wrapper_class="filter-wide") for name in ticked],
        )
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


