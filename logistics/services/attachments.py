"""Screenshots and chat records put to a parcel, with who did (rules §4 "Records")."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.files.models import Purpose, StoredFile
from foundation.files.services import discard, limits, store_image
from foundation.lifecycle.errors import Invalid

from ..models import Attachment, Parcel
from .shipping import locked

CAPTION_LENGTH = 120


def attach(parcel_pk: int, uploads: Sequence[Any], *, caption: str = "", by: Any, now: datetime) -> list[Attachment]:
    """Put pictures to a parcel; all of them or none.

    Invalid for none, for more in one upload or on one order than the upload rule allows, and for what the image policy
    refuses. Pictures are cleaned, counted against the shop's bytes of the day, and shown to the shop's people.
    """
    parcel = Parcel.objects.select_related("shop").get(pk=parcel_pk)
    _check(parcel, uploads, caption, now)
    stored: list[StoredFile] = []
    try:
        for upload in uploads:
            stored.append(_stored(parcel, upload, by, now))
        return _attached(parcel, stored, caption.strip(), by, now)
    except BaseException:
        for one in stored:
            discard(one)
        raise


def _stored(parcel: Parcel, upload: Any, by: Any, now: datetime) -> StoredFile:
    return store_image(upload, shop=parcel.shop, by=by, now=now, order_id=parcel.order_id, purpose=Purpose.ATTACHMENT)


@transaction.atomic
def _attached(parcel: Parcel, stored: list[StoredFile], caption: str, by: Any, now: datetime) -> list[Attachment]:
    parcel = locked(parcel.pk)
    most = limits(now).files_per_order
    if Attachment.objects.filter(parcel__order=parcel.order_id).count() + len(stored) > most:
        raise Invalid(
            _("An order's parcels take at most %(most)d pictures.") % {"most": most}, field="files", code="room"
        )
    rows = [Attachment(parcel=parcel, file=one, caption=caption, by=by, at=now) for one in stored]
    made = Attachment.objects.bulk_create(rows)
    record("logistics.file_attached", parcel, by=by, now=now, data={"files": len(made), "caption": caption or "—"})
    return made


def _check(parcel: Parcel, uploads: Sequence[Any], caption: str, now: datetime) -> None:
    most = limits(now).files_per_upload
    if not uploads:
        raise Invalid(_("Choose at least one picture."), field="files")
    if len(uploads) > most:
        raise Invalid(_("Send at most %(most)d pictures at once.") % {"most": most}, field="files")
    if len(caption) > CAPTION_LENGTH:
        raise Invalid(_("At most %(count)s characters.") % {"count": CAPTION_LENGTH}, field="caption")
