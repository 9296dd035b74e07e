"""What shops list, as operations read it. Delisting happens with a case, never by editing a field here; past days are imported."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan

from .day_views import urls as day_urls
from .models import ListingDay, Product, Sku


class SkuLines(ReadOnly, admin.TabularInline):
    model = Sku
    fields = ["code", "name", "price", "stock"]
    readonly_fields = ["code", "name", "price", "stock"]
    extra = 0

    @admin.display(description=_("price"))
    def price(self, sku: Sku) -> str:
        return yuan(sku.price_minor)


@admin.register(Product)
class ProductAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["code", "title", "shop", "listed", "delisted_by_platform", "delisted_until"]
    list_filter = ["listed", "delisted_by_platform"]
    list_select_related = ["shop"]
    search_fields = ["=code", "=shop__code"]
    ordering = ["-pk"]
    inlines = [SkuLines]


@admin.register(ListingDay)
class ListingDayAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["day", "shop", "listed_count"]
    list_select_related = ["shop"]
    search_fields = ["=shop__code"]
    ordering = ["-day", "shop_id"]

    def get_urls(self) -> list[Any]:
        return [*day_urls(self), *super().get_urls()]
