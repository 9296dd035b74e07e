"""The house's addresses and two of the bench's: the floor, and the order list as a tuned Django admin would draw it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as ours
from orders.models import Order

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def floor(request: HttpRequest) -> HttpResponse:
    """An empty page for somebody signed in: session, user, one line of text."""
    return HttpResponse(f"Signed in as {request.user}.")


class TunedOrders(admin.ModelAdmin):
    """What people do to a slow admin: no second count, related rows joined, search by prefix, 25 rows."""

    list_display = (
        "number", "shop", "status", "placed_at", "paid_minor", "refunded_minor", "item_title", "buyer_name", "carrier",
        "tracking_number", "flag",
    )  # fmt: skip
    list_select_related = ("shop",)
    list_filter = ("status",)
    list_per_page = 25
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("number__startswith",)
    ordering = ("-placed_at", "-id")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(shop__code="qinghe")


tuned = admin.AdminSite("tuned")
tuned.register(Order, TunedOrders)

urlpatterns = [path("bench/floor/", floor), path("bench/tuned/", tuned.urls), *ours]
