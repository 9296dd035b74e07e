"""The shop's orders."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from foundation.accounts.access import requires
from foundation.lifecycle import clock
from foundation.lists.search import Exact, Prefix, Tail
from foundation.lists.spec import ListSpec, Sort, Tab
from foundation.shell.urls_for import shop_url

from ..filters import OrderFilter
from ..models import Order
from ..states import OrderState

ORDERS = ListSpec(
    tabs=[Tab("all", _("All")), *[Tab(state.value, state.label, Q(status=state.value)) for state in OrderState]],
    sorts=[Sort("placed", "placed_at", _("Placed")), Sort("paid", "paid_minor", _("Paid"))],
    default_sort="-placed",
    search=[Prefix("number"), Exact("tracking_number"), Tail("phone_tail")],
    search_label=_("Order number, tracking number or phone tail"),
    filterset=OrderFilter,
    only=(
        "shop_id", "number", "status", "placed_at", "buyer_name", "buyer_phone", "paid_minor", "refunded_minor", "flag",
        "staff_note", "buyer_remark", "item_title", "item_count", "carrier", "tracking_number", "physically_shipped_at",
        "tracking_uploaded_at", "after_sale_state", "open_work_orders", "dispute_flag",
    ),
)  # fmt: skip


@require_safe
@requires("orders.view")
def orders(request: HttpRequest) -> HttpResponse:
    """Tabs with capped counts, filters in the URL, search by number, keyset pages (rules §3)."""
    page = ORDERS.page(request, Order.objects.for_shop(request.shop), now=clock.now)
    return page.render("orders/order_list.html", {"orders_url": shop_url(request.shop, "orders:orders")})
