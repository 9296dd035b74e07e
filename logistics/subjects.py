from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.audit.subjects import register
from foundation.shell.urls_for import shop_url

from .models import Interception, Parcel, Recall


def parcel_url(parcel: Any) -> str:
    """The parcel's own page."""
    return shop_url(parcel.shop, "logistics:parcel", number=parcel.number)


register(Parcel, _("Parcel"), url=parcel_url)


def interception_url(interception: Any) -> str:
    """The interception's own page."""
    return shop_url(interception.shop, "logistics:interception", number=interception.number)


def interception_desk(interception: Any) -> str:
    """Where operations look at it."""
    return reverse("admin:logistics_interception_change", args=[interception.pk])


register(Interception, _("Interception"), url=interception_url, admin_url=interception_desk)


def recall_url(recall: Any) -> str:
    """The recall's own page."""
    return shop_url(recall.shop, "logistics:recall", number=recall.number)


register(Recall, _("Recall"), url=recall_url)
