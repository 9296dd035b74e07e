"""The evidence desk: pictures laid on it, ticked for slots, turned, ordered, and composed to one sheet (rules §6).

Every verb is refused with IllegalMove unless the case is open, with DeadlinePassed after its deadline, with Forbidden
for somebody who may not answer for the shop. Pictures are decoded and sheets drawn outside transactions: a seller
seconds before the deadline must not wait for somebody else's photograph.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.files import services as files
from foundation.files.models import PICTURES, StoredFile
from foundation.lifecycle.errors import Blocked, DomainError, Invalid, Stale

from .. import composer
from ..models import Sheet, Voucher, WorkOrder
from ..slots import SLOTS
from .assigning import note_work
from .cases import lock_case, must_take_answer
from .library import (
    follow,
    known_kinds,
    mark,
    must_be_staff,
    must_be_there,
    one_line,
    pictures_of,
    same_in_library,
    words_of,
)

ROTATIONS = (0, 90, 180, 270)


def vouchers_of(work_order: WorkOrder) -> "QuerySet[Voucher]":
    """What lies on the desk in the present window, in order, with its files."""
    return Voucher.objects.on_desk(work_order).select_related("file")


def missing_slots(work_order: WorkOrder) -> list[str]:
    """Codes of the asked slots no picture is ticked for yet, in the order asked."""
    ticked = {code for slots in vouchers_of(work_order).values_list("slots", flat=True) for code in slots}
    return [code for code in work_order.asked_slots if code not in ticked]


def library(work_order: WorkOrder) -> "QuerySet[StoredFile]":
    """What of the order's evidence library 凭证库 can be laid on this desk and doesn't lie there."""
    there = vouchers_of(work_order).values("file_id")
    return pictures_of(work_order.order_id, work_order.shop_id).exclude(pk__in=there)


def add_voucher(
    work_order_pk: int, upload: Any, *, by: Any, now: datetime, slots: Iterable[str] = ()
) -> Voucher:
    """Clean, seal and lay one uploaded picture on the desk, ticked for `slots`.

    `now` is when the whole upload had arrived: that moment is compared with the deadline. The same picture twice is
    the same voucher, so a repeated upload changes nothing; one that waits in the library is that one. Also refused: Invalid by the image policy, the shop's bytes
    of the day or the number of pictures per case; Blocked when the disk is full. A refused picture leaves nothing.
    """
    case = WorkOrder.objects.select_related("shop").get(pk=work_order_pk)
    _must_be_writable(case, by, now)
    _check_room(case, now)
    stored = files.store_image(upload, shop=case.shop, by=by, now=now, order_id=case.order_id)
    try:
        voucher = _lay(work_order_pk, same_in_library(stored) or stored, slots, by, now)
    except DomainError:
        files.discard(stored)
        raise
    if voucher.file_id != stored.pk:
        files.discard(stored)
    return voucher


def reuse_file(work_order_pk: int, stored: StoredFile, *, by: Any, now: datetime, slots: Iterable[str] = ()) -> Voucher:
    """Lay one picture of the order's library on the desk; see `reuse_files`."""
    return reuse_files(work_order_pk, [stored], by=by, now=now, slots=slots)[0]


@transaction.atomic
def reuse_files(
    work_order_pk: int, chosen: Sequence[StoredFile], *, by: Any, now: datetime, slots: Iterable[str] = ()
) -> list[Voucher]:
    """Lay pictures of the order's library on the desk, all or none; each starts with what the library says of it.

    Invalid for another order's or shop's file, for nothing chosen, and for more than the desk takes; Blocked for a
    picture the keeping rule removed.
    """
    case = _locked_case(work_order_pk, by, now)
    if not chosen:
        raise Invalid(_("Choose at least one picture."), field="files")
    for stored in chosen:
        if (stored.shop_id, stored.order_id) != (case.shop_id, case.order_id) or stored.purpose not in PICTURES:
            raise Invalid(_("This picture was uploaded for another order."), field="file")
    return [_lay(work_order_pk, stored, slots, by, now) for stored in chosen]


