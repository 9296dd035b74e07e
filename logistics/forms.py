"""Shapes of what people type about parcels; rules are the services'."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.files.fields import PICTURE_TYPES, FilesField, ManyFiles
from foundation.lifecycle.deadlines import SHANGHAI

from .models import Carrier

MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class NumberForm(forms.Form):
    """A carrier and a tracking number. `warned` is the number whose warnings the reader has seen."""

    carrier = forms.ChoiceField(label=_("Carrier"))
    number = forms.CharField(
        label=_("Tracking number"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )
    correct = forms.BooleanField(label=_("The old number was wrong"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    warned = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)

    def __init__(self, *args: Any, carriers: Iterable[Carrier], correctable: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.carriers = {one.code: one for one in carriers}
        self.fields["carrier"].choices = choices_of(self.carriers)  # type: ignore[attr-defined]
        if not correctable:
            del self.fields["correct"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        said["carrier"] = self.carriers.get(said.get("carrier", ""))
        return said


class ShipForm(forms.Form):
    """Handing over: the carrier and its number, or neither when the number comes later."""

    carrier = forms.ChoiceField(label=_("Carrier"), required=False)
    number = forms.CharField(
        label=_("Tracking number"),
        max_length=64,
        required=False,
        help_text=_("Empty: shipped offline, the number follows."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )
    at = forms.DateTimeField(
        label=_("Handed over"), required=False, help_text=_("Beijing time; empty means now."), input_formats=MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    warned = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)

    def __init__(self, *args: Any, carriers: Iterable[Carrier], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.carriers = {one.code: one for one in carriers}
        self.fields["carrier"].choices = choices_of(self.carriers)  # type: ignore[attr-defined]

    def clean_at(self) -> Any:
        """Beijing time; a year nobody means is refused before it meets the clock."""
        moment = self.cleaned_data.get("at")
        if moment is None:
            return None
        if not 2000 <= moment.year <= 2100:
            raise forms.ValidationError(_("This date can't be meant."))
        return moment.astimezone(SHANGHAI)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        said["carrier"] = self.carriers.get(said.get("carrier", ""))
        return said


class AttachForm(forms.Form):
    """Screenshots and chat records, with a word about them."""

    files = FilesField(
        label=_("Pictures"), widget=ManyFiles(attrs={"accept": PICTURE_TYPES}),
        help_text=_("Screenshots or photographs."),
    )  # fmt: skip
    caption = forms.CharField(label=_("Caption"), required=False, max_length=120)


def choices_of(carriers: dict[str, Carrier]) -> list[tuple[str, Any]]:
    return [("", _("Choose a carrier")), *((code, one.name) for code, one in carriers.items())]
