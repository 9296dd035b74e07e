"""What was done about lost parcels, and recalls: looked at, never changed here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan

from ..models import Loss, Recall


@admin.register(Loss)
class LossAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["parcel", "shop", "way", "amount", "payer", "reship", "at"]
    list_filter = ["way", "payer"]
    list_select_related = ["shop", "parcel", "reship"]
    search_fields = ["=parcel__number", "=parcel__tracking_number"]
    ordering = ["-pk"]
    fields = ["parcel", "shop", "way", "amount", "payer", "reship", "note", "by", "at"]
    readonly_fields = fields

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, row: Loss) -> str:
        return yuan(row.amount_minor)


@admin.register(Recall)
class RecallAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["number", "shop", "order", "status", "owner", "opened_at", "closed_at", "cost", "payer"]
    list_filter = ["status", "payer"]
    list_select_related = ["shop", "order", "owner"]
    search_fields = ["=number", "=order__number"]
    ordering = ["-pk"]
    fields = [
        "number", "shop", "order", "parcel", "status", "carrier", "owner", "note", "contact", "opened_by", "opened_at",
        "closed_at", "cost", "payer",
    ]  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("cost"), ordering="cost_minor")
    def cost(self, row: Recall) -> str:
        return yuan(row.cost_minor)