@transaction.atomic
def update_voucher(
    pk: int,
    *,
    slots: Iterable[str] | None = None,
    rotation: int | None = None,
    caption: str | None = None,
    by: Any,
    now: datetime,
) -> Voucher:
    """Tick slots, turn (clockwise degrees on top of the clean copy), caption; None leaves as it is.

    Invalid for a slot the house does not know, a turn that is no quarter, a caption over 60 characters.
    """
    voucher = _locked(pk, by, now)
    before = (voucher.caption, voucher.slots)
    if slots is not None:
        voucher.slots = known_kinds(slots)
    if rotation is not None:
        voucher.rotation = _quarter(rotation)
    if caption is not None:
        voucher.caption = one_line(caption)
    voucher.save(update_fields=["slots", "rotation", "caption"])
    follow(voucher, before, by=by, now=now)
    return voucher


@transaction.atomic
def remove_voucher(pk: int, *, by: Any, now: datetime) -> Voucher:
    """Take a picture off the desk; it stays in the order's library and can be laid there again."""
    voucher = _locked(pk, by, now)
    voucher.removed_at = now
    voucher.save(update_fields=["removed_at"])
    case = voucher.work_order
    record("workorders.voucher_removed", case, by=by, now=now, data={"number": case.number, "file": mark(voucher.file)})
    return voucher


@transaction.atomic
def move_voucher(pk: int, *, direction: str, by: Any, now: datetime) -> Voucher:
    """One place "earlier" or "later"; at the end of the row nothing changes."""
    voucher = _locked(pk, by, now)
    row = list(Voucher.objects.on_desk(voucher.work_order))
    place = next(index for index, one in enumerate(row) if one.pk == pk)
    target = place + {"earlier": -1, "later": 1}.get(direction, 0)
    if 0 <= target < len(row):
        row[place], row[target] = row[target], row[place]
        _number(row)
    return voucher


@transaction.atomic
def order_vouchers(work_order_pk: int, uuids: Sequence[str], *, by: Any, now: datetime) -> None:
    """Put the desk in the order of `uuids`; Stale unless they are exactly the pictures that lie there now."""
    case = _locked_case(work_order_pk, by, now)
    row = {str(voucher.uuid): voucher for voucher in Voucher.objects.on_desk(case)}
    if sorted(uuids) != sorted(row):
        raise Stale(_("The pictures on the desk changed meanwhile. Here they are as they lie now."), code="desk")
    _number([row[uuid] for uuid in uuids])


