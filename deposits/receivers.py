"""A deposit that moved, for whatever reason, may begin or end being short (rules §7.1)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from foundation.ledger.signals import deposit_moved

from .services.accounts import mind_short


@receiver(deposit_moved, dispatch_uid="deposits.deposit_moved")
def look_whether_short(shop_ids: Iterable[int], by: Any, now: datetime, **_unknown: Any) -> None:
    mind_short(shop_ids, by=by, now=now)
