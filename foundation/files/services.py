"""Verbs of files: store a picture, a document or a rendered sheet; open a sealed original; sweep what nobody owns."""

import hashlib
import unicodedata
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.audit import services as audit
from foundation.lifecycle import deadlines
from foundation.lifecycle.errors import Invalid

from . import images, storage
from .models import Purpose, StoredFile, UploadPolicy

ORPHAN_AGE = timedelta(hours=24)
UPLOADED = (Purpose.EVIDENCE, Purpose.ATTACHMENT, Purpose.DEPOSIT, Purpose.IMPORT)
NAME_LENGTH = 120


def store_image(
    upload: Any,
    *,
    shop: Shop,
    by: Any,
    now: datetime,
    order_id: int | None = None,
    purpose: str = Purpose.EVIDENCE,
) -> StoredFile:
    """Clean an uploaded picture and store it: sealed original, clean copy, thumbnail (rules §6.11).

    Refused (nothing left behind) with Invalid for a file the image policy refuses or when the shop's bytes for this
    Shanghai day are used up, with Blocked when the disk is full or the decoder busy. Sizes in bytes and pixels.
    """
    _check_day(shop, upload, now)
    picture = images.clean(upload, name=getattr(upload, "name", ""))
    uid = uuid.uuid4()
    with storage.batch() as files:
        return _saved(
            uuid=uid,
            shop=shop,
            order_id=order_id,
            purpose=purpose,
            name=display_name(getattr(upload, "name", "")),
            mime=picture.mime_of_original,
            size=picture.size,
            sha256=picture.sha256,
            width=picture.width,
            height=picture.height,
            taken_at=picture.taken_at,
            original_path=files.write(storage.relative_path(storage.ORIGINALS, shop.pk, uid), storage.blocks_of(upload)),
            clean_path=files.write(storage.relative_path(storage.CLEAN, shop.pk, uid), [picture.jpeg]),
            thumb_path=files.write(storage.relative_path(storage.THUMBS, shop.pk, uid), [picture.thumb]),
            uploaded_by=by,
            created_at=now,
        )


def store_document(
    source: bytes | IO[bytes],
    name: str,
    mime: str,
    *,
    shop: Shop,
    by: Any,
    now: datetime,
    purpose: str,
    order_id: int | None = None,
    expires_at: datetime | None = None,
) -> StoredFile:
    """Store a table or another document as it is; it is only ever served as an attachment.

    Uploads (purpose import) count against the shop's bytes of the day; refused like `store_image`.
    """
    if purpose in UPLOADED:
        _check_day(shop, source, now)
    uid = uuid.uuid4()
    digest, size = _digest(source)
    with storage.batch() as files:
        return _saved(
            uuid=uid,
            shop=shop,
            order_id=order_id,
            purpose=purpose,
            name=display_name(name),
            mime=mime[:100],
            size=size,
            sha256=digest,
            original_path=files.write(storage.relative_path(storage.ORIGINALS, shop.pk, uid), storage.blocks_of(source)),
            uploaded_by=by,
            created_at=now,
            expires_at=expires_at,
        )


def store_rendered(
    jpeg: bytes, *, width: int, height: int, name: str, shop: Shop, by: Any, now: datetime, order_id: int | None = None
) -> StoredFile:
    """Store a JPEG we drew ourselves (an evidence sheet); `sha256` is that of the very bytes that go out."""
    uid = uuid.uuid4()
    with storage.batch() as files:
        return _saved(
            uuid=uid,
            shop=shop,
            order_id=order_id,
            purpose=Purpose.SHEET,
            name=display_name(name),
            mime="image/jpeg",
            size=len(jpeg),
            sha256=hashlib.sha256(jpeg).hexdigest(),
            width=width,
            height=height,
            clean_path=files.write(storage.relative_path(storage.CLEAN, shop.pk, uid), [jpeg]),
            uploaded_by=by,
            created_at=now,
        )


def discard(stored: StoredFile) -> None:
    """Take back what was stored a moment ago and nothing names yet: the verb it was stored for was refused."""
    paths = _paths(stored)
    stored.delete()
    _unlink(paths)


def mark_removed(stored: Iterable[StoredFile], *, why: str, now: datetime) -> int:
    """Give up the bytes of these files for good; rows, names and hashes stay. Returns how many were there until now.

    In the caller's transaction, set-wise: the rows are marked first, the bytes go after the commit, and what a crash
    leaves on disk the sweeper takes, because a marked row names nothing. Marking twice changes nothing.
    """
    kept = {one.pk: one for one in stored if one.removed_at is None}
    marked = StoredFile.objects.filter(pk__in=kept, removed_at=None).update(removed_at=now, removed_why=why)
    paths = [path for one in kept.values() for path in _paths(one)]
    transaction.on_commit(partial(_unlink, paths), robust=True)
    return marked


class Removed(FileNotFoundError):
    """The bytes were given up; `str()` is a sentence that says when and why."""