def inputs_hash(work_order: WorkOrder) -> str:
    """Names exactly what the sheet would be made of: files, order, turns, slots, captions, numbers and limits."""
    limits = limits_of(work_order)
    inputs = {
        "composer": composer.VERSION,
        "order": work_order.order.number,
        "work_order": work_order.number,
        "window": work_order.window_no,
        "limits": [limits.max_bytes, limits.max_width, limits.voucher_min_px],
        "vouchers": [
            [str(voucher.file.uuid), voucher.file.sha256, voucher.rotation, voucher.slots, voucher.caption]
            for voucher in vouchers_of(work_order)
        ],
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def compose_sheet(work_order_pk: int, *, by: Any, now: datetime) -> Sheet:
    """The sheet of what lies on the desk now; composed once per inputs, the same row afterwards (rules §6).

    Also refused: Blocked for an empty desk, when composing is busy, a picture is gone, or the pictures can't be brought
    under the policy's bytes; Stale when the desk changed while the sheet was drawn.
    """
    case = WorkOrder.objects.select_related("order", "shop", "policy").get(pk=work_order_pk)
    _must_be_writable(case, by, now)
    inputs = inputs_hash(case)
    sheet = _sheet_of(case, inputs)
    if sheet is not None:
        return sheet
    vouchers = list(vouchers_of(case))
    heading = composer.Heading(case.order.number, case.number)
    composed = composer.compose([_picture(voucher) for voucher in vouchers], heading, limits_of(case))
    stored = files.store_rendered(
        composed.jpeg, width=composed.width, height=composed.height, name=f"{case.order.number}.jpg",
        shop=case.shop, by=by, now=now, order_id=case.order_id,
    )
    try:
        sheet = _save_sheet(case, inputs, stored, by, now)
    except DomainError:
        files.discard(stored)
        raise
    if sheet.file_id != stored.pk:
        files.discard(stored)
    return sheet


def limits_of(work_order: WorkOrder) -> composer.Limits:
    """The policy's limits of the sheet: bytes, px, px."""
    policy = work_order.policy
    return composer.Limits(policy.sheet_max_bytes, policy.sheet_max_width, policy.voucher_min_px)


@transaction.atomic
def _save_sheet(case: WorkOrder, inputs: str, stored: StoredFile, by: Any, now: datetime) -> Sheet:
    locked = _locked_case(case.pk, by, now)
    if inputs_hash(locked) != inputs:
        raise Stale(_("The pictures on the desk changed meanwhile. Compose the sheet again."), code="sheet")
    return _sheet_of(locked, inputs) or Sheet.objects.create(
        work_order=locked, window_no=locked.window_no, inputs_hash=inputs, file=stored, width=stored.width or 0,
        height=stored.height or 0, size=stored.size, sha256=stored.sha256, created_at=now,
    )


def _sheet_of(case: WorkOrder, inputs: str) -> Sheet | None:
    sheets = Sheet.objects.filter(work_order=case, window_no=case.window_no, inputs_hash=inputs)
    return sheets.select_related("file").first()


def _picture(voucher: Voucher) -> composer.Picture:
    labels = tuple(SLOTS[code].name_zh for code in SLOTS if code in voucher.slots)  # what goes out is Chinese
    try:
        path = files.clean_path(voucher.file)
    except files.Removed as removed:
        raise Blocked(str(removed), code="removed") from None
    except FileNotFoundError:
        raise Stale(
            _("The file of picture “%(name)s” is gone. Remove it and upload it again.") % {"name": voucher.file.name},
            code="missing",
        ) from None
    return composer.Picture(
        path, voucher.file.width or 1, voucher.file.height or 1, voucher.rotation, labels, voucher.caption
    )


@transaction.atomic
def _lay(work_order_pk: int, stored: StoredFile, slots: Iterable[str], by: Any, now: datetime) -> Voucher:
    """Under the lock: the voucher of `stored`, or the one that shows the same picture already."""
    case = _locked_case(work_order_pk, by, now)
    must_be_there(stored)
    wanted = known_kinds(slots)
    same = vouchers_of(case).filter(file__sha256=stored.sha256).first()
    if same is not None:
        same.slots = known_kinds([*same.slots, *wanted])
        same.save(update_fields=["slots"])
        return same
    _check_room(case, now)
    last = Voucher.objects.on_desk(case).aggregate(last=Max("position"))["last"] or 0
    caption, kinds = words_of(stored)
    known = [code for code in kinds if code in case.asked_slots]
    voucher = Voucher.objects.create(
        work_order=case, window_no=case.window_no, file=stored, slots=wanted or known, caption=caption,
        position=last + 1, added_by=by, added_at=now,
    )
    follow(voucher, ("", []), by=by, now=now)
    record("workorders.voucher_added", case, by=by, now=now, data={"number": case.number, "file": mark(voucher.file)})
    return voucher


def _locked(pk: int, by: Any, now: datetime) -> Voucher:
    """One voucher that lies on the desk, under its case's lock; Stale when a colleague took it off meanwhile."""
    case = _locked_case(Voucher.objects.values_list("work_order_id", flat=True).get(pk=pk), by, now)
    voucher = Voucher.objects.on_desk(case).filter(pk=pk).first()
    if voucher is None:
        raise Stale(_("This picture no longer lies on the desk."), code="removed")
    voucher.work_order = case
    return voucher


def _locked_case(pk: int, by: Any, now: datetime) -> WorkOrder:
    case = lock_case(pk)
    _must_be_writable(case, by, now)
    note_work(case, by=by, now=now)
    return case


def _must_be_writable(case: WorkOrder, by: Any, now: datetime) -> None:
    must_take_answer(case, "submit", now)
    must_be_staff(case.shop_id, by)


def _check_room(case: WorkOrder, now: datetime) -> None:
    most = files.limits(now).files_per_case
    if Voucher.objects.on_desk(case).count() >= most:
        raise Invalid(
            _("A work order takes at most %(most)d pictures. Remove one that isn't needed.") % {"most": most},
            field="files", code="room",
        )


def _number(row: Iterable[Voucher]) -> None:
    for position, voucher in enumerate(row, start=1):
        if voucher.position != position:
            voucher.position = position
            voucher.save(update_fields=["position"])


def _quarter(rotation: int) -> int:
    if rotation not in ROTATIONS:
        raise Invalid(_("A picture is turned by quarters."), field="rotation")
    return rotation
