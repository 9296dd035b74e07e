"""The evidence library 凭证库 of an order: pictures once uploaded for it, what is said of them, used in any of its cases
(rules §6.13). Order row locked first; refused with Forbidden for somebody who may not answer for the shop.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.access import roles_that_may
from foundation.accounts.models import Membership
from foundation.audit.services import record
from foundation.files import services as files
from foundation.files.models import PICTURES, Purpose, StoredFile
from foundation.lifecycle.errors import Blocked, DomainError, Forbidden, Invalid
from orders.models import Order
from orders.services import lock_orders

from ..models import LibraryItem, Voucher
from ..models.evidence import CAPTION_LENGTH
from ..slots import SLOTS

PERMISSION = "workorders.answer"


def pictures_of(order_id: int, shop_id: int) -> "QuerySet[StoredFile]":
    """Pictures of the order that can still be used: evidence and what hangs on contact records; newest first."""
    kept = StoredFile.objects.filter(shop_id=shop_id, order_id=order_id, purpose__in=PICTURES, removed_at=None)
    return kept.order_by("-pk")


def add_to_library(
    order_pk: int, upload: Any, *, caption: str = "", kinds: Iterable[str] = (), by: Any, now: datetime
) -> StoredFile:
    """Store one uploaded picture for the order, whether or not a case is open (rules §6.13).

    The same picture twice is the same one. Also refused, nothing left behind: Invalid by the image policy, the shop's
    bytes of the day, the pictures an order's library takes, a caption over 60 characters or an unknown voucher;
    Blocked when the disk is full.
    """
    order = Order.objects.select_related("shop").get(pk=order_pk)
    must_be_staff(order.shop_id, by)
    words = {"caption": one_line(caption), "kinds": known_kinds(kinds)}
    _check_room(order, now)
    stored = files.store_image(upload, shop=order.shop, by=by, now=now, order_id=order.pk)
    try:
        kept = _kept(order, stored, words, by, now)
    except DomainError:
        files.discard(stored)
        raise
    if kept.pk != stored.pk:
        files.discard(stored)
    return kept


@transaction.atomic
def describe(file_pk: int, *, caption: str, kinds: Iterable[str], by: Any, now: datetime) -> LibraryItem:
    """Say what a picture shows: caption (at most 60 characters) and vouchers. Uses that exist keep their own words.

    Invalid for an unknown voucher or too long a caption; Blocked once the keeping rule removed the picture, and for a
    file that is no picture of an order.
    """
    stored = StoredFile.objects.get(pk=file_pk)
    must_be_staff(stored.shop_id, by)
    words = {"caption": one_line(caption), "kinds": known_kinds(kinds)}
    if stored.order_id is None or stored.purpose not in PICTURES:
        raise Blocked(_("Only pictures of an order can be described."))
    [order] = lock_orders([stored.order_id])
    must_be_there(stored)
    item = LibraryItem.objects.filter(file=stored).first()
    if item is not None and (item.caption, item.kinds) == (words["caption"], words["kinds"]):
        return item
    item = _say(stored, words, by, now)
    record("workorders.library_described", order, by=by, now=now, data={"file": mark(stored)})
    return item


def words_of(stored: StoredFile) -> tuple[str, list[str]]:
    """(caption, kinds) a new use of the picture starts with."""
    item = LibraryItem.objects.filter(file=stored).first()
    return (item.caption, item.kinds) if item else ("", [])


def follow(voucher: Voucher, before: tuple[str, list[str]], *, by: Any, now: datetime) -> None:
    """A change on the desk is taken over by the library while the two said the same (`before`): the words travel on
    with the picture, unless somebody described it otherwise in the library. Under the order's lock.
    """
    caption, kinds = words_of(voucher.file)
    words = {
        "caption": voucher.caption if caption == before[0] else caption,
        "kinds": voucher.slots if kinds == before[1] else kinds,
    }
    if (words["caption"], words["kinds"]) != (caption, kinds):
        _say(voucher.file, words, by, now)


def same_in_library(stored: StoredFile) -> StoredFile | None:
    """The picture of the same order that is the same byte for byte, the first one uploaded, if it is still there."""
    same = pictures_of(stored.order_id or 0, stored.shop_id).filter(sha256=stored.sha256)
    return same.exclude(pk=stored.pk).order_by("pk").first()


def must_be_staff(shop_id: int, by: Any) -> None:
    """Forbidden unless `by` may answer for the shop now; None is the system itself."""
    if by is None:
        return
    membership = Membership.objects.filter(shop_id=shop_id, user=by, ended_at=None).first()
    if membership is None or not membership.can(PERMISSION):
        roles = ", ".join(roles_that_may(PERMISSION))
        raise Forbidden(_("Your role can't do this. Ask one of: %(roles)s.") % {"roles": roles}, code=PERMISSION)


def must_be_there(stored: StoredFile) -> None:
    """Blocked, with the day, once the keeping rule took the picture's bytes; reads the row anew."""
    stored.refresh_from_db(fields=["removed_at", "removed_why"])
    if stored.removed_at is not None:
        raise Blocked(
            _("“%(name)s” can't be used. %(why)s") % {"name": stored.name, "why": stored.why_gone},
            code="removed",
        )


def known_kinds(kinds: Iterable[str]) -> list[str]:
    """Codes of vouchers in the house's order; Invalid for one the house does not know."""
    wanted = set(kinds)
    if wanted - set(SLOTS):
        raise Invalid(_("There is no such voucher."), field="slots")
    return [code for code in SLOTS if code in wanted]


def one_line(caption: str) -> str:
    """A caption as one line without control characters; Invalid over 60 characters."""
    visible = "".join(" " if unicodedata.category(c).startswith("C") else c for c in caption)
    line = " ".join(visible.split())
    if len(line) > CAPTION_LENGTH:
        raise Invalid(_("A caption has at most %(most)d characters.") % {"most": CAPTION_LENGTH}, field="caption")
    return line


def mark(stored: StoredFile) -> str:
    """How the record names a picture: by its original's hash, never by a file name somebody typed a phone into."""
    return stored.sha256[:12]


@transaction.atomic
def _kept(order: Order, stored: StoredFile, words: dict[str, Any], by: Any, now: datetime) -> StoredFile:
    """Under the lock: the stored picture, or the one of the order that is the same."""
    lock_orders([order.pk])
    same = same_in_library(stored)
    if same is not None:
        return same
    _check_room(order, now, beside=stored.pk)
    _say(stored, words, by, now)
    record("workorders.library_added", order, by=by, now=now, data={"file": mark(stored)})
    return stored


def _say(stored: StoredFile, words: dict[str, Any], by: Any, now: datetime) -> LibraryItem:
    said = {**words, "order_id": stored.order_id, "edited_by": by, "edited_at": now}
    return LibraryItem.objects.update_or_create(file=stored, defaults=said)[0]


def _check_room(order: Order, now: datetime, beside: int | None = None) -> None:
    most = files.limits(now).files_per_order
    there = pictures_of(order.pk, order.shop_id).filter(purpose=Purpose.EVIDENCE).exclude(pk=beside or 0)
    if there.count() >= most:
        raise Invalid(
            _("The library of an order takes at most %(most)d pictures.") % {"most": most}, field="files", code="room"
        )
