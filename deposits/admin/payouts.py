"""Payouts for operations: what waits, what failed, and those nobody knows the outcome of, to be settled by hand."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.access import conflict_of_interest
from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError

from ..models import Payout
from ..services import payouts
from ..states import PayoutState, Status


class SettleForm(forms.ModelForm):
    """What operations found out, and how; the verb depends on where the payout stands."""

    became = forms.ChoiceField(label=_("What became of it"))
    note = forms.CharField(label=_("How you know"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    class Meta:
        model = Payout
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "became" in self.fields:
            choices = CHOICES_UNKNOWN if self.instance.status == PayoutState.UNKNOWN else CHOICES_PARKED
            self.fields["became"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]


CHOICES_UNKNOWN = [("paid", _("It was paid")), ("not_paid", _("It was not paid: hold the money again"))]
CHOICES_PARKED = [("again", _("The reason is gone: pay it again"))]


class ToDo(admin.SimpleListFilter):
    """By default what asks for somebody."""

    title = _("to do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unknown", _("Outcome unknown")), ("failed", _("Failed, to be paid again")), ("everything", _("Everything"))]

    def choices(self, changelist: Any) -> Any:
        for key, label in self.lookup_choices:
            yield {
                "selected": self.value() == key,
                "query_string": changelist.get_query_string({self.parameter_name: key}),
                "display": label,
            }

    def value(self) -> str:
        asked = super().value()
        return asked if asked in dict(self.lookup_choices) else "unknown"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payout]) -> QuerySet[Payout]:
        return {
            "unknown": queryset.filter(status=PayoutState.UNKNOWN),
            "failed": parked(queryset),
            "everything": queryset,
        }[self.value()]


def parked(rows: "QuerySet[Payout]") -> "QuerySet[Payout]":
    """Failed ones whose application waits for operations."""
    return rows.filter(
        status=PayoutState.FAILED, application__status=Status.APPROVED, application__parked_at__isnull=False
    )


@admin.register(Payout)
class PayoutAdmin(ReadOnly, admin.ModelAdmin):
    """Read-only, but for the verb an unknown or a failed one asks for; nothing is sent from here."""

    form = SettleForm
    list_display = ["key", "shop_name", "amount", "status", "gateway", "tries", "claimed_at", "done_at", "error"]
    list_filter = [ToDo, "status", "gateway"]
    list_select_related = ["application__shop"]
    search_fields = ["=key", "=reference", "=application__number"]
    ordering = ["-pk"]
    readonly_fields = [
        "key", "application", "shop_name", "amount", "status", "gateway", "attempt", "tries", "created_at", "claimed_at",
        "next_at", "done_at", "reference", "error", "parked_reason",
    ]  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Payout | None = None) -> list[Any]:
        return (["became", "note"] if self.has_change_permission(request, obj) else []) + self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Payout | None = None) -> bool:
        """Only who could do something with it gets the form."""
        if not self.has_view_permission(request):
            return False
        if obj is None:
            return True
        asks = obj.status == PayoutState.UNKNOWN or parked(Payout.objects.filter(pk=obj.pk)).exists()
        return asks and not conflict_of_interest(request.user, obj.application.shop_id)

    @admin.display(description=_("Shop"), ordering="application__shop__name")
    def shop_name(self, row: Payout) -> str:
        return row.application.shop.name

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, row: Payout) -> str:
        return yuan(row.amount_minor)

    @admin.display(description=_("why it waits"))
    def parked_reason(self, row: Payout) -> str:
        return row.application.parked_reason or "—"

    def save_model(self, request: HttpRequest, obj: Payout, form: Any, change: bool) -> None:
        """By the service; a refusal is said, and nothing is written."""
        became, note, now = form.cleaned_data["became"], form.cleaned_data["note"], clock.now()
        try:
            if became == "again":
                payouts.pay_again(obj.application_id, note=note, by=request.user, now=now)
            else:
                payouts.settle_payout(obj.pk, paid=became == "paid", note=note, by=request.user, now=now)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
        else:
            self.message_user(request, gettext("Written down."))
