"""What people arranged for themselves on lists."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.jobs.models import Job


class Kind(models.TextChoices):
    LAYOUT = "layout", _("Arrangement")  # a person's columns and page size of one list, in every shop
    PRIVATE = "private", _("Only mine")  # a view of one shop's list, its owner's
    SHARED = "shared", _("For everybody in the shop")  # the same, for all members


class SavedView(models.Model):
    """What a person keeps of a list: an arrangement (across shops) or a named view of one shop's list.

    An arrangement holds columns, page size, density and, per shop, which view the list begins with. A view holds a
    query string (cleaned, without cursors) and its own columns, if any. Verbs: `arrangements`. Invariants (database):
    one arrangement per person and list; a person's views of a list have names of their own; a view has a shop and a name, an arrangement neither.
    """

    uuid = models.UUIDField(_("public key"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="+", db_index=False
    )
    shop = models.ForeignKey(
        Shop, verbose_name=_("shop"), null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    list_key = models.CharField(_("list"), max_length=40)
    kind = models.CharField(_("for whom"), max_length=8, choices=Kind)
    name = models.CharField(_("name of the view"), max_length=60, blank=True)
    query = models.CharField(_("filters"), max_length=2000, blank=True)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    pinned = models.BooleanField(_("pinned"), default=False)
    size = models.PositiveSmallIntegerField(_("rows a page"), default=0)
    roomy = models.BooleanField(_("roomy rows"), default=False)
    begins_with = models.JSONField(_("begins with"), default=dict, blank=True)  # shop pk → uuid of a view
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_key"], condition=Q(kind=Kind.LAYOUT), name="lists_one_arrangement_each"
            ),
            models.UniqueConstraint(
                fields=["owner", "shop", "list_key", "name"], condition=~Q(kind=Kind.LAYOUT), name="lists_view_name_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.LAYOUT, shop=None) | (~Q(kind=Kind.LAYOUT) & Q(shop__isnull=False) & ~Q(name="")),
                name="lists_view_has_shop_and_name",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "list_key"], name="lists_of_person"),
            models.Index(fields=["shop", "list_key", "kind"], name="lists_of_shop"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.list_key}: {self.get_kind_display()}"


class Batch(models.Model):
    """One verb done to many rows of a list: what a job of kind "lists.batch" carries out (rules §0).

    `pks` are the rows in the list's order, those left out beforehand taken away; `said` is what the person chose, as
    JSON. The job counts and stands still; `Refusal` rows say what it left alone. Verbs: `batches`.
    """

    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="batch")
    list_key = models.CharField(_("list"), max_length=40)
    verb = models.CharField(max_length=40)
    said = models.JSONField(default=dict, blank=True)
    pks = models.JSONField(default=list)
    back = models.CharField(max_length=2000, blank=True)  # the list page it was started from

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")

    def __str__(self) -> str:
        return f"{self.list_key}: {self.verb}"


class Refusal(models.Model):
    """A row a batch left alone, and why, as a sentence; `name` is the row's public number."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="refusals", db_index=False)
    row_id = models.BigIntegerField()
    name = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row_id"], name="lists_one_refusal_a_row")]

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"
