"""What the workbench says, and where each number leads: every count is the count of exactly the list behind it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.models import Membership, Shop
from foundation.ledger.kinds import Kind
from foundation.ledger.services import balances, taken_in_and_paid_out
from foundation.lifecycle.deadlines import day_range, shanghai_day
from foundation.shell.counting import capped_counts
from foundation.shell.urls_for import shop_url
from logistics.care_lists import waiting
from logistics.models import Interception
from logistics.states import Status
from orders.models import Order
from orders.states import OrderState
from workorders.filters import MINE, SOON, TODAY, UNASSIGNED
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
    key: str = ""


@dataclass(frozen=True)
class Counted:
    """A tile before its rows are counted; `hot` is its tone once there are any."""

    key: str
    label: str
    icon: str
    rows: QuerySet[Any]
    name: str
    query: str
    note: str = ""
    hot: str = ""


@dataclass(frozen=True)
class Counts:
    """The tiles, whether anything is due today, and whether the shop has any order yet."""

    tiles: list[Tile]
    nothing_due: bool
    no_orders: bool


def count_all(membership: Membership, now: datetime) -> Counts:
    """Everything that is counted, in one statement for all of it; what the role may not see is left out."""
    shop = membership.shop
    wanted = [
        *(_cases(membership, now) if membership.can("workorders.view") else []),
        *(_orders(shop, now) if membership.can("orders.view") else []),
        *(_parcels(shop) if membership.can("logistics.view") else []),
    ]
    *counts, orders = capped_counts([*(one.rows for one in wanted), Order.objects.for_shop(shop)])
    tiles = [
        Tile(one.label, one.icon, shop_url(shop, one.name) + one.query, one.note, one.hot if count else "", count, key=one.key)
        for one, count in zip(wanted, counts, strict=True)
    ]
    due = [tile.count for tile in tiles if tile.key == "today"]
    return Counts(tiles, nothing_due=due == [0], no_orders=not orders)


def _cases(membership: Membership, now: datetime) -> list[Counted]:
    cases = WorkOrder.objects.for_shop(membership.shop_id)
    to_answer = cases.awaiting_seller()
    page = "workorders:work-orders"
    return [
        Counted("soon", _("Due in 30 minutes"), "fire", cases.due_soon(now), page, f"?tab=to_answer&due={SOON}",
                _("work orders to answer now"), "red"),
        Counted("today", _("Due today"), "clock", cases.due_today(now), page, f"?tab=to_answer&due={TODAY}",
                _("work orders, until midnight in Beijing"), "amber"),
        Counted("mine", _("Mine"), "user", to_answer.filter(assigned_to=membership.user_id), page,
                f"?tab=to_answer&whose={MINE}", _("work orders I am to answer")),
        Counted("unassigned", _("Unassigned"), "user-plus", to_answer.filter(assigned_to=None), page,
                f"?tab=to_answer&whose={UNASSIGNED}", _("work orders in nobody's hands")),
        Counted("platform", _("With the platform"), "scale", cases.awaiting_platform(), page, "?tab=with_platform",
                _("answered, waiting for the decision")),
    ]  # fmt: skip


def _orders(shop: Shop, now: datetime) -> list[Counted]:
    orders = Order.objects.for_shop(shop)
    page = "orders:orders"
    return [
        Counted("to_ship", _("To ship"), "truck", orders.filter(status=OrderState.TO_SHIP), page, "?tab=to_ship",
                _("group complete, the shop owes a parcel")),
        Counted("late", _("Late to ship"), "exclamation-circle", orders.late_to_ship(now), page, "?late=1",
                _("the promised shipping time is over"), "red"),
        Counted("number_missing", _("Shipped, number missing"), "exclamation-triangle", orders.number_missing(), page,
                "?number_missing=1", _("handed over, tracking number not entered"), "amber"),
    ]  # fmt: skip


def _parcels(shop: Shop) -> list[Counted]:
    unanswered = Interception.objects.for_shop(shop).filter(status=Status.UNKNOWN)
    return [
        Counted("lost", _("Lost parcels"), "archive-box-x-mark", waiting(shop), "logistics:losses", "?tab=waiting",
                _("nothing scanned for two days, nobody decided yet"), "red"),
        Counted("unanswered", _("Interceptions without an answer"), "no-symbol", unanswered, "logistics:interceptions",
                "?tab=unknown", _("nobody knows whether the carrier has them"), "amber"),
    ]  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One of the first things to do in an empty shop; `url` is empty where the role may not, or nothing is left to do."""

    title: str
    text: str
    url: str
    done: bool = False


def first_steps(membership: Membership) -> list[Step]:
    """What a shop without a single order begins with."""
    shop = membership.shop

    def link(permission: str, name: str) -> str:
        return shop_url(shop, name) if membership.can(permission) else ""

    staff = shop.memberships.filter(ended_at=None).count() > 1
    return [
        Step(_("Import your orders"), _("A CSV or XLSX file, checked before anything is saved."),
             link("orders.import", "orders:import-orders")),
        Step(_("Invite your staff"), _("Service answers, finance agrees to refunds, the warehouse lays evidence."),
             link("staff.manage", "entry:staff"), done=staff),
        Step(_("Read how deadlines work"), _("An unanswered work order is refunded when its clock runs out."),
             reverse("accounts:help")),
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
