"""Shapes of what reviewers and the rules desk type in admin."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from orders.models import Order

from . import slots
from .filters import types
from .models import WorkOrder
from .states import REASONS, Outcome


class ShareField(forms.DecimalField):
    """Percent with at most two decimals → basis points as int."""

    def __init__(self, **kwargs: Any):
        super().__init__(min_value=0, max_value=500, max_digits=5, decimal_places=2, required=False, **kwargs)

    def clean(self, value: Any) -> int | None:
        share = super().clean(value)
        return None if share is None else int(share * Decimal(100))


class DecisionForm(forms.Form):
    """Won, lost or ask for more, with a reason of that list."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", "—")]
        + [(outcome.label, [(reason.value, reason.label) for reason in reasons]) for outcome, reasons in REASONS.items()],
    )
    note = forms.CharField(
        label=_("Note to the shop"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The shop reads it. Needed when you ask for more."),
    )
    compensation_bp = ShareField(
        label=_("Compensation (percent of the line paid)"), help_text=_("Only when lost; empty keeps what the rule says."),
    )

    def __init__(self, *args: Any, work_order: WorkOrder, **kwargs: Any):
        super().__init__(*args, initial={"version": work_order.version}, **kwargs)

    def verdict(self) -> dict[str, Any]:
        return self.cleaned_data


class OpenForm(forms.Form):
    """A question of the platform's to a shop about one of its orders."""

    shop = forms.CharField(label=_("Shop name, code or ID"), max_length=80)
    order = forms.CharField(label=_("Order number"), max_length=64)
    type = forms.ChoiceField(label=_("Type"), choices=types)
    platform_text = forms.CharField(
        label=_("The question, as the seller is to read it"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}),
        strip=False,
    )
    asked_slots = forms.MultipleChoiceField(
        label=_("Vouchers asked for"), choices=slots.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: what the rule asks for."),
    )
    line = forms.IntegerField(
        label=_("Line of the order, from 1"), required=False, min_value=1, max_value=999,
        help_text=_("Empty: the whole order."),
    )
    compensation_bp = ShareField(
        label=_("Compensation (percent of the line paid)"), help_text=_("Empty: what the rule says.")
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        shop, number, place = typed.get("shop"), typed.get("order"), typed.get("line")
        if not shop or not number:
            return typed
        found = list(Shop.objects.filter(name=shop)[:1] or Shop.objects.filter(code=shop)[:1])
        found = found or list(Shop.objects.filter(number=shop.upper())[:1])
        if not found:
            self.add_error("shop", _("There is no such shop."))
            return typed
        self.found_order = Order.objects.filter(shop=found[0], number=number).first()
        if self.found_order is None:
            self.add_error("order", _("This shop has no such order."))
            return typed
        self.found_line = self.found_order.lines.order_by("position")[place - 1 : place].first() if place else None
        if place and self.found_line is None:
            self.add_error("line", _("The order has fewer lines."))
        return typed

    def question(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "order_pk": self.found_order.pk,
            "type": typed["type"],
            "platform_text": typed["platform_text"],
            "asked_slots": typed["asked_slots"] or None,
            "line": self.found_line,
            "compensation_bp": typed["compensation_bp"],
        }
