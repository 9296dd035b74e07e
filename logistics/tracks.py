"""The parcels of an order with their scans, for pages of apps above; drawn by logistics/_track.html like the parcel page."""

from dataclasses import dataclass, field

from .models import Parcel, Scan

MOST_PARCELS, MOST_SCANS = 10, 200


@dataclass(frozen=True)
class Track:
    """One parcel and what its carrier reported of it, newest first; of numbers it had before a correction, below."""

    parcel: Parcel
    scans: list[Scan] = field(default_factory=list)


def tracks_of(order_pk: int) -> list[Track]:
    """Every parcel of the order, the first one first. Two queries."""
    rows = Parcel.objects.filter(order_id=order_pk).select_related("carrier").order_by("pk")[:MOST_PARCELS]
    tracks = {parcel.pk: Track(parcel) for parcel in rows}
    for scan in Scan.objects.filter(parcel_id__in=tracks).order_by("number", "-at", "-pk")[:MOST_SCANS]:
        tracks[scan.parcel_id].scans.append(scan)
    return list(tracks.values())
