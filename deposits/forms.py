"""Shapes of what people type about deposits; the rules are the services'."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.lists.fields import MoneyField


# Temporary deposit
class FreezeForm(forms.Form):
    """How much to freeze, or to unfreeze; the key makes the form count once."""

    amount = MoneyField(label=_("Amount, ¥"))
    request_key = forms.UUIDField(widget=forms.HiddenInput)


# Deposit account
class PayInForm(forms.Form):
    """How much to pay in, typed twice: it only comes back by an application. The key makes the form count once."""

    amount = MoneyField(label=_("Amount, ¥"))
    again = MoneyField(label=_("The same amount again, to confirm"))
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_again(self) -> int | None:
        again = self.cleaned_data["again"]
        if self.cleaned_data.get("amount") not in (None, again):
            raise forms.ValidationError(_("The two amounts are not the same."))
        return again
