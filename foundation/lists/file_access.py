"""Who may open an exported list: who asked for it and the shop's leaders, while it is kept."""

from django.http import HttpRequest

from foundation.accounts.access import LEADERS
from foundation.files import access
from foundation.files.models import Purpose, StoredFile
from foundation.jobs.models import Job
from foundation.lifecycle import clock

from . import registry
from .files import KIND


def is_over(stored: StoredFile) -> bool:
    """Its time is over and it was not swept yet; after that the file itself says so."""
    return stored.removed_at is None and stored.expires_at is not None and stored.expires_at <= clock.now()


def may_open(request: HttpRequest, stored: StoredFile) -> bool:
    membership = getattr(request, "membership", None)
    job = Job.objects.filter(output_file=stored, kind=KIND).first() if membership else None
    if membership is None or job is None or is_over(stored):
        return False
    allowed = membership.can("lists.export") and membership.can(registry.get(job.params["list"]).perm)
    return allowed and (job.by_id == request.user.pk or membership.role in LEADERS)


access.register(Purpose.EXPORT, may_open)
