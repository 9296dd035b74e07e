"""Shapes of what people type about lost parcels, disputes and recalls; the rules are the services'."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.files.fields import PICTURE_TYPES, FilesField, ManyFiles
from foundation.lists.fields import MoneyField

from .forms import choices_of
from .models import Carrier
from .states import Payer, WayOut

BIGGEST = 2**31 - 1
RECALLED, NOT_FOUND = "recalled", "lost"


def _note(label: Any = None, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    return forms.CharField(label=label or _("Note"), required=False, max_length=300, widget=area, **more)


class CarrierField(forms.ChoiceField):
    """Of the carriers a form offers; cleaned, the Carrier or None."""

    def offer(self, carriers: Iterable[Carrier]) -> None:
        self.known = {one.code: one for one in carriers}
        self.choices = choices_of(self.known)

    def clean(self, value: Any) -> Any:
        return self.known.get(super().clean(value))


class LossForm(forms.Form):
    """One of the three ways out, with what that one needs."""

    way = forms.ChoiceField(label=_("Way out"), choices=WayOut, widget=forms.RadioSelect)
    carrier = CarrierField(label=_("Carrier"), required=False)
    number = forms.CharField(
        label=_("Tracking number"), required=False, max_length=64,
        help_text=_("Of what is sent again. Empty: the number follows."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )  # fmt: skip
    amount = MoneyField(label=pgettext_lazy("lost parcel", "Compensation"), required=False)
    note = _note(help_text=_("For other goods: which ones are sent instead."))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=BIGGEST)
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, carriers: Iterable[Carrier], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["carrier"].offer(carriers)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A compensation names its amount, a parcel its carrier."""
        said = super().clean() or {}
        way = said.get("way")
        if way == WayOut.COMPENSATE and said.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("Write how much the buyer gets."))
        if way in (WayOut.RESHIP, WayOut.REPLACE) and said.get("carrier") is None and "carrier" not in self.errors:
            self.add_error("carrier", _("Choose the carrier."))
        return said


class CareForm(forms.Form):
    """A word about what is wrong with a parcel."""

    note = _note()
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=BIGGEST)


class InChargeForm(forms.Form):
    """Who gets the parcel back, and from which carrier."""

    owner = forms.ChoiceField(label=_("In charge"))
    carrier = CarrierField(label=_("Carrier"), required=False)

    def __init__(self, *args: Any, carriers: Iterable[Carrier], members: Iterable[Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.members = {str(one.pk): one for one in members}
        self.fields["owner"].choices = [(pk, str(one)) for pk, one in self.members.items()]  # type: ignore[attr-defined]
        self.fields["carrier"].offer(carriers)  # type: ignore[attr-defined]

    def clean_owner(self) -> Any:
        return self.members.get(self.cleaned_data["owner"])


class RecallForm(InChargeForm):
    """Opening one."""

    note = _note()
    request_key = forms.UUIDField(widget=forms.HiddenInput)


class AssignForm(InChargeForm):
    """Another person, or the carrier that became known."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=BIGGEST)


class CloseRecallForm(forms.Form):
    """How it ended, what it cost, and what shows it."""

    result = forms.ChoiceField(
        label=_("Result"), widget=forms.RadioSelect,
        choices=[(RECALLED, _("The parcel is back")), (NOT_FOUND, _("It can't be found"))],
    )  # fmt: skip
    cost = MoneyField(label=_("Cost"), required=False)
    payer = forms.ChoiceField(label=_("Paid by"), choices=Payer, initial=Payer.SHOP)
    contact = forms.ChoiceField(label=_("Contact record"), required=False, help_text=_("The talk with the carrier."))
    files = FilesField(
        label=_("Proof"), required=False,
        widget=ManyFiles(attrs={"accept": PICTURE_TYPES}),
    )  # fmt: skip
    note = _note()
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=BIGGEST)

    def __init__(self, *args: Any, contacts: Iterable[Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.contacts = {one.number: one for one in contacts}
        named = [
            (one.number, f"{one.number} · {one.get_who_display()}: {one.said[:60]}") for one in self.contacts.values()
        ]
        self.fields["contact"].choices = [("", "—"), *named]  # type: ignore[attr-defined]

    def clean_contact(self) -> Any:
        return self.contacts.get(self.cleaned_data["contact"])
