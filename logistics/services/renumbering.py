"""A tracking number was wrong: what was reported of it is history now, and the parcel is where the new one's scans say."""

from datetime import datetime

from django.db.models import F, Value
from django.db.models.functions import MD5, Concat

from ..models import Parcel, Scan
from ..states import Anomaly, ParcelState
from ..tracking import Event
from . import scanning

# What was said of the old number.
OF_THE_NUMBER = (Anomaly.NO_FIRST_SCAN, Anomaly.NUMBER_REUSED, Anomaly.STALLED, Anomaly.UNEXPECTED_RETURN)
RESET = (
    "picked_up_at", "signed_at", "returned_at", "last_scan_at", "last_scan_text", "anomaly", "anomaly_at", "anomaly_seen_at",
)  # fmt: skip


def renumber(parcel: Parcel, before: str, now: datetime) -> None:
    """The locked parcel had the number `before` and has another one, saved: work out anew where it is (rules §4.2).

    Scans of `before` stay as history and move nothing; those of the present number, had it been this parcel's once,
    count again. What the order was told meanwhile stays: its moves are not undone.
    """
    scans = Scan.objects.filter(parcel=parcel)
    if not scans.exists():
        return
    # Two parcels scanned together have scans of the same content: under another digest the old one stands in nobody's way.
    aside = MD5(Concat(Value(f"{before}\x1f"), F("digest")))
    scans.filter(number="").update(number=before, digest=aside)
    for scan in scans.filter(number=parcel.tracking_number):
        event = Event(at=scan.at, state=scan.state, text=scan.text, place=scan.place, code=scan.code)
        scans.filter(pk=scan.pk).update(number="", digest=event.digest)
    parcel.picked_up_at = parcel.last_scan_at = None
    parcel.last_scan_text = ""
    parcel.signed_at = parcel.signed_at if parcel.arrival_status == ParcelState.SIGNED else None
    parcel.returned_at = parcel.returned_at if parcel.arrival_status == ParcelState.RETURNED else None
    forget_anomaly(parcel)
    parcel.save(update_fields=RESET)
    scanning.bring_up_to_date(parcel, scanning.scans_of(parcel), now)


def forget_anomaly(parcel: Parcel) -> None:
    """Take what was said of an earlier number from the parcel; the caller saves it."""
    if parcel.anomaly in OF_THE_NUMBER:
        parcel.anomaly, parcel.anomaly_at, parcel.anomaly_seen_at = "", None, None
