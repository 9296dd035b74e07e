"""What a person does with what they were told."""

from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.lifecycle.locks import lock

from ..models import Notice


def open_notice(pk: int, *, by: Any, now: datetime) -> bool:
    """The person it was told to has seen it; says whether it was unread. Another person's is left alone."""
    return Notice.objects.filter(pk=pk, user=by, read_at=None).update(read_at=now) == 1


def read_all(*, by: Any, shop_id: int | None, now: datetime) -> int:
    """Everything this person was told in this shop up to now is seen; how many were unread."""
    unread = Notice.objects.told(by, shop_id).unread().filter(created_at__lte=now)
    with transaction.atomic():
        lock(unread.only("pk"))  # by pk, as `cancel_about_many` does: an UPDATE alone takes them as it finds them
        return unread.update(read_at=now)