def must_be_kept(stored: StoredFile) -> None:
    """Raise Removed, with its sentence, for a file whose bytes were given up."""
    if stored.removed_at is not None:
        raise Removed(stored.why_gone)


def open_original(stored: StoredFile, *, by: Any, now: datetime) -> IO[bytes]:
    """Open a sealed original for a reviewer; each opening is recorded first.

    Raises FileNotFoundError if it is gone, Removed (one of those) if its bytes were given up.
    """
    must_be_kept(stored)
    handle = storage.path_of(stored.original_path).open("rb")
    try:
        with transaction.atomic():
            audit.record("files.original_opened", stored, by=by, now=now, data={"name": stored.name})
    except BaseException:
        handle.close()
        raise
    return handle


def original_paths(stored: Iterable[StoredFile], *, by: Any, now: datetime) -> dict[int, Path]:
    """Where the sealed originals lie (file pk → path), for a reviewer's pack; each is recorded as opened, in one go.

    Files whose original was given up, or that never had one, are left out.
    """
    there = [one for one in stored if one.original_path and one.removed_at is None]
    with transaction.atomic():
        audit.record_many("files.original_opened", [audit.Line(one, data={"name": one.name}) for one in there], by=by, now=now)
    return {one.pk: storage.path_of(one.original_path) for one in there}


def open_clean(stored: StoredFile, *, thumb: bool = False) -> IO[bytes]:
    """The clean copy (or its thumbnail, where there is one); FileNotFoundError if it is gone, Removed if given up."""
    must_be_kept(stored)
    relative = stored.thumb_path if thumb and stored.thumb_path else stored.clean_path
    return storage.path_of(relative).open("rb")


def open_document(stored: StoredFile) -> IO[bytes]:
    """A stored document for reading by its own app or as an attachment."""
    if stored.is_picture:
        raise FileNotFoundError("a picture's original is sealed")
    must_be_kept(stored)
    return storage.path_of(stored.original_path).open("rb")


def sweep_orphans(now: datetime) -> dict[str, int]:
    """Remove files older than a day that no row names: uploads whose transaction was rolled back, killed writes,
    and what a crash left of removed ones.

    Safe to run twice and beside uploads: a file gets its row within seconds, and rows are never removed.
    """
    swept = kept = 0
    candidates = storage.older_than(now - ORPHAN_AGE)
    while block := list(islice(candidates, 500)):
        known = _known({name for _path, name in block})
        for path, name in block:
            if name in known:
                kept += 1
            else:
                path.unlink(missing_ok=True)
                swept += 1
    return {"swept": swept, "kept": kept}


def limits(now: datetime) -> UploadPolicy:
    """The upload quota in force."""
    return UploadPolicy.objects.in_force(now)


def display_name(name: str) -> str:
    """A file's name as it may be shown: no folders, no control or direction characters, at most 120 characters."""
    last = str(name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in last if not unicodedata.category(c).startswith("C"))
    return " ".join(visible.split())[:NAME_LENGTH] or "file"


def _saved(**fields: Any) -> StoredFile:
    with transaction.atomic():
        return StoredFile.objects.create(**fields)


def _check_day(shop: Shop, upload: Any, now: datetime) -> None:
    start, end = deadlines.day_range(deadlines.shanghai_day(now))
    today = StoredFile.objects.filter(shop=shop, created_at__gte=start, created_at__lt=end, purpose__in=UPLOADED)
    limit = limits(now).shop_day_bytes
    if (today.aggregate(total=Sum("size"))["total"] or 0) + _size(upload) > limit:
        raise Invalid(
            _("The shop has used up its %(limit)d MB of uploads for today; it starts anew at midnight (Shanghai).")
            % {"limit": limit // 1_000_000},
            field="files",
            code="quota",
        )


def _size(source: Any) -> int:
    if isinstance(source, bytes):
        return len(source)
    size = getattr(source, "size", None)
    return int(size) if size is not None else source.seek(0, 2)


def _digest(source: Any) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for block in storage.blocks_of(source):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def _known(names: Iterable[str]) -> set[str]:
    uids = []
    for name in names:
        try:
            uids.append(uuid.UUID(name))
        except ValueError:
            continue
    kept = StoredFile.objects.filter(uuid__in=uids, removed_at=None)
    return {str(uid) for uid in kept.values_list("uuid", flat=True)}


def _paths(stored: StoredFile) -> list[str]:
    return [path for path in (stored.original_path, stored.clean_path, stored.thumb_path) if path]


def _unlink(paths: Iterable[str]) -> None:
    for path in paths:
        storage.path_of(path).unlink(missing_ok=True)


def clean_path(stored: StoredFile) -> Path:
    """Where the clean copy lies, for the composer; FileNotFoundError if it is gone, Removed if given up."""
    must_be_kept(stored)
    path = storage.path_of(stored.clean_path)
    if not path.is_file():
        raise FileNotFoundError(stored.clean_path)
    return path
