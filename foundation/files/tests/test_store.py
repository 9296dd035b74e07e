"""Stored files: sealed and private, all or nothing, within the shop's quota, swept when nobody owns them."""

import errno
import hashlib
import os
import stat
from datetime import timedelta

import pytest
from django.db import transaction

from foundation.files import services, storage
from foundation.files.models import StoredFile, UploadPolicy
from foundation.files.tests import pictures
from foundation.lifecycle.errors import Blocked, Invalid


def files_on_disk():
    return sorted(path for path in storage.root().rglob("*") if path.is_file())


@pytest.fixture
def stored(shop, owner, now):
    return services.store_image(pictures.upload(pictures.with_exif()), shop=shop, by=owner, now=now, order_id=7)


def test_the_original_is_sealed_byte_for_byte(stored):
    data = pictures.with_exif()
    path = storage.path_of(stored.original_path)
    assert path.read_bytes() == data
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert stored.size == len(data)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_folders_and_files_are_this_users_only(stored):
    for path in storage.root().rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077


def test_the_row_describes_the_clean_copy(stored):
    assert (stored.width, stored.height) == (480, 640)
    assert stored.mime == "image/jpeg"
    assert b"SECRETCAMERA" not in services.open_clean(stored).read()
    assert len(files_on_disk()) == 3


@pytest.mark.parametrize(("given", "shown"), [
    ("../../etc/passwd", "passwd"),
    ("C:\\photos\\slip.jpg", "slip.jpg"),
    ("a\x00b\u202egpj.exe\n.jpg", "abgpj.exe.jpg"),
    ("", "file"),
    ("长" * 300, "长" * 120),
])
def test_names_are_shown_without_tricks(given, shown):
    assert services.display_name(given) == shown


def test_a_refused_picture_leaves_nothing(shop, owner, now):
    with pytest.raises(Invalid):
        services.store_image(pictures.upload(b"GIF89a"), shop=shop, by=owner, now=now)
    assert not StoredFile.objects.exists()
    assert not files_on_disk()


def test_a_full_disk_is_a_sentence_and_leaves_no_row(shop, owner, now, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Blocked, match="room"):
        services.store_image(pictures.upload(pictures.jpeg()), shop=shop, by=owner, now=now)
    assert not StoredFile.objects.exists()
    assert not files_on_disk()


def test_a_row_that_can_not_be_saved_leaves_no_file(shop, owner, now, monkeypatch):
    def refuse(**fields):
        raise RuntimeError

    monkeypatch.setattr(services, "_saved", refuse)
    with pytest.raises(RuntimeError):
        services.store_image(pictures.upload(pictures.jpeg()), shop=shop, by=owner, now=now)
    assert not files_on_disk()


def test_the_shops_bytes_of_a_day_are_limited(shop, owner, now):
    UploadPolicy.objects.create(
        effective_from=now, name_zh="小", name_en="small", files_per_case=5, files_per_upload=5, shop_day_bytes=1_000_000
    )
    services.store_document(b"x" * 990_000, "a.csv", "text/csv", shop=shop, by=owner, now=now, purpose="import")
    with pytest.raises(Invalid, match="for today"):
        services.store_image(pictures.upload(pictures.jpeg()), shop=shop, by=owner, now=now)
    tomorrow = now + timedelta(days=1)
    assert services.store_image(pictures.upload(pictures.jpeg()), shop=shop, by=owner, now=tomorrow).pk


def test_documents_are_kept_as_they_are(shop, owner, now):
    table = services.store_document(b"a,b\n1,2\n", "rows.csv", "text/csv", shop=shop, by=owner, now=now, purpose="export")
    assert services.open_document(table).read() == b"a,b\n1,2\n"
    assert not table.is_picture


def test_a_pictures_original_is_no_document(stored):
    with pytest.raises(FileNotFoundError):
        services.open_document(stored)


def test_paths_never_leave_the_private_folders(stored):
    for path in ("../settings.py", "/etc/passwd", "", "clean/../../x"):
        with pytest.raises(FileNotFoundError):
            storage.path_of(path)


def test_the_sweeper_takes_only_what_no_row_names(stored, now):
    orphan = storage.root() / "clean" / "1" / "ab" / "6a1f9e7e-98dd-4b6e-8e5d-6f0e9f7a1b2c.jpg"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"x")
    rest = orphan.with_name("half.part")
    rest.write_bytes(b"x")
    assert services.sweep_orphans(now) == {"swept": 0, "kept": 0}
    later = now + timedelta(hours=25)
    assert services.sweep_orphans(later) == {"swept": 2, "kept": 3}
    assert services.sweep_orphans(later) == {"swept": 0, "kept": 3}
    assert len(files_on_disk()) == 3


def test_what_a_rolled_back_transaction_stored_is_swept(shop, owner, now):
    with pytest.raises(RuntimeError), transaction.atomic():
        services.store_image(pictures.upload(pictures.jpeg()), shop=shop, by=owner, now=now)
        raise RuntimeError
    assert services.sweep_orphans(now + timedelta(hours=25))["swept"] == 3


def test_giving_up_marks_first_and_deletes_after_the_commit(stored, now, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert services.mark_removed([stored], why="expired", now=now) == 1
        assert len(files_on_disk()) == 3, "nothing goes before the commit"
    assert not files_on_disk()
    stored.refresh_from_db()
    assert (stored.removed_at, stored.removed_why) == (now, "expired") and stored.sha256
    assert services.mark_removed([stored], why="keeping", now=now + timedelta(days=1)) == 0
    assert StoredFile.objects.get(pk=stored.pk).removed_at == now


def test_a_rollback_gives_nothing_up(stored, now):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.mark_removed([stored], why="keeping", now=now)
        raise ZeroDivisionError
    assert len(files_on_disk()) == 3 and StoredFile.objects.get(pk=stored.pk).removed_at is None
