"""Orders for the platform: looked at, never edited; parked ones can be let go again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from foundation.accounts.access import OPERATIONS, REVIEW_WORK_ORDERS, is_reviewer
from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.policies.admin import PolicyAdmin
from foundation.shell.templatetags.houtai import mask_name, mask_phone

from . import services
from .models import ContactRecord, Order, OrderLine, OrderPolicy, Refund


class ReadOnly:
    """No adding, changing or deleting: money and states move by services only."""

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_look(request)


def may_look(request: HttpRequest) -> bool:
    return is_reviewer(request.user, REVIEW_WORK_ORDERS) or is_reviewer(request.user, OPERATIONS)


class LineInline(ReadOnly, admin.TabularInline):
    model = OrderLine
    fields = readonly_fields = ["position", "title", "sku_name", "quantity", "price", "paid", "refunded"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("product")

    @admin.display(description=_("price"))
    def price(self, line: OrderLine) -> str:
        return yuan(line.price_minor)

    @admin.display(description=_("paid"))
    def paid(self, line: OrderLine) -> str:
        return yuan(line.paid_minor)

    @admin.display(description=_("refunded"))
    def refunded(self, line: OrderLine) -> str:
        return yuan(line.refunded_minor)


class RefundInline(ReadOnly, admin.TabularInline):
    model = Refund
    fields = readonly_fields = ["number", "amount", "cause", "reason", "at", "by"]
    extra = 0

    @admin.display(description=_("amount"))
    def amount(self, refund: Refund) -> str:
        return yuan(refund.amount_minor)


class ContactInline(ReadOnly, admin.TabularInline):
    model = ContactRecord
    fields = readonly_fields = ["number", "who", "channel", "at", "said", "by"]
    extra = 0


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):
    """Found by the whole number; buyers stay masked here too. A list of parked orders is one click away."""

    list_display = ["number", "shop", "state", "paid", "refunded", "placed_at", "parked_reason"]
    list_filter = [("parked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["shop"]
    search_fields = ["number__exact", "tracking_number__exact"]
    search_help_text = _("Whole order or tracking number")
    ordering = ["-pk"]
    show_full_result_count = False
    list_per_page = 50
    actions = ["release"]
    inlines = [LineInline, RefundInline, ContactInline]
    fieldsets = [
        (None, {"fields": ["number", "shop", "state", "paid", "refunded", "compensation", "settled_at"]}),
        (_("Buyer"), {"fields": ["buyer", "phone", "province", "buyer_remark", "staff_note"]}),
        (_("Logistics"), {"fields": ["carrier", "tracking_number", "physically_shipped_at", "tracking_uploaded_at",
                                    "signed_at", "confirmed_at"]}),
        (_("Cases"), {"fields": ["after_sale_state", "open_work_orders", "work_order_state", "dispute_count",
                                 "parked_at", "parked_reason"]}),
    ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for _title, options in self.fieldsets for name in options["fields"]]

    @admin.action(description=_("Let parked orders go"))
    def release(self, request: HttpRequest, chosen: QuerySet[Order]) -> None:
        """For operations only: the next settle job tries these again."""
        if not is_reviewer(request.user, OPERATIONS):
            self.message_user(request, _("Only operations may do this."), messages.ERROR)
            return
        released = services.release_parked(
            list(chosen.values_list("pk", flat=True)), by=request.user, now=clock.now()
        )
        said = ngettext("%(count)d order let go.", "%(count)d orders let go.", len(released))
        self.message_user(request, said % {"count": len(released)})

    @admin.display(description=_("state"), ordering="status")
    def state(self, order: Order) -> SafeString:
        return format_html(
            '<span class="badge tone-{}">{}</span>', order.LIFECYCLE.tone(order.status), order.get_status_display()
        )

    @admin.display(description=_("paid"), ordering="paid_minor")
    def paid(self, order: Order) -> str:
        return yuan(order.paid_minor)

    @admin.display(description=_("refunded"))
    def refunded(self, order: Order) -> str:
        return yuan(order.refunded_minor)

    @admin.display(description=_("compensation"))
    def compensation(self, order: Order) -> str:
        return yuan(order.compensation_minor)

    @admin.display(description=_("Name"))
    def buyer(self, order: Order) -> str:
        return mask_name(order.buyer_name)

    @admin.display(description=_("Phone"))
    def phone(self, order: Order) -> str:
        return mask_phone(order.buyer_phone)


@admin.register(OrderPolicy)
class OrderPolicyAdmin(PolicyAdmin):
    """A change is a new row."""

    fields = ["effective_from", "name_zh", "name_en", "source_note", "settle_days_after_signed", "reveals_per_hour"]
