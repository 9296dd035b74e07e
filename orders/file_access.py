"""Who may open pictures attached to contact records: the shop's people, and reviewers without a stake in the shop."""

from django.http import HttpRequest

from foundation.accounts.access import REVIEW_WORK_ORDERS, conflict_of_interest, is_reviewer
from foundation.files import access
from foundation.files.models import Purpose, StoredFile
from foundation.jobs.models import Job
from foundation.lists.file_access import is_over

from .importing import start


def may_open(request: HttpRequest, stored: StoredFile) -> bool:
    membership = getattr(request, "membership", None)
    if membership is not None:
        return membership.can("files.view")
    return is_reviewer(request.user, REVIEW_WORK_ORDERS) and not conflict_of_interest(request.user, stored.shop_id)


access.register(Purpose.ATTACHMENT, may_open)


def may_open_import(request: HttpRequest, stored: StoredFile) -> bool:
    """Uploaded tables hold buyers' data: only for those who may import."""
    membership = getattr(request, "membership", None)
    return membership is not None and membership.can("orders.import")


def may_open_refused(request: HttpRequest, stored: StoredFile) -> bool:
    """The reasons of refused rows: the same people, as long as the file is kept."""
    job = Job.objects.filter(output_file=stored, kind=start.RUN).first()
    return job is not None and may_open_import(request, stored) and not is_over(stored)


access.register(Purpose.IMPORT, may_open_import)
access.register(Purpose.EXPORT, may_open_refused)
