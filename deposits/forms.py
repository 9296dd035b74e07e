"""Shapes of what people type about deposits; the rules are the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.files.fields import PICTURE_TYPES, FilesField, ManyFiles
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


# Refunds of the deposit
class ApplyForm(forms.Form):
    """How much of the deposit to ask back, and why; the key makes the form count once."""

    amount = MoneyField(label=_("Amount, ¥"))
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        help_text=_("Not needed. The reviewer reads it."),
    )  # fmt: skip
    request_key = forms.UUIDField(widget=forms.HiddenInput)


class TypedAmountForm(forms.Form):
    """The amount once more, as written above it."""

    typed = MoneyField(label=_("Type the amount once more"), required=False)


class AnswerForm(forms.Form):
    """What the shop answers to the platform's question, with pictures; the version says which question."""

    text = forms.CharField(
        label=_("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000})
    )
    files = FilesField(label=_("Pictures"), required=False, widget=ManyFiles(attrs={"accept": PICTURE_TYPES}))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, most: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = _("Not needed. Screenshots or photographs, %(most)d at most.") % {"most": most}


class WithdrawForm(forms.Form):
    """Which version of the application the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
