"""What the workbench says, and where each number leads: every count is the count of exactly the list behind it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.models import Membership, Shop
from foundation.ledger.kinds import Kind
from foundation.ledger.services import balances, taken_in_and_paid_out
from foundation.lifecycle.deadlines import day_range, shanghai_day
from foundation.shell.counting import capped_counts
from foundation.shell.urls_for import shop_url
from orders.models import Order
from orders.states import OrderState
from workorders.filters import SOON, TODAY
from workorders.models import WorkOrder
from workorders.services import forecast

BOARD_HOURS = 24
ROWS = 6  # cases shown; the board has them all


@dataclass(frozen=True)
class Tile:
    """One number: `tone` is red or amber when it asks for hands, "" when it is calm."""

    label: str
    icon: str
    url: str
    note: str = ""
    tone: str = ""
    count: int | None = None
    minor: int | None = None


@dataclass(frozen=True)
class Counted:
    """A tile before its rows are counted; `hot` is its tone once there are any."""

    label: str
    icon: str
    rows: QuerySet[Any]
    name: str
    query: str
    note: str = ""
    hot: str = ""


def counted_tiles(membership: Membership, now: datetime) -> list[Tile]:
    """Everything that is counted, in one statement for all of it; what the role may not see is not asked for."""
    shop = membership.shop
    wanted = [
        *(_cases(shop, now) if membership.can("workorders.view") else []),
        *(_orders(shop) if membership.can("orders.view") else []),
    ]
    counts = capped_counts([one.rows for one in wanted])
    return [
        Tile(one.label, one.icon, shop_url(shop, one.name) + one.query, one.note, one.hot if count else "", count)
        for one, count in zip(wanted, counts, strict=True)
    ]


def _cases(shop: Shop, now: datetime) -> list[Counted]:
    cases = WorkOrder.objects.for_shop(shop.pk)
    page = "workorders:work-orders"
    return [
        Counted(_("Due in 30 minutes"), "fire", cases.due_soon(now), page, f"?tab=to_answer&due={SOON}",
                _("work orders to answer now"), "red"),
        Counted(_("Due today"), "clock", cases.due_today(now), page, f"?tab=to_answer&due={TODAY}",
                _("work orders, until midnight in Beijing"), "amber"),
        Counted(_("With the platform"), "scale", cases.awaiting_platform(), page, "?tab=with_platform",
                _("answered, waiting for the decision")),
    ]  # fmt: skip


def _orders(shop: Shop) -> list[Counted]:
    orders = Order.objects.for_shop(shop)
    return [
        Counted(_("To ship"), "truck", orders.filter(status=OrderState.TO_SHIP), "orders:orders", "?tab=to_ship",
                _("group complete, the shop owes a parcel")),
        Counted(_("Shipped, number missing"), "exclamation-triangle", orders.number_missing(), "orders:orders",
                "?number_missing=1", _("handed over, tracking number not entered"), "amber"),
    ]  # fmt: skip


@dataclass(frozen=True)
class NextToForfeit:
    """The board's forecast: the soonest cases, how many there are, and what they cost together in fen."""

    plans: list[Any]
    count: int
    total_minor: int
    url: str
    hours: int = BOARD_HOURS


def next_to_forfeit(shop: Shop, now: datetime) -> NextToForfeit:
    """The same dry run the board shows, so that the sum here is the sum there."""
    found = forecast(shop, now=now, hours=BOARD_HOURS)
    url = f"{shop_url(shop, 'workorders:board')}?hours={BOARD_HOURS}"
    return NextToForfeit(found.plans[:ROWS], len(found.plans), found.total_minor, url)


def money_today(shop: Shop, now: datetime) -> list[Tile]:
    """What came into and went out of the shop's own money since midnight in Shanghai, and where it stands."""
    start, end = day_range(shanghai_day(now))
    taken_in, paid_out = taken_in_and_paid_out(shop, Kind.SETTLEMENT, start, end)
    stands = balances(shop)
    page = shop_url(shop, "ledger:statement")
    tiles = [
        Tile(_("Taken in today"), "arrow-down-left", f"{page}?tab=settlement&period=today", minor=taken_in),
        Tile(_("Paid out today"), "arrow-up-right", f"{page}?tab=settlement&period=today", minor=paid_out),
        Tile(str(Kind.SETTLEMENT.label), "banknotes", f"{page}?tab=settlement", minor=stands[Kind.SETTLEMENT]),
        Tile(str(Kind.PENDING.label), "clock", f"{page}?tab=pending", minor=stands[Kind.PENDING]),
        Tile(str(Kind.DEPOSIT.label), "shield-check", f"{page}?tab=deposit", minor=stands[Kind.DEPOSIT]),
    ]
    if stands[Kind.DEBT]:
        tiles.append(Tile(str(Kind.DEBT.label), "exclamation-triangle", f"{page}?tab=debt", "", "red",
                          minor=stands[Kind.DEBT]))  # fmt: skip
    return tiles
