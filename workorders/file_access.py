"""Who may see a case's pictures and sheets: the shop's members, and reviewers of the queue who never worked there."""

from django.http import HttpRequest

from foundation.accounts import access
from foundation.files.access import register
from foundation.files.models import Purpose, StoredFile

from .models import Sheet, Voucher


def may_see(request: HttpRequest, stored: StoredFile) -> bool:
    """On seller pages the file is the shop's own already; a reviewer sees only what belongs to a work order."""
    membership = getattr(request, "membership", None)
    if membership is not None:
        return membership.can("workorders.view")
    if not access.is_reviewer(request.user, access.REVIEW_WORK_ORDERS):
        return False
    if access.conflict_of_interest(request.user, stored.shop_id):
        return False
    return Voucher.objects.filter(file=stored).exists() or Sheet.objects.filter(file=stored).exists()


register(Purpose.EVIDENCE, may_see)
register(Purpose.SHEET, may_see)
