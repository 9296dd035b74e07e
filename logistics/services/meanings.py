"""A human says what a carrier's code means: the scans that came with it are read again, their parcels worked out anew."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.lifecycle.errors import Blocked, Invalid
from foundation.lifecycle.locks import lock

from ..models import CarrierCode, Parcel, Scan
from ..states import INTERCEPTION, ParcelState
from . import scanning

ONE_ROUND = 200  # numbers read again per call


def meanings_of(source: str) -> list[tuple[str, str]]:
    """What a code of that source may mean, as choices: a parcel's state, or a move of an interception."""
    if source.endswith(":intercept"):
        return [(move.verb, str(move.label)) for move in INTERCEPTION.moves if move.by == "carrier"]
    return [(value, str(label)) for value, label in ParcelState.choices if value != ParcelState.LABEL]


@transaction.atomic
def give_meaning(code_pk: int, meaning: str, *, by: Any, now: datetime) -> CarrierCode:
    """Write what the code means and record who said so; `read_again` then takes the scans that wait for it.

    Invalid for what no parcel or interception can be; Blocked when it has another meaning already: scans were read by it.
    """
    row = lock(CarrierCode.objects.filter(pk=code_pk))[0]
    if meaning == row.meaning:
        return row
    if meaning not in dict(meanings_of(row.source)):
        raise Invalid(_("Choose one of the meanings."), field="meaning")
    if row.meaning:
        raise Blocked(_("This code has a meaning, and scans were read by it."))
    row.meaning = meaning
    row.save(update_fields=["meaning"])
    record(
        "logistics.code_explained", row, by=by, now=now,
        data={"source": row.source, "code": row.code, "meaning": str(dict(meanings_of(row.source))[meaning])},
    )  # fmt: skip
    return row


def read_again(now: datetime) -> dict[str, int]:
    """Scans whose code got a meaning after they came, ONE_ROUND of numbers at most; counts."""
    known = CarrierCode.objects.exclude(meaning="").filter(source=OuterRef("source"), code=OuterRef("code"))
    waiting = Scan.objects.filter(Exists(known), state="").exclude(code="").order_by("parcel_id")
    pks = list(waiting.values_list("parcel_id", flat=True).distinct()[:ONE_ROUND])
    for shop_pk, number in Parcel.objects.filter(pk__in=pks).order_by("pk").values_list("shop_id", "tracking_number"):
        _read_number(shop_pk, number, now)
    return {"read": len(pks)}


@transaction.atomic
def _read_number(shop_pk: int, number: str, now: datetime) -> None:
    for parcel in scanning.PARCELS.rows(shop_pk, number):
        unread = Scan.objects.filter(parcel=parcel, state="").exclude(code="")
        for source, code in set(unread.values_list("source", "code")):
            meaning = CarrierCode.objects.filter(source=source, code=code).values_list("meaning", flat=True).first()
            unread.filter(source=source, code=code).update(state=meaning or "")
    scanning.recompute(shop_pk, number, now)
