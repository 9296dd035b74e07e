"""Shapes of what reviewers type about a refund application; which reason belongs to which verb is the services' table."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import RefundApplication
from .services.reviewing import TEXT_LENGTH
from .states import REASONS, Decided


def _words(label: Any, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=TEXT_LENGTH, widget=area, required=required, help_text=help_text)


def _reasons(verb: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *[(one.value, one.label) for one in map(Decided, REASONS[verb])]])


class VerbForm(forms.Form):
    """One verb of the decision page: what it was decided on (`version`), and what its service wants besides."""

    verb = ""

    def __init__(self, data: Any = None, *, application: RefundApplication):
        super().__init__(data, initial={"version": application.version}, auto_id=f"{self.verb}_%s")

    def said(self) -> dict[str, Any]:
        """The service's words."""
        return dict(self.cleaned_data)

    def is_asked_on(self, version: int) -> None:
        """From here on the form is about this version: what was typed is kept, and pressed again after another look."""
        self.data = self.data.copy()
        self.data["version"] = str(version)


class TakeForm(VerbForm):
    """Nothing to say: it is taken, or somebody was quicker."""

    verb = "take"


class ApproveForm(VerbForm):
    verb = "approve"
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    note = _words(_("Note"), rows=2, required=False, help_text=_("It stands in the timeline."))


class AskForm(VerbForm):
    verb = "ask"
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = _reasons("ask")
    text = _words(_("What the shop should send or explain"), help_text=_("The shop reads it."))


class RejectForm(VerbForm):
    verb = "reject"
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = _reasons("reject")
    note = _words(_("Note to the shop"), required=False, help_text=_("The shop reads it. Needed for another reason."))


FORMS: dict[str, type[VerbForm]] = {form.verb: form for form in (TakeForm, ApproveForm, AskForm, RejectForm)}
