"""Products, SKUs, and the row per shop and day."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.files.models import StoredFile


class ProductQuerySet(models.QuerySet["Product"]):
    def for_shop(self, shop: Shop) -> "ProductQuerySet":
        return self.filter(shop=shop)

    def listed(self) -> "ProductQuerySet":
        return self.filter(listed=True)


class Product(models.Model):
    """One thing a shop sells, under the code the shop gave it (rules §3).

    Verb: delist (by the platform, until a day or for good). Invariants: the code is unique in its shop; what is listed
    bears no delisting. `delisted_until` None on a delisted product means: until somebody lists it again.
    """

    shop = models.ForeignKey(
        Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="products", db_index=False
    )
    code = models.CharField(_("product code"), max_length=64)
    title = models.CharField(_("title"), max_length=255)
    picture = models.ForeignKey(
        StoredFile, verbose_name=_("picture"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    listed = models.BooleanField(_("listed"), default=True)
    delisted_at = models.DateTimeField(_("delisted"), null=True, blank=True)
    delisted_by_platform = models.BooleanField(_("by the platform"), default=False)
    delisted_until = models.DateTimeField(_("delisted until"), null=True, blank=True)
    delist_reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"))

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(fields=["shop", "code"], name="catalog_product_code_per_shop"),
            models.CheckConstraint(
                condition=Q(listed=False, delisted_at__isnull=False)
                | Q(listed=True, delisted_at__isnull=True, delisted_by_platform=False, delisted_until__isnull=True),
                name="catalog_product_listed_or_delisted",
            ),
        ]
        indexes = [models.Index(fields=["shop", "listed"], name="catalog_product_listed")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and "update_fields" not in kwargs:
            raise TypeError("Name the fields to save.")
        super().save(*args, **kwargs)

    def is_delisted(self, now: datetime) -> bool:
        """Whether it is off the shelf at `now`; a delisting whose day has come no longer holds."""
        return not self.listed and (self.delisted_until is None or now < self.delisted_until)


class Sku(models.Model):
    """One variant of a product: what is ordered, priced (fen) and counted. Its code is unique in the product."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="skus", db_index=False)
    code = models.CharField(_("SKU code"), max_length=64)
    name = models.CharField(_("SKU"), max_length=255, blank=True)
    price_minor = models.BigIntegerField(_("price"), default=0)
    stock = models.IntegerField(_("stock"), default=0)

    class Meta:
        verbose_name = _("SKU")
        verbose_name_plural = _("SKUs")
        constraints = [
            models.UniqueConstraint(fields=["product", "code"], name="catalog_sku_code_per_product"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="catalog_sku_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name or self.code


class ListingDay(models.Model):
    """How many products a shop had listed on a Shanghai day, at the fullest look of that day.

    `listed_count` 0 is the day that breaks "listed 30 days in a row" (rules §7).
    """

    shop = models.ForeignKey(
        Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="listing_days", db_index=False
    )
    day = models.DateField(_("day"))
    listed_count = models.PositiveIntegerField(_("listed products"))

    class Meta:
        verbose_name = _("listing day")
        verbose_name_plural = _("listing days")
        constraints = [models.UniqueConstraint(fields=["shop", "day"], name="catalog_listing_day_one")]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.day}"
