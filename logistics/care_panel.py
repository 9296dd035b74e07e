"""What is wrong with a parcel, on its page: lost, disputed, to be recalled (rules §4)."""

from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string

from foundation.lifecycle.prepared import Prepared

from . import parcel_parts
from .models import Loss, Parcel, Recall
from .states import Anomaly, ParcelState, RecallState

RECALLS = Prepared(
    lambda parcel: Recall.objects.select_related("owner").filter(parcel_id=parcel).order_by("-pk")[:5], int
)
LOSS = Prepared(lambda parcel: Loss.objects.select_related("reship").filter(parcel_id=parcel)[:1], int)


def care_of(request: HttpRequest, parcel: Parcel, now: datetime) -> str | None:
    """Its anomaly and what may be done about it; its recalls while it has no number. One query at most."""
    member = request.membership  # type: ignore[attr-defined]
    missing = parcel.number_missing
    recalls = RECALLS.rows(parcel.pk) if not parcel.tracking_number else []
    shown = {
        "parcel": parcel,
        "recalls": recalls,
        "loss": LOSS.first(parcel.pk) if parcel.anomaly == Anomaly.LOST else None,
        "lost": parcel.anomaly == Anomaly.LOST,
        "may_recall": missing and member.can("logistics.recall") and not any(_runs(one) for one in recalls),
        "may_solve": member.can("logistics.solve_loss"),
        "may_dispute": parcel.status == ParcelState.SIGNED and parcel.anomaly != Anomaly.DISPUTED,
        "to_set_aside": bool(parcel.anomaly) and parcel.anomaly_seen_at is None,
    }
    if not (parcel.anomaly or recalls or shown["may_recall"] or (shown["may_dispute"] and shown["may_solve"])):
        return None
    return render_to_string("logistics/_care.html", shown, request=request)


def _runs(recall: Recall) -> bool:
    return recall.status == RecallState.TO_RECALL


parcel_parts.register(care_of, order=5)
