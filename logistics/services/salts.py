"""Each shop's own callback: its address, and the salt carriers' pushes are signed with."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from foundation.accounts.models import Shop
from foundation.audit.services import record
from foundation.lifecycle.locks import lock

from ..carriers import kuaidi100
from ..models import ShopHook, Watch
from ..models.carriers import new_salt


def hook_of(shop: Shop) -> ShopHook:
    """The shop's callback; made when it is first asked for."""
    return ShopHook.objects.get_or_create(shop=shop)[0]


@transaction.atomic
def renew(shop: Shop, *, by: Any, now: datetime) -> ShopHook:
    """Give the shop another salt: pushes signed with the old one are refused from now on (rules §4).

    Parcels on their way are subscribed again with the next question, which is due now.
    """
    hook_of(shop)
    hook = lock(ShopHook.objects.filter(pk=shop.pk))[0]
    hook.salt, hook.renewed_at = new_salt(), now
    hook.save(update_fields=["salt", "renewed_at"])
    watched = Watch.objects.filter(parcel__shop=shop, adapter=kuaidi100.SOURCE, next_at__isnull=False)
    watched.update(subscribed_at=None, next_at=now)
    record("logistics.hook_renewed", shop, by=by, now=now)
    return hook


def address(shop: Shop, page: str = "hooks:scans") -> str:
    """Where carriers send what they have to say. Made from settings, never from what a request claims its host is (S42)."""
    path = reverse(page, kwargs={"code": shop.code})
    if settings.PRODUCTION:
        return f"https://{settings.ALLOWED_HOSTS[0].lstrip('.')}{path}"
    return f"http://127.0.0.1:{settings.PORT}{path}"


def public_address(shop: Shop, page: str = "hooks:scans") -> str:
    """The same, or "" where no carrier could reach it: a demo answers its own machine only."""
    return address(shop, page) if settings.PRODUCTION else ""
