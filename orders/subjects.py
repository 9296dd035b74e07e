from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from foundation.audit.subjects import register
from foundation.shell.urls_for import shop_url

from .models import ContactRecord, Order, OrderPolicy, Refund


def order_url(order: Order) -> str | None:
    """The seller's page of an order."""
    try:
        return shop_url(order.shop, "orders:order", number=order.number)
    except NoReverseMatch:
        return None


def _admin_url(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


register(Order, _("Order"), order_url, _admin_url)
register(Refund, _("Refund"), lambda refund: order_url(refund.order))
register(ContactRecord, _("Contact record"), lambda contact: order_url(contact.order))
register(OrderPolicy, _("Order rule"))
