"""What carriers said of interceptions nobody can tell: operations say which one it is about, or that it is about none."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts.desks import ReadOnly
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError

from ..models import UnplacedWord
from ..services import unplaced

NONE = "none"


class WordForm(forms.ModelForm):
    interception = forms.ChoiceField(label=_("It is about"))

    class Meta:
        model = UnplacedWord
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "interception" in self.fields:
            self.fields["interception"].choices = [
                ("", "—"), *unplaced.choices(self.instance), (NONE, _("none of ours: set it aside"))
            ]  # fmt: skip


@admin.register(UnplacedWord)
class UnplacedWordAdmin(ReadOnly, admin.ModelAdmin):
    """Open ones can be placed, once; nothing else is changed here."""

    form = WordForm
    list_display = ["about", "shop", "code", "text", "why", "received_at", "settled_at", "settled_by"]
    list_filter = [("settled_at", admin.EmptyFieldListFilter), "why"]
    list_select_related = ["shop", "settled_by"]
    search_fields = ["=number", "=reference", "=shop__code"]
    ordering = ["-pk"]
    readonly_fields = [
        "shop", "number", "reference", "code", "text", "at", "source", "why", "received_at", "settled_at", "settled_by",
    ]  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: UnplacedWord | None = None) -> list[str]:
        return (["interception"] if self.has_change_permission(request, obj) else []) + self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: UnplacedWord | None = None) -> bool:
        return self.has_view_permission(request) and (obj is None or obj.settled_at is None)

    @admin.display(description=_("about"))
    def about(self, row: UnplacedWord) -> str:
        return row.number or row.reference

    def save_model(self, request: HttpRequest, obj: UnplacedWord, form: Any, change: bool) -> None:
        """By the service; a refusal is said, and nothing is written."""
        chosen, now = form.cleaned_data["interception"], clock.now()
        try:
            if chosen == NONE:
                unplaced.set_aside(obj.pk, by=request.user, now=now)
            else:
                unplaced.place(obj.pk, int(chosen), by=request.user, now=now)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
