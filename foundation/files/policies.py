"""How much may be uploaded, as rule rows."""

from datetime import UTC, datetime

from .models import UploadPolicy

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def seed_policies() -> None:
    """Idempotent: adds the first row, never touches an edited rule."""
    if not UploadPolicy.objects.exists():
        UploadPolicy.objects.create(
            effective_from=BEGINNING,
            name_zh="上传额度",
            name_en="Upload quota",
            source_note="ours",
            files_per_case=20,
            files_per_order=100,
            files_per_upload=10,
            shop_day_bytes=1_000_000_000,
        )
