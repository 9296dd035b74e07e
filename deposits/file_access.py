"""Who may open pictures sent with an answer: the shop's people who see its deposit, and reviewers of deposits."""

from django.http import HttpRequest

from foundation.accounts.access import REVIEW_DEPOSITS, conflict_of_interest, is_reviewer
from foundation.files import access
from foundation.files.models import Purpose, StoredFile

from .models import ApplicationMessage


def may_open(request: HttpRequest, stored: StoredFile) -> bool:
    """On seller pages the file is the shop's own already; a reviewer never worked for the shop."""
    membership = getattr(request, "membership", None)
    if membership is not None:
        allowed = membership.can("deposits.view")
    else:
        allowed = is_reviewer(request.user, REVIEW_DEPOSITS) and not conflict_of_interest(request.user, stored.shop_id)
    return allowed and ApplicationMessage.objects.filter(files=stored).exists()


access.register(Purpose.DEPOSIT, may_open)
