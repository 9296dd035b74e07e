"""Shapes of what people type about interceptions; the rules are the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.lists.fields import MoneyField

from .models import Interception
from .states import Payer, RequestKind, WhyCancel, WhyIntercept

FULL, PART = "full", "part"


class RequestForm(forms.Form):
    """拦截原因 and a note."""

    reason = forms.ChoiceField(label=pgettext_lazy("interception", "Reason"), choices=WhyIntercept)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput)


class CancelForm(forms.Form):
    """Why, who is responsible, and the last four characters of the tracking number, typed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *WhyCancel.choices])
    payer = forms.ChoiceField(
        label=_("Responsible party"), choices=Payer, initial=Payer.SHOP,
        help_text=_("Pays what was charged so far and whatever the carrier still charges."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )
    typed = forms.CharField(
        label=_("Last four characters of the tracking number"), max_length=8,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, interception: Interception, **kwargs: Any):
        self.tail = interception.parcel.tail
        super().__init__(*args, **kwargs)

    def clean_typed(self) -> str:
        typed = self.cleaned_data["typed"].strip()
        if typed.casefold() != self.tail.casefold():
            raise forms.ValidationError(_("These are not the last four characters of the tracking number."))
        return typed


class AskRefundForm(forms.Form):
    """What the buyer asks for, and how much of it."""

    kind = forms.ChoiceField(label=_("The buyer asks for"), choices=RequestKind)
    how_much = forms.ChoiceField(
        label=_("How much"), widget=forms.RadioSelect, initial=FULL,
        choices=[(FULL, _("All that is left of what was paid")), (PART, _("A part of it: a compensation, the goods stay"))],
    )  # fmt: skip
    amount = MoneyField(label=_("Amount of the part, ¥"), required=False)
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A part names its amount."""
        said = super().clean() or {}
        if said.get("how_much") == PART and said.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("Write how much the buyer asks for."))
        return said
