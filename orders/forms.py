"""Shapes of what people type on an order's pages; rules are the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.files.fields import PICTURE_TYPES, FilesField, ManyFiles
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.lists.fields import MoneyField

from .models import Cause, Channel, OrderLine, Party
from .models.refund import SELLER_CAUSES
from .states import Flag


class NoteForm(forms.Form):
    """The staff note and its flag (备注, 插旗)."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )
    flag = forms.ChoiceField(label=_("Flag"), required=False, choices=Flag.choices, widget=forms.RadioSelect)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


class RefundForm(forms.Form):
    """How much goes back and why; checked before the confirmation is drawn."""

    line = forms.TypedChoiceField(label=_("For"), required=False, coerce=int, empty_value=None)
    amount = MoneyField(label=_("Amount, ¥"))
    cause = forms.ChoiceField(
        label=_("Cause"), choices=[(cause.value, cause.label) for cause in Cause if cause in SELLER_CAUSES]
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200}),
        help_text=_("Stands in the timeline; no phone numbers or addresses, please."),
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: list[OrderLine], **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(line.pk, f"{line.title} {line.sku_name}".strip()) for line in lines if line.left_minor]
        self.fields["line"].choices = [("", _("The whole order")), *choices]  # type: ignore[attr-defined]
        if not choices:
            self.fields["line"].widget = forms.HiddenInput()


class ConfirmForm(forms.Form):
    """The typed confirmation: the amount once more, as written above it."""

    typed = MoneyField(label=_("Type the amount once more"), required=False)


class ContactForm(forms.Form):
    """A contact record: who, how, when, what was said, pictures."""

    who = forms.ChoiceField(label=_("Talked to"), choices=Party.choices)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    at = forms.DateTimeField(
        label=_("When"), required=False, help_text=_("Beijing time; empty means now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )  # fmt: skip
    said = forms.CharField(
        label=_("What was said"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000})
    )
    files = FilesField(
        label=_("Pictures"), required=False,
        widget=ManyFiles(attrs={"accept": PICTURE_TYPES}),
        help_text=_("Screenshots or photographs."),
    )  # fmt: skip
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_at(self) -> Any:
        """Beijing time; a year nobody means is refused before it meets the clock."""
        moment = self.cleaned_data.get("at")
        if moment is None:
            return None
        if not 2000 <= moment.year <= 2100:
            raise forms.ValidationError(_("This date can't be meant."))
        return moment.astimezone(SHANGHAI)
