"""Shapes of what people type; the rules are the services'. One small form per way to answer."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Membership
from foundation.lists.fields import MoneyField
from orders.models import ContactRecord, Party

from .models import Draft, Option, WorkOrder
from .services import Writing
from .slots import SLOTS
from .states import Branch, Need


class PartialForm(forms.Form):
    """A crispy form without a form tag of its own; the template writes that around it."""

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


WRITTEN = ("note", "reship_carrier", "reship_number", "agreed_minor", "contact", "checklist", "option", "on_day")


class AnswerForm(PartialForm):
    """One way to answer; what the other ways hold in the draft stays as it is."""

    branch: str = ""
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self,
        *args: Any,
        work_order: WorkOrder,
        draft: Draft,
        contacts: list[ContactRecord] | None = None,
        **kwargs: Any,
    ):
        """`contacts` are the order's contact records, newest first, where the page has read them already."""
        self.work_order, self.draft, self.contacts = work_order, draft, contacts
        initial = {name: getattr(draft, name) for name in self.base_fields if hasattr(draft, name)}
        super().__init__(*args, initial={"version": work_order.version, **initial}, **kwargs)

    def writing(self) -> Writing:
        """The draft with this form's fields written over it."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        kept = {name: getattr(self.draft, name) for name in WRITTEN}
        return Writing(branch=self.branch, **{**kept, **typed})


def note_field(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=500, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3})
    )


class EvidenceForm(AnswerForm):
    branch = Branch.EVIDENCE
    checklist = forms.MultipleChoiceField(
        label=_("Checked by us"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("What a reviewer looks for on the red-stamp proof. Unticked points go out as warnings."),
    )
    note = note_field(_("Note to the platform"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        asked = [SLOTS[code] for code in self.work_order.asked_slots if code in SLOTS]
        points = [(f"{slot.code}.{point}", label) for slot in asked for point, label in slot.checklist]
        self.fields["checklist"].choices = points
        if not points:
            del self.fields["checklist"]


class TalkForm(AnswerForm):
    """An answer that names the contact record of a talk with the buyer; the newest is proposed."""

    contact = forms.ModelChoiceField(
        ContactRecord.objects.none(), label=_("Contact record of the talk"), required=False,
        empty_label=_("Choose the talk with the buyer"),
        help_text=_("Talk first: record the contact below, then choose it here."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        records = ContactRecord.objects.filter(order_id=self.work_order.order_id, who=Party.BUYER)
        self.fields["contact"].queryset = records
        self.fields["contact"].label_from_instance = _contact_label
        if self.contacts is not None:
            talks = [(one.pk, _contact_label(one)) for one in self.contacts if one.who == Party.BUYER]
            self.fields["contact"].choices = [("", self.fields["contact"].empty_label), *talks]
        self.initial["contact"] = self.draft.contact_id or self.proposed(records)

    def proposed(self, records: QuerySet) -> int | None:
        if self.contacts is not None:
            return max((one.pk for one in self.contacts if one.who == Party.BUYER), default=None)
        return records.order_by("-pk").values_list("pk", flat=True).first()


def _contact_label(record: ContactRecord) -> str:
    said = record.said if len(record.said) <= 40 else f"{record.said[:40]}…"
    return f"{record.number} · {record.get_channel_display()} · {said}"


class NegotiatedForm(TalkForm):
    branch = Branch.NEGOTIATED
    agreed_minor = MoneyField(
        label=_("Agreed refund (¥)"), required=False,
        help_text=_("Full or part; it is paid to the buyer the moment the answer goes out."),
    )
    note = note_field(_("Note to the platform"))


class ReshipForm(AnswerForm):
    branch = Branch.RESHIP
    reship_carrier = forms.CharField(label=_("Carrier"), required=False, max_length=40)
    reship_number = forms.CharField(
        label=_("Reship tracking number"), required=False, max_length=64,
        help_text=_("The new parcel's number; it must differ from the first parcel's."),
    )
    note = note_field(
        _("Back-office note"), _("What was sent again and why; it is written to the order's staff note as well.")
    )


class AcknowledgeForm(AnswerForm):
    branch = Branch.ACKNOWLEDGE
    note = note_field(_("Note to the platform"), _("Not needed."))


class OptionRadios(forms.RadioSelect):
    """Each radio says what its option needs, so that the page can hide the other fields."""

    needs: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        radio = super().create_option(name, value, *args, **kwargs)
        radio["attrs"]["data-needs"] = self.needs.get(str(value), "")
        return radio


class ChoiceForm(TalkForm):
    """One of the stage's options; only the fields some option needs are there, each naming those options."""

    branch = Branch.CHOICE
    option = forms.ChoiceField(label=_("Result"), required=False, widget=OptionRadios)
    on_day = forms.DateField(label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reship_carrier = forms.CharField(label=_("Carrier"), required=False, max_length=40)
    reship_number = forms.CharField(label=_("Reship tracking number"), required=False, max_length=64)
    note = note_field(_("Note to the platform"))
    field_order = ["version", "option", "on_day", "reship_carrier", "reship_number", "contact", "note"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        stage = self.work_order.step
        self.fields["option"].widget.needs = {option.code: " ".join(option.needs) for option in stage.options}
        self.fields["option"].choices = [(option.code, _option_label(option)) for option in stage.options]
        for name, need in NEEDED_BY.items():
            asking = [option.label for option in stage.options if need in option.needs]
            self.fields[name].widget.attrs["data-need"] = need
            if asking:
                self.fields[name].help_text = gettext("For: %(results)s") % {"results": " · ".join(asking)}
            elif name != "note":
                del self.fields[name]

    def proposed(self, records: QuerySet) -> int | None:
        """Nothing is proposed: most results name no talk."""
        return None


NEEDED_BY = {
    "on_day": Need.DATE, "reship_carrier": Need.TRACKING, "reship_number": Need.TRACKING, "contact": Need.CONTACT,
    "note": Need.NOTE,
}


def _option_label(option: Option) -> str:
    needs = pgettext("between things in a row", ", ").join(str(Need(need).label) for need in option.needs)
    return gettext("%(result)s (%(needs)s)") % {"result": option.label, "needs": needs} if needs else option.label


class AgreeForm(AnswerForm):
    branch = Branch.AGREE_REFUND


ANSWER_FORMS: dict[str, type[AnswerForm]] = {
    form.branch: form for form in (EvidenceForm, AgreeForm, NegotiatedForm, ReshipForm, AcknowledgeForm, ChoiceForm)
}


class ConfirmForm(PartialForm):
    """The second look before a one-way door: the last four characters of the order number, typed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    sheet_hash = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    seen_warnings = forms.BooleanField(label=_("I have read the warnings and answer all the same"))
    tail = forms.CharField(
        label=_("Last four characters of the order number"), max_length=8,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, work_order: WorkOrder, warned: bool = False, **kwargs: Any):
        self.tail_of = work_order.order.number[-4:]
        super().__init__(*args, **kwargs)
        if not warned:
            del self.fields["seen_warnings"]

    def clean_tail(self) -> str:
        tail = self.cleaned_data["tail"].strip()
        if tail.upper() != self.tail_of.upper():
            raise forms.ValidationError(_("These are not the last four characters of the order number."))
        return tail


class AssignForm(PartialForm):
    """Whom the case is handed to; nobody is a choice."""

    to = forms.ModelChoiceField(Membership.objects.none(), label=_("In charge"), required=False, empty_label=_("Nobody"))

    def __init__(self, *args: Any, work_order: WorkOrder, **kwargs: Any):
        super().__init__(*args, **kwargs)
        people = Membership.objects.filter(shop_id=work_order.shop_id, ended_at=None, user__is_active=True)
        self.fields["to"].queryset = people.select_related("user").order_by("pk")
        self.initial["to"] = people.filter(user_id=work_order.assigned_to_id).values_list("pk", flat=True).first()
