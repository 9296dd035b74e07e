"""Parcels of the demo: every state of a parcel and of an interception, a rule that catches, losses, recalls, anomalies.

Each is told as it would happen, through the same services, about an order of its own. Numbers are drawn until the
sandbox carrier has the wanted fate for one, so that nothing turns round when its jobs begin.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from foundation.accounts.models import Shop
from logistics import services
from logistics.carriers import sandbox
from logistics.models import Carrier, Parcel, Watch
from logistics.services import anomalies, losses, recalls
from logistics.states import ParcelState, WayOut
from logistics.tracking import Event
from orders.models import Order

from . import interceptions, pictures
from .book import Book
from .people import Cast
from .tale import MINUTE, PROVINCE, Tale
from .timeline import HOUR, Timeline

DAY = 24 * HOUR
START = datetime(2020, 1, 1, tzinfo=UTC)


def tell(timeline: Timeline, cast: Cast, shop: Shop, book: Book, how_many: int) -> int:
    """Put the stories on the timeline, each about an order or two of its own, while there is room for `how_many`.

    Answers how many orders that takes; none without the sandbox carrier, whose word they are.
    """
    if not sandbox.is_on() or how_many < 3:
        return 0
    tale = Tale(timeline, cast, shop, book)
    interceptions.rules(tale)
    for story in TALES:
        if tale.orders + 3 > how_many:
            break
        story(tale)
    interceptions.ask_last(tale)
    return tale.orders


# where a parcel can be


def in_state(state: str) -> Callable[[Tale], None]:
    """A parcel that is there now."""

    def story(tale: Tale) -> None:
        number = tale.draw(lambda one: any(scan.state == state for scan in way_of(one)))
        since = tale.now - _half_way(number, state)
        tale.send(since, number).look(since, tale.now)

    return story


def label(tale: Tale) -> None:
    """Its number was entered this hour; nobody picked it up yet."""
    _ship(tale, tale.now - HOUR, tale.draw())


def _ship(tale: Tale, at: datetime, number: str, then: Callable[[Parcel, datetime], object] | None = None) -> None:
    """The warehouse hands an order over at `at`."""
    journey = tale.arrive(at - 8 * HOUR, tale.book.to_be_sent(at - 8 * HOUR))

    def act(now: datetime) -> None:
        order = Order.objects.get(shop=tale.shop, number=journey.order_number)
        zto = Carrier.objects.get(code="zto")
        parcel = services.ship_order(order.pk, by=tale.who("cangku"), now=now, carrier=zto, tracking_number=number)
        if then:
            then(parcel, now)

    tale.timeline.add(at, act)


def way_of(number: str) -> list[Event]:
    """The number's route as if it had been entered at the beginning of time."""
    return sandbox.route(number, START, PROVINCE)


def _half_way(number: str, state: str) -> timedelta:
    """How long after the number was entered the parcel is in the midst of `state`."""
    way = way_of(number)
    place = next(index for index, scan in enumerate(way) if scan.state == state)
    later = next((scan.at for scan in way[place:] if scan.state != state), way[place].at + 4 * HOUR)
    return way[place].at - START + (later - way[place].at) / 2


# what goes wrong


def never_picked_up(tale: Tale) -> None:
    """A number the carrier does not know, and a day has gone by."""
    _ship(tale, tale.now - 30 * HOUR, tale.draw(), _nobody_knows_it)


def _nobody_knows_it(parcel: Parcel, now: datetime) -> None:
    Watch.objects.filter(parcel=parcel).update(next_at=None, given_up_at=now, error="the carrier does not know this number")


def reused(tale: Tale) -> None:
    """Somebody typed the number of another parcel."""
    number = tale.draw(lambda one: way_of(one)[-1].state == ParcelState.SIGNED)
    tale.send(tale.now - 9 * DAY, number).look(tale.now - 6 * DAY, tale.now - 5 * DAY)
    _ship(tale, tale.now - 20 * MINUTE, number, _nobody_knows_it)


def disputed(tale: Tale) -> None:
    """Signed for, and the buyer says no."""
    number = tale.draw(lambda one: sandbox.fate(one) == sandbox.LOCKER)
    journey = tale.send(tale.now - 7 * DAY, number)
    journey.look(tale.now - 2 * DAY, tale.now - 2 * DAY)
    journey.add(tale.now - DAY, lambda parcel, now: anomalies.dispute(
        parcel.pk, note="买家称快递柜里没有包裹，已联系网点调监控", by=tale.who("kefu"), now=now))  # fmt: skip


def quiet(hours: float, then: Callable[[Tale, Parcel, datetime], object] | None = None) -> Callable[[Tale], None]:
    """Nothing was scanned for so many hours, and nothing ever will be."""

    def story(tale: Tale) -> None:
        number = tale.draw(lambda one: sandbox.fate(one) == sandbox.LOST)
        since = tale.now - hours * HOUR - (way_of(number)[-1].at - START)
        journey = tale.send(since, number)
        journey.look(since, tale.now)
        journey.add(tale.now, lambda parcel, now: anomalies.watch(now))
        if then:
            journey.add(tale.now, lambda parcel, now: then(tale, parcel, now))

    return story


def solve(way: str, **said: Any) -> Callable[[Tale, Parcel, datetime], object]:
    def act(tale: Tale, parcel: Parcel, now: datetime) -> None:
        number = "" if way == WayOut.COMPENSATE else tale.draw()
        carrier = Carrier.objects.get(code="sf")
        losses.solve(parcel.pk, way=way, by=tale.who("kefu"), now=now, key=f"demo:{parcel.pk}", carrier=carrier,
                     number=number, **said)  # fmt: skip

    return act


def photographed(tale: Tale, parcel: Parcel, now: datetime) -> None:
    services.attach(
        parcel.pk, [pictures.upload("carrier_answer", parcel.order)], caption="网点回复截图：包裹不在库", by=tale.who("kefu"),
        now=now,
    )


def recall(close: dict[str, Any] | None = None) -> Callable[[Tale], None]:
    """Left without a number, and somebody is to get it back."""

    def story(tale: Tale) -> None:
        left = tale.now - 20 * HOUR
        journey = tale.arrive(left, tale.book.without_number(left))
        journey.add(tale.now - 10 * HOUR, lambda parcel, now: recalls.open_recall(
            parcel.pk, by=tale.who("kefu"), owner=tale.who("cangku"), now=now, key=f"demo:{parcel.pk}",
            note="买家已退款，联系揽件员拦下", carrier=Carrier.objects.get(code="zto")))  # fmt: skip
        if close:
            journey.add(tale.now - 3 * HOUR, lambda parcel, now: recalls.close_recall(
                parcel.recalls.get().pk, by=tale.who("cangku"), now=now, **close))  # fmt: skip

    return story


TALES: list[Callable[[Tale], None]] = [
    *interceptions.TALES,
    quiet(60), quiet(30), quiet(75, solve(WayOut.RESHIP)), quiet(80, solve(WayOut.REPLACE, note="换发同款新色")),
    quiet(90, solve(WayOut.COMPENSATE, amount_minor=1000)), quiet(66, photographed),
    recall(), recall({"recalled": True, "cost_minor": 1200, "note": "揽件员当天送回"}), recall({"recalled": False, "note": "已发往外省"}),
    *[in_state(state) for state in ParcelState if state != ParcelState.LABEL],
    label, never_picked_up, disputed, reused,
    *interceptions.REQUESTS,
]  # fmt: skip
