"""The columns a shop's people told us about, kept for the next file of the same shape."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from foundation.accounts.models import Shop

from . import columns


class OrderMapping(models.Model):
    """Which column means what, in files of one shop whose header has this `signature` (rules §3).

    `columns` is header → target. One row per shop and kind of header; a later answer replaces it.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    signature = models.CharField(max_length=64)
    columns = models.JSONField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "signature"], name="orders_mapping_one_per_header"),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.signature[:8]}"


def keep(shop: Shop, header: Sequence[str], mapping: Mapping[str, str], *, by: Any, now: datetime) -> OrderMapping:
    """Remember what the user said about these columns."""
    kept, _created = OrderMapping.objects.update_or_create(
        shop=shop,
        signature=columns.signature(header),
        defaults={"columns": dict(mapping), "updated_by": by, "updated_at": now},
    )
    return kept


def suggest(shop: Shop, header: Sequence[str]) -> tuple[dict[str, str], bool]:
    """The mapping for this header and whether it is merely recognised: what was said before wins over names."""
    kept = OrderMapping.objects.filter(shop=shop, signature=columns.signature(header)).first()
    if kept and set(kept.columns) <= set(header):
        return dict(kept.columns), False
    return columns.recognise(header), True
