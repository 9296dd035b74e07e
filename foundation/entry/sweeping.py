"""Nothing personal is kept longer than it serves: ended sessions, old tries and the addresses they came from."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session

from foundation.accounts.models import PasswordTries, SignIn
from foundation.accounts.sessions import LONGEST

KEPT = timedelta(days=90)  # the log of who signed in from where


def sweep(now: datetime) -> dict[str, int]:
    """Delete what is over at `now`; a second run on the same clock finds nothing."""
    return {
        "sessions": Session.objects.filter(expire_date__lt=now).delete()[0],
        "places": SignIn.objects.filter(last_seen_at__lt=now - LONGEST).delete()[0],
        "tries": AccessAttempt.objects.filter(attempt_time__lt=now - timedelta(days=1)).delete()[0],
        "counts": PasswordTries.objects.filter(last_at__lt=now - timedelta(days=1)).delete()[0],
        "log_lines": AccessLog.objects.filter(attempt_time__lt=now - KEPT).delete()[0],
    }
