"""Tries at a password, counted before the password is looked at (rules S17).

django-axes looks, lets the password be tried and counts afterwards: of thirty guesses sent at the same moment more than
ten would be tried. Here each try first takes a place in the account's one row; the UPDATE is the lock.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from foundation.lifecycle import clock

from .models import PasswordTries


class CountedBackend:
    """Stands between axes, which refuses who is locked, and Django's, which hashes; refuses the eleventh of a crowd."""

    def authenticate(self, request: HttpRequest | None, username: str = "", **_credentials: Any) -> None:
        if not take(username, clock.now()):
            if request is not None:
                request.axes_locked_out = True  # type: ignore[attr-defined]  # axes answers as for any locked account
            raise PermissionDenied


def take(account: str, now: datetime) -> bool:
    """Whether one more try at `account`, known or not, may be looked at; each one that may is counted.

    The count begins anew when the last counted try is older than the lock lasts; refused tries don't prolong it.
    """
    key = _key(account)
    row = PasswordTries.objects.filter(pk=key)
    PasswordTries.objects.bulk_create([PasswordTries(pk=key, count=0, last_at=now)], ignore_conflicts=True)
    row.filter(last_at__lte=now - settings.AXES_COOLOFF_TIME).update(count=0, last_at=now)
    return row.filter(count__lt=settings.AXES_FAILURE_LIMIT).update(count=F("count") + 1, last_at=now) == 1


def forget(account: str) -> None:
    """The right password came: the account's count begins anew."""
    PasswordTries.objects.filter(pk=_key(account)).delete()


def _key(account: str) -> str:
    """Never the name itself: people type phones there, and passwords by mistake."""
    return salted_hmac("accounts.tries", account, algorithm="sha256").hexdigest()
