"""What an interception rule would have done: refund requests about 200,000 parcels of one shop replayed, every fifth of
them asked about twice; in a transaction taken back."""

import random
import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice

from django.db import connection, transaction

from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from foundation.lifecycle.bulk import insert_many
from logistics.models import Carrier, Parcel, RefundRequest
from logistics.states import ParcelState, RequestKind
from logistics.whatif import DAYS, what_if

from .figures import Figure, say, timed
from .money import Undo

PARCELS, AGAIN, TURNS, AT_ONCE = 200_000, 40_000, 9, 20_000
MUST, STRETCH = 1.0, 0.3  # seconds
RANGE = {"from_minor": 1500, "to_minor": 9900}


def measure() -> Iterator[Figure]:
    """Seconds of a rule with every carrier, and of one with an amount range and three of them."""
    shop, now = Shop.objects.get(code="qinghe"), clock.now()
    carriers = list(Carrier.objects.filter(can_intercept=True).values_list("pk", flat=True))
    try:
        with transaction.atomic():
            _fill(shop, carriers, now)
            for name, terms in (
                ("everything", {"from_minor": 0, "to_minor": None, "carrier_ids": []}),
                ("a range and three carriers", {**RANGE, "carrier_ids": carriers[:3]}),
            ):
                seconds = [timed(lambda terms=terms: what_if(shop, now=now, **terms)) for _turn in range(TURNS)]  # type: ignore[misc]
                caught = what_if(shop, now=now, **terms).caught  # type: ignore[arg-type]
                say(f"  {name}: {caught:,} parcels caught, by {PARCELS + AGAIN:,} requests")
                yield Figure(
                    f"what-if, {PARCELS:,} parcels: {name}", statistics.median(seconds), "s", None, MUST, STRETCH
                )
            raise Undo
    except Undo:
        pass


def _fill(shop: Shop, carriers: list[int], now: datetime) -> None:
    """Most are refund only, of the full amount, while the carrier takes the parcel; spread over the days."""
    drawn = random.Random(7)
    of_shop = Parcel.objects.filter(shop=shop).order_by("pk").values_list("pk", "order_id", "order__paid_minor")
    parcels = list(of_shop[:PARCELS])
    if len(parcels) < PARCELS:
        say(f"  only {len(parcels):,} parcels here: each is asked about more often")
    rows = (
        RefundRequest(
            shop=shop, order_id=order, parcel_id=pk, key=f"bench:{place}",
            at=now - timedelta(seconds=drawn.randrange(DAYS * 86_400)),
            kind=RequestKind.REFUND_ONLY if drawn.random() < 0.9 else RequestKind.RETURN_REFUND,
            amount_minor=max(paid, 1), order_minor=max(paid, 1), full=drawn.random() < 0.9, carrier_id=drawn.choice(carriers),
            parcel_state=ParcelState.IN_TRANSIT, could_intercept=drawn.random() < 0.95, fee_minor=400,
            withdrawn_at=now if drawn.random() < 0.1 else None,
        )
        for place, (pk, order, paid) in enumerate(islice(cycle(parcels), PARCELS + AGAIN))
    )  # fmt: skip
    while chunk := list(islice(rows, AT_ONCE)):
        insert_many(chunk)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {RefundRequest._meta.db_table}")
