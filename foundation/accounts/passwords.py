"""The password rule (rules §1): 8–20 characters, an ASCII letter and an ASCII digit, symbols welcome, never trimmed.

ASCII on purpose: `isdigit()` takes full-width and Roman numerals, which a colleague's keyboard may not have. Twenty at
most is the marketplace's rule; we would allow more.
"""

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.lifecycle.locks import lock

from .models import User

SHORTEST, LONGEST = 8, 20
LETTER = re.compile(r"[A-Za-z]")
DIGIT = re.compile(r"[0-9]")
TELLING = 4  # characters from which a name inside a password gives it away


class HouseRule:
    """Length, a letter and a digit; one sentence per thing that is wrong."""

    def validate(self, password: str, user: Any = None) -> None:
        wrong = []
        if not SHORTEST <= len(password) <= LONGEST:
            wrong.append(_("Use 8 to 20 characters; this has %(count)d.") % {"count": len(password)})
        if not LETTER.search(password):
            wrong.append(_("Add a letter from A to Z."))
        if not DIGIT.search(password):
            wrong.append(_("Add a digit from 0 to 9."))
        if wrong:
            raise ValidationError(wrong, code="house_rule")

    def get_help_text(self) -> str:
        return _("8 to 20 characters with at least one letter (A–Z) and one digit (0–9); symbols are allowed.")


class NotYourOwnWords:
    """Refuses a password that holds the user name, the phone or a shop's name."""

    def validate(self, password: str, user: Any = None) -> None:
        folded = password.casefold()
        if user is not None and any(word in folded for word in _own_words(user)):
            raise ValidationError(_("Don't use your user name, phone or shop name in it."), code="own_words")

    def get_help_text(self) -> str:
        return _("Not your user name, phone or shop name.")


def _own_words(user: Any) -> list[str]:
    words = [user.username, user.phone, user.display_name]
    if user.pk:
        words += user.memberships.values_list("shop__name", flat=True)
    return [word.casefold() for word in words if word and len(word) >= TELLING]


@transaction.atomic
def change_password(user_pk: int, password: str, *, by: User, now: datetime) -> User:
    """Set a new password; every session that knew the old one ends with it (its hash is in the session)."""
    user = lock(User.objects.filter(pk=user_pk))[0]
    user.set_password(password)
    user.save(update_fields=["password"])
    record("accounts.password_changed", user, by=by, now=now)
    return user
