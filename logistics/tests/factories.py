"""Parcels for tests of this app and of every app above it, made by the services that make real ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from logistics import services
from logistics.models import Carrier, CarrierEvent, Interception, Parcel, Scan
from logistics.states import ParcelKind, ParcelState, WhyIntercept
from logistics.tracking import Event
from orders.models import Order
from orders.states import OrderState
from orders.tests.factories import make_order

ZTO_NUMBER = "73100000000001"  # one that looks like this carrier's


def carrier(code: str = "zto") -> Carrier:
    """One of the seeded carriers."""
    return Carrier.objects.get(code=code)


def to_ship(shop: Any, now: datetime, **said: Any) -> Order:
    """An order the shop still owes a parcel for."""
    facts: dict[str, Any] = {
        "status": OrderState.TO_SHIP, "physically_shipped_at": None, "tracking_uploaded_at": None, "signed_at": None,
        "carrier": "", "tracking_number": "",
    }  # fmt: skip
    return make_order(shop, now, **(facts | said))


def shipped(shop: Any, now: datetime, **said: Any) -> Order:
    """An order handed to 中通 two days ago."""
    facts: dict[str, Any] = {
        "status": OrderState.SHIPPED, "signed_at": None, "carrier": "中通快递", "tracking_number": ZTO_NUMBER,
        "physically_shipped_at": now - timedelta(days=2), "tracking_uploaded_at": now - timedelta(days=2),
        "placed_at": now - timedelta(days=3),
    }  # fmt: skip
    return make_order(shop, now, **(facts | said))


def make_parcel(shop: Any, now: datetime, *, order: Order | None = None, **columns: Any) -> Parcel:
    """The first parcel of a shipped order (made if none is given), with `columns` as they are said.

    By itself: 中通, a number of its own, in transit, handed over and numbered two days ago, no scans stored.
    """
    order = order or shipped(
        shop, now, tracking_number=columns.get("tracking_number", f"7310{Order.objects.count():010d}")
    )
    parcel = Parcel.objects.filter(order=order, kind=columns.get("kind", ParcelKind.FIRST)).first()
    said: dict[str, Any] = {
        "carrier": carrier(), "tracking_number": order.tracking_number, "status": ParcelState.IN_TRANSIT,
        "shipped_at": now - timedelta(days=2), "numbered_at": now - timedelta(days=2), "province": order.province,
        "created_at": now - timedelta(days=2), "picked_up_at": now - timedelta(days=2),
    } | columns  # fmt: skip
    if parcel is None:
        kind = said.setdefault("kind", ParcelKind.FIRST)
        return Parcel.objects.create(order=order, shop_id=order.shop_id, key=f"order:{order.pk}:{kind}", **said)
    for name, value in said.items():
        setattr(parcel, name, value)
    parcel.save(update_fields=list(said))
    return parcel


def make_scans(
    parcel: Parcel, events: Sequence[Event], *, source: str = "sandbox", now: datetime | None = None
) -> list[Scan]:
    """Scans as they are stored, without moving the parcel."""
    return [
        Scan.objects.create(
            parcel=parcel, digest=event.digest, at=event.at, state=event.state, code=event.code, text=event.text,
            place=event.place, source=source, received_at=now or event.at,
        )
        for event in events
    ]  # fmt: skip


def journey(start: datetime, *states: str, hours: float = 3) -> list[Event]:
    """Events of these states, one every `hours` from `start` on."""
    words = dict(ParcelState.choices)
    return [
        Event(start + timedelta(hours=hours * step), state, text=f"{words[state]} {step}", place="示例市")
        for step, state in enumerate(states)
    ]


def intercept(parcel: Parcel, now: datetime, **said: Any) -> Interception:
    """An interception asked for at `now`, its call still waiting."""
    given: dict[str, Any] = {
        "reason": WhyIntercept.BUYER_REFUND,
        "by": None,
        "key": f"test:{parcel.pk}:{now.isoformat()}",
    }
    return services.request_interception(parcel.pk, now=now, **(given | said))


def say(
    interception: Interception, verb: str, now: datetime, *, at: datetime | None = None, text: str = ""
) -> CarrierEvent:
    """The carrier says `verb`."""
    return services.carrier_says(
        interception.pk, code=verb, verb=verb, text=text or f"carrier: {verb}", at=at or now, source="test", now=now
    )


def photo(colour: tuple[int, int, int] = (200, 30, 30), name: str = "photo.jpg") -> SimpleUploadedFile:
    """A small picture as it is uploaded."""
    target = BytesIO()
    Image.new("RGB", (90, 70), colour).save(target, "JPEG")
    return SimpleUploadedFile(name, target.getvalue(), content_type="image/jpeg")
