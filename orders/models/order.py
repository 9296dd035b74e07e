"""The order and its lines."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.catalog.models import Product, Sku

from ..querysets import OrderQuerySet
from ..states import LIFECYCLE, AfterSaleState, Flag, GroupState, OrderState


class Order(models.Model):
    """One purchase of one buyer in one shop (rules §3).

    Verbs: `orders.services` ships, signs, confirms, settles, cancels, refunds, notes and reveals; nothing else writes
    `status`. Amounts are fen. Times are UTC. The buyer's name, phone and address are shown masked; the tail of the
    phone has its own column so a list can be searched by it. The last block are summary columns: upper apps write them
    through `services.notes`, so lists and searches stay one indexed table.

    Invariants (database): number unique per shop; 0 ≤ refunded ≤ paid. Every index of a list starts with the shop.
    """

    LIFECYCLE = LIFECYCLE

    shop = models.ForeignKey(
        Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    number = models.CharField(_("order number"), max_length=64)
    status = models.CharField(_("order state"), max_length=12, choices=OrderState)
    arrival_status = models.CharField(_("state on arrival"), max_length=12, choices=OrderState, editable=False)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)

    placed_at = models.DateTimeField(_("placed"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    grouped_at = models.DateTimeField(_("group complete"), null=True, blank=True)
    promised_ship_at = models.DateTimeField(_("promised shipping time"), null=True, blank=True)
    physically_shipped_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    tracking_uploaded_at = models.DateTimeField(_("tracking number entered"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    buyer_name = models.CharField(_("buyer"), max_length=80, blank=True)
    buyer_phone = models.CharField(_("phone"), max_length=20, blank=True)
    phone_tail = models.CharField(_("end of the phone number"), max_length=4, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    address = models.CharField(_("delivery address"), max_length=300, blank=True)
    buyer_remark = models.CharField(_("buyer remark"), max_length=500, blank=True)
    staff_note = models.CharField(_("staff note"), max_length=500, blank=True)
    flag = models.CharField(_("flag"), max_length=8, choices=Flag, blank=True, default="")
    tags = models.JSONField(_("tags"), default=list, blank=True)

    goods_minor = models.BigIntegerField(_("goods"), default=0)
    discount_minor = models.BigIntegerField(_("discount"), default=0)
    postage_minor = models.BigIntegerField(_("postage"), default=0)
    paid_minor = models.BigIntegerField(_("paid"), default=0)
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)
    compensation_minor = models.BigIntegerField(_("compensation"), default=0)
    group_state = models.CharField(_("group"), max_length=10, choices=GroupState, blank=True, default="")
    item_title = models.CharField(_("goods bought"), max_length=200, blank=True)
    item_count = models.PositiveIntegerField(_("pieces"), default=0)

    carrier = models.CharField(_("carrier"), max_length=40, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=64, blank=True)
    after_sale_state = models.CharField(_("after-sale state"), max_length=16, blank=True, default="",
                                        choices=AfterSaleState)
    dispute_count = models.PositiveIntegerField(_("disputes"), default=0)
    dispute_flag = models.BooleanField(_("dispute refund"), default=False)
    open_work_orders = models.PositiveIntegerField(_("open work orders"), default=0)
    work_order_state = models.CharField(_("work order state"), max_length=16, blank=True)

    created_at = models.DateTimeField(_("created"), db_default=Now())
    updated_at = models.DateTimeField(_("changed"), db_default=Now())
    parked_at = models.DateTimeField(_("set aside at"), null=True, blank=True)
    parked_reason = models.CharField(_("set aside because"), max_length=500, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="orders_number_unique"),
            models.CheckConstraint(condition=Q(paid_minor__gte=0), name="orders_paid_positive"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("paid_minor")), name="orders_refunded_max_paid"
            ),
        ]
        # The status stands last in each, so that the tabs of a filtered list are counted without touching the rows.
        indexes = [
            models.Index(fields=["shop", "placed_at", "id", "status"], name="orders_placed"),
            models.Index(fields=["shop", "status", "placed_at", "id"], name="orders_status"),
            models.Index(fields=["shop", "paid_minor", "id", "status"], name="orders_amount"),
            models.Index(fields=["shop", "carrier", "placed_at", "id", "status"], name="orders_carrier"),
            models.Index(fields=["shop", "flag", "placed_at", "id", "status"], name="orders_flag"),
            models.Index(fields=["shop", "after_sale_state", "placed_at", "id", "status"], name="orders_after_sale"),
            models.Index(fields=["shop", "tracking_number"], name="orders_tracking"),
            models.Index(fields=["shop", "phone_tail"], name="orders_phone_tail"),
            models.Index(
                fields=["shop", "placed_at", "id"], name="orders_number_missing",
                condition=Q(physically_shipped_at__isnull=False, tracking_uploaded_at__isnull=True),
            ),
            models.Index(
                fields=["shop", "promised_ship_at", "id"], name="orders_late_to_ship", condition=Q(status="to_ship"),
            ),
            models.Index(
                fields=["signed_at", "id"], name="orders_to_settle",
                condition=Q(status="signed", settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def left_minor(self) -> int:
        """What is left of paid, in fen: the most that can still go back to the buyer."""
        return self.paid_minor - self.refunded_minor

    @property
    def number_missing(self) -> bool:
        """Handed to the carrier, but nobody entered the tracking number."""
        return self.physically_shipped_at is not None and self.tracking_uploaded_at is None

    @property
    def flag_tone(self) -> str:
        return self.flag or "none"


class OrderLine(models.Model):
    """One product of an order; `paid_minor` is the line's share of what was paid, in fen (rules §3).

    Invariants (database): position unique in the order; 0 ≤ refunded ≤ paid. The catalogue's rows may be missing: then
    there is nothing to delist and the page says so.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sku = models.ForeignKey(Sku, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=200)
    sku_name = models.CharField(max_length=120, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    price_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("order line")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orders_line_position_unique"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("paid_minor")), name="orders_line_max_paid"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def left_minor(self) -> int:
        return self.paid_minor - self.refunded_minor
