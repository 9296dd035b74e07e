"""Whether an application may be approved and paid now; why not is kept as `waits_for` and looked at again (rules §7.4)."""

from datetime import datetime

from foundation.lifecycle.errors import Blocked

from .. import eligibility
from ..models import RefundApplication

SENTENCE_LENGTH = 300


class Waits(Blocked):
    """Nothing is wrong with the application: something has to end first. The sentence is kept as `waits_for`."""


def must_be_covered(application: RefundApplication, now: datetime) -> None:
    """Waits, with the sentence of the first thing in the way, unless a locked application may be approved and paid."""
    try:
        eligibility.check(application.shop, application.amount_minor, now, own_held=application.amount_minor)
    except Blocked as sentence:
        raise Waits(str(sentence), code=sentence.code) from sentence


def note_waiting(pk: int, sentence: str) -> bool:
    """Keep why it waits ("" for nothing); says whether that is news. No new version: nobody's page is older for it."""
    rows = RefundApplication.objects.filter(pk=pk).exclude(waits_for=sentence[:SENTENCE_LENGTH])
    return bool(rows.update(waits_for=sentence[:SENTENCE_LENGTH]))


def look_again(application: RefundApplication, now: datetime) -> bool:
    """Whether a locked application is covered now; otherwise the sentence is kept."""
    try:
        must_be_covered(application, now)
    except Waits as sentence:
        note_waiting(application.pk, str(sentence))
        return False
    return True
