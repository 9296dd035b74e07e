"""Carriers, what their codes mean, and what came in that nobody could use yet; states move by scans alone."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts import access
from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan
from foundation.audit.services import record
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.policies.admin import PolicyAdmin

from ..models import Carrier, CarrierCode, CarrierFee, LogisticsPolicy, ParkedPush, ShopHook, Watch
from ..services import meanings, watching
from ..states import ParcelState


class CarrierForm(forms.ModelForm):
    """Patterns a line each; states ticked."""

    number_patterns = forms.CharField(
        label=_("number patterns"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("One regular expression of whole numbers per line. They suggest and warn, they never decide."),
    )
    accepts_in = forms.MultipleChoiceField(
        label=_("takes an interception while"),
        choices=ParcelState.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    service_url = forms.URLField(label=_("online service"), required=False, assume_scheme="https")

    class Meta:
        model = Carrier
        fields = [
            "code", "name_zh", "name_en", "kuaidi100", "phone", "service_url", "number_patterns", "can_intercept",
            "accepts_in", "again_after_cancel", "adapter", "position", "active",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["number_patterns"] = "\n".join(self.instance.number_patterns)

    def clean_number_patterns(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["number_patterns"].splitlines() if line.strip()]


@admin.register(Carrier)
class CarrierAdmin(admin.ModelAdmin):
    """The `rules` desk keeps them, everybody of the platform looks; a carrier is switched off, never deleted."""

    form = CarrierForm
    list_display = ["code", "name_zh", "name_en", "phone", "can_intercept", "adapter", "active"]
    ordering = ["position", "code"]
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.is_reviewer(request.user, access.RULES)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.is_reviewer(request.user, access.RULES)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Carrier, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            record("logistics.carrier_added", obj, by=request.user, now=clock.now(), data={"name": obj.name_zh})
        elif form.changed_data:
            said = {"name": obj.name_zh, "columns": ", ".join(form.changed_data)}
            record("logistics.carrier_revised", obj, by=request.user, now=clock.now(), data=said)


@admin.register(CarrierFee)
class CarrierFeeAdmin(PolicyAdmin):
    """A change is a new row; open interceptions keep what they copied."""

    list_select_related = ["carrier"]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return ["carrier", "fee", "charged_on", *super().get_list_display(request)]

    @admin.display(description=_("interception fee"), ordering="intercept_minor")
    def fee(self, row: CarrierFee) -> str:
        return yuan(row.intercept_minor)


@admin.register(LogisticsPolicy)
class LogisticsPolicyAdmin(PolicyAdmin):
    """A change is a new row."""


class CodeForm(forms.ModelForm):
    meaning = forms.ChoiceField(label=_("meaning"))

    class Meta:
        model = CarrierCode
        fields = ["meaning"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "meaning" in self.fields:
            self.fields["meaning"].choices = [("", "—"), *meanings.meanings_of(self.instance.source)]


@admin.register(CarrierCode)
class CarrierCodeAdmin(ReadOnly, admin.ModelAdmin):
    """What codes mean. One without a meaning changes nothing until operations say what it is, once and for all."""

    form = CodeForm
    list_display = ["code", "source", "said", "sample", "seen", "first_seen_at", "last_seen_at"]
    list_filter = [("meaning", admin.EmptyFieldListFilter), "source"]
    search_fields = ["=code"]
    ordering = ["meaning", "-last_seen_at", "pk"]
    readonly_fields = ["source", "code", "sample", "seen", "first_seen_at", "last_seen_at"]
    fields = ["meaning", *readonly_fields]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request) and (obj is None or not obj.meaning)

    @admin.display(description=_("meaning"), ordering="meaning")
    def said(self, row: CarrierCode) -> str:
        return dict(meanings.meanings_of(row.source)).get(row.meaning, row.meaning) or "—"

    def save_model(self, request: HttpRequest, obj: CarrierCode, form: Any, change: bool) -> None:
        """By the service; the scans that wait for it are read again at once, more than a round of them by the clock."""
        now = clock.now()
        try:
            meanings.give_meaning(obj.pk, form.cleaned_data["meaning"], by=request.user, now=now)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
            return
        read = meanings.read_again(now)["read"]
        self.message_user(request, _("Parcels whose scans were read again: %(count)s.") % {"count": read})


@admin.register(ParkedPush)
class ParkedPushAdmin(ReadOnly, admin.ModelAdmin):
    """Reports of numbers no parcel of the shop has; applied by themselves when one does."""

    list_display = ["tracking_number", "carrier_code", "shop", "source", "received_at", "applied_at"]
    list_filter = [("applied_at", admin.EmptyFieldListFilter), "source"]
    list_select_related = ["shop"]
    search_fields = ["=tracking_number", "=shop__code"]
    ordering = ["-pk"]


@admin.register(Watch)
class WatchAdmin(ReadOnly, admin.ModelAdmin):
    """Parcels a carrier is asked about; those given up wait here for somebody."""

    actions = ["ask_again"]
    list_display = ["number", "shop", "adapter", "attempts", "next_at", "given_up_at", "error"]
    list_filter = [("given_up_at", admin.EmptyFieldListFilter), "adapter"]
    list_select_related = ["parcel__shop"]
    search_fields = ["=parcel__tracking_number", "=parcel__shop__code"]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [F("given_up_at").desc(nulls_last=True), "-pk"]

    @admin.display(description=_("tracking number"))
    def number(self, watch: Watch) -> str:
        return watch.parcel.tracking_number

    @admin.display(description=_("shop"))
    def shop(self, watch: Watch) -> str:
        return str(watch.parcel.shop)

    @admin.action(description=_("Ask the carrier again"), permissions=["view"])
    def ask_again(self, request: HttpRequest, queryset: QuerySet[Watch]) -> None:
        for watch in queryset:
            try:
                watching.ask_again(watch.pk, by=request.user, now=clock.now())
            except DomainError as refusal:
                self.message_user(request, f"{watch.parcel.tracking_number}: {refusal}", messages.WARNING)


@admin.register(ShopHook)
class ShopHookAdmin(ReadOnly, admin.ModelAdmin):
    """Which shops get reports, and when the last one came. The salt is the shop's alone."""

    list_display = ["shop", "last_push_at", "renewed_at"]
    list_select_related = ["shop"]
    search_fields = ["=shop__code"]
    fields = ["shop", "last_push_at", "renewed_at"]
    ordering = ["shop_id"]
