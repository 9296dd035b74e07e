"""Interceptions nobody answered and calls of unknown outcome: looked at, asked about, and told what was heard by phone."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError

from .. import services
from ..models import CarrierCall, CarrierEvent, Interception
from ..services.fees import with_late_fee


class WordsInline(ReadOnly, admin.TabularInline):
    model = CarrierEvent
    fields = ["at", "code", "verb", "text", "source", "moved", "why_not"]
    readonly_fields = fields
    extra = 0


class CallsInline(ReadOnly, admin.TabularInline):
    model = CarrierCall
    fields = ["kind", "status", "attempts", "next_at", "done_at", "error"]
    readonly_fields = fields
    extra = 0


class LateFee(admin.SimpleListFilter):
    """The carrier's word came after the end: who books the fee looks at what it said first."""

    title = _("fee")
    parameter_name = "fee"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("late", _("Due after the end, not booked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Interception]) -> QuerySet[Interception]:
        return with_late_fee(queryset) if self.value() == "late" else queryset


@admin.register(Interception)
class InterceptionAdmin(ReadOnly, admin.ModelAdmin):
    """Unknown ones first to be filtered; nothing is sent again from here, the carrier is only asked."""

    list_display = ["number", "shop", "order", "carrier", "status", "requested_at", "reference", "said", "fee"]
    list_filter = ["status", LateFee, "carrier"]
    list_select_related = ["shop", "order", "carrier"]
    search_fields = ["=number", "=reference", "=parcel__tracking_number"]
    ordering = ["-pk"]
    actions = ["ask_the_carrier", "it_has_it", "it_refused", "it_failed", "it_came_back", "book_the_fee"]
    inlines = [CallsInline, WordsInline]
    fields = [
        "number", "shop", "order", "parcel", "carrier", "status", "origin", "reason", "requested_at", "accepted_at",
        "succeeded_at", "returning_at", "returned_at", "ended_at", "reference", "said", "fee", "payer", "fee_at",
        "storage_days", "cancel_reason",
    ]  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("interception fee"), ordering="fee_minor")
    def fee(self, row: Interception) -> str:
        return yuan(row.fee_minor)

    @admin.action(description=_("Ask the carrier how it stands"))
    def ask_the_carrier(self, request: HttpRequest, queryset: QuerySet[Interception]) -> None:
        self._each(request, queryset, services.reconcile, gettext("The carrier is being asked; its answer stands here shortly."))

    @admin.action(description=_("By phone: the carrier has it"))
    def it_has_it(self, request: HttpRequest, queryset: QuerySet[Interception]) -> None:
        self._heard(request, queryset, "accept")

    @admin.action(description=_("By phone: the carrier refuses, or has nothing of it"))
    def it_refused(self, request: HttpRequest, queryset: QuerySet[Interception]) -> None:
        self._heard(request, queryset, "refuse")

    @admin.action(description=_("By phone: it was delivered after all"))
    def it_failed(self, request: HttpRequest, queryset: QuerySet[Interception]) -> None:
        self._heard(request, queryset, "fail")

    @admin.action(description=_("By phone: the parcel came back"))
    def it_came_back(self, request: HttpRequest, queryset: QuerySet[Interception]) -> None:
        self._heard(request, queryset, "come_back")

    @admin.action(description=_("Book the fee the carrier earned after the end"))
    def book_the_fee(self, request: HttpRequest, queryset: QuerySet[Interception]) -> None:
        self._each(request, queryset, services.book_late_fee, gettext("Booked."))

    def _heard(self, request: HttpRequest, queryset: QuerySet[Interception], verb: str) -> None:
        self._each(request, queryset, partial(services.heard_by_phone, verb=verb), gettext("Written down."))

    def _each(self, request: HttpRequest, rows: QuerySet[Interception], verb: Callable[..., Any], done: str) -> None:
        for interception in rows:
            try:
                verb(interception.pk, by=request.user, now=clock.now())
            except DomainError as refusal:
                self.message_user(request, f"{interception.number}: {refusal}", messages.WARNING)
            else:
                self.message_user(request, f"{interception.number}: {done}")


@admin.register(CarrierCall)
class CarrierCallAdmin(ReadOnly, admin.ModelAdmin):
    """What went out, what waits, and what nobody knows the outcome of."""

    list_display = ["key", "kind", "status", "attempts", "next_at", "done_at", "error"]
    list_filter = ["status", "kind"]
    search_fields = ["=key", "=interception__number"]
    ordering = ["-pk"]
    fields = [
        "interception", "kind", "key", "status", "attempts", "next_at", "claimed_at", "done_at", "error", "created_at"
    ]  # fmt: skip
    readonly_fields = fields
