"""The shape of an interception rule as people type it."""

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.randoms import ALPHABET
from foundation.lists.fields import MoneyField

from .models import Carrier, InterceptionRule
from .services.rules import Terms

NUMBER = rf"^IR[{ALPHABET}]{{10}}$"


class RuleForm(forms.Form):
    """拦截订单金额区间 and 物流服务商; both ends belong to the range, an empty end is open."""

    number = forms.RegexField(NUMBER, widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, required=False)
    name = forms.CharField(label=_("Name of the rule"), max_length=60)
    amount_from = MoneyField(label=_("Order amount from, ¥"), required=False)
    amount_to = MoneyField(
        label=_("Order amount to, ¥"),
        required=False,
        help_text=_("Both ends belong to the range; empty: no upper end."),
    )
    carriers = forms.ModelMultipleChoiceField(
        Carrier.objects.none(), label=_("Carriers"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every carrier that can intercept."),
    )  # fmt: skip
    enabled = forms.BooleanField(label=_("Switch it on at once"), required=False)

    def __init__(self, *args: Any, rule: InterceptionRule | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        can = Carrier.objects.filter(active=True, can_intercept=True).order_by("position", "code")
        self.fields["carriers"].queryset = can  # type: ignore[attr-defined]
        if rule is not None:
            del self.fields["enabled"]
        for name in ("name", "amount_from", "amount_to"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        """Both ends the right way round."""
        said = super().clean() or {}
        low, high = said.get("amount_from") or 0, said.get("amount_to")
        if high is not None and high < low:
            self.add_error("amount_to", _("The range ends before it begins."))
        return said

    def terms(self) -> Terms:
        """Of a valid form."""
        return terms_of(self.cleaned_data)


def terms_of(said: dict[str, Any]) -> Terms:
    """What was said; a missing part is as wide as it can be, so that a half-filled form can be looked at too."""
    carriers = tuple(one.pk for one in said.get("carriers") or ())
    return Terms(said.get("name") or "", said.get("amount_from") or 0, said.get("amount_to"), carriers)


def initial_of(rule: InterceptionRule | None) -> dict[str, Any]:
    """What the form of a rule, or of a new one, begins with."""
    if rule is None:
        return {"number": "IR" + "".join(secrets.choice(ALPHABET) for _place in range(10))}
    return {
        "version": rule.version, "name": rule.name, "amount_from": rule.from_minor or None, "amount_to": rule.to_minor,
        "carriers": [one.pk for one in rule.carriers.all()],
    }  # fmt: skip
