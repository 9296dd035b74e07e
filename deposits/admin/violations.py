"""Violations for reviewers of deposits: recorded by hand, and reversed when an appeal is upheld (rules §7.2)."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts import access
from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.policies.admin import PolicyAdmin

from ..models import Violation, ViolationPolicy
from ..services.violations import NewViolation, may_review, record_violations, reverse_violation, rule_at
from ..states import ViolationStatus
from .accounts import ForReviewers


@admin.register(ViolationPolicy)
class ViolationPolicyAdmin(PolicyAdmin):
    """A change is a new row; a violation keeps the rule in force at the deed."""

    list_filter = ["severity", "counts", "by_reviewers"]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return ["kind", *super().get_list_display(request), "severity", "deduction", "counts"]

    @admin.display(description=_("deduction"), ordering="deduct_minor")
    def deduction(self, row: ViolationPolicy) -> str:
        return yuan(row.deduct_minor)


def offered(now: datetime) -> list[tuple[str, str]]:
    """The kinds reviewers record, as their rules in force name them."""
    rules: dict[str, ViolationPolicy] = {}
    for rule in ViolationPolicy.objects.filter(effective_from__lte=now).order_by("effective_from", "pk"):
        rules[rule.kind] = rule
    return [
        (kind, f"{rule.name} · {rule.get_severity_display()} · {yuan(rule.deduct_minor)}")
        for kind, rule in sorted(rules.items())
        if rule.by_reviewers and rule.counts
    ]


class RecordForm(forms.ModelForm):
    """What a reviewer found; the key makes the form count once."""

    kind = forms.ChoiceField(label=_("kind"))
    note = forms.CharField(label=_("What was found; the shop reads it"), max_length=2000, widget=forms.Textarea)
    request_key = forms.UUIDField(widget=forms.HiddenInput)
    by: Any = None

    class Meta:
        model = Violation
        fields = ["shop", "kind", "at", "case_number", "note"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "—"), *offered(clock.now())]  # type: ignore[attr-defined]
        self.fields["at"].initial = clock.now
        self.fields["request_key"].initial = uuid.uuid4

    def clean_at(self) -> datetime:
        if self.cleaned_data["at"] > clock.now():
            raise forms.ValidationError(gettext("It can't have happened in the future."))
        return self.cleaned_data["at"]

    def clean_shop(self) -> Any:
        try:
            may_review(self.cleaned_data["shop"].pk, self.by)
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return self.cleaned_data["shop"]

    def clean(self) -> dict[str, Any]:
        """What is recorded is judged by the rule of its moment: there must have been one."""
        said = super().clean() or self.cleaned_data
        if "kind" in said and "at" in said and rule_at(said["kind"], said["at"]) is None:
            self.add_error("at", gettext("No rule made this a violation at that time."))
        return said


class ReverseForm(forms.ModelForm):
    """Why it is reversed; there is no way back."""

    why = forms.CharField(
        label=_("Why reversed; the shop reads it"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It no longer counts, and what was deducted comes back at once. There is no way back."),
    )  # fmt: skip

    class Meta:
        model = Violation
        fields: list[str] = []


@admin.register(Violation)
class ViolationAdmin(ForReviewers, ReadOnly, admin.ModelAdmin):
    """Never edited: recorded, and reversed with a note, both by the services."""

    list_display = ["number", "shop", "kind", "severity", "status", "at", "deducted", "case_number"]
    list_filter = ["status", "severity"]
    list_select_related = ["shop"]
    search_fields = ["=number", "=case_number", "=shop__code"]
    ordering = ["-at", "-pk"]
    shown = [
        "number", "shop", "kind", "severity", "status", "at", "deducted", "case_number", "note", "by", "reversed_at",
        "reversed_by", "reverse_note",
    ]  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Violation | None = None) -> list[str]:
        if obj is None:
            return ["shop", "kind", "at", "case_number", "note", "request_key"]
        return (["why"] if self.has_change_permission(request, obj) else []) + self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Violation | None = None) -> list[str]:
        return [] if obj is None else self.shown

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        base = ReverseForm if change else RecordForm
        made = super().get_form(request, obj, change, **{**kwargs, "form": base})
        made.by = request.user
        return made

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.is_reviewer(request.user, access.REVIEW_DEPOSITS)

    def has_change_permission(self, request: HttpRequest, obj: Violation | None = None) -> bool:
        if not access.is_reviewer(request.user, access.REVIEW_DEPOSITS):
            return False
        if obj is None:
            return True
        return obj.status == ViolationStatus.STANDING and not access.conflict_of_interest(request.user, obj.shop_id)

    @admin.display(description=_("deducted"), ordering="deducted_minor")
    def deducted(self, row: Violation) -> str:
        return yuan(row.deducted_minor)

    def save_model(self, request: HttpRequest, obj: Violation, form: Any, change: bool) -> None:
        """By the services; what the form showed is what the row is."""
        said, now = form.cleaned_data, clock.now()
        if change:
            try:
                reverse_violation(obj.pk, note=said["why"], by=request.user, now=now)
            except DomainError as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            return
        key = f"reviewer:{said['request_key']}"
        item = NewViolation(
            said["shop"].pk, said["kind"], key, said["at"], case_number=said["case_number"], note=said["note"]
        )
        record_violations([item], by=request.user, now=now)
        obj.__dict__.update(Violation.objects.get(key=key).__dict__)
