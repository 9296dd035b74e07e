"""Cases of the demo: every state of a work order, clocks of every colour, some overdue and still open.

Each is told as it would happen: the platform asks, the shop's people answer or don't, a reviewer decides. Nothing runs
out within ten minutes of the moment the demo is made, so that the first look finds it as it was told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.accounts.models import Shop
from foundation.lifecycle.deadlines import shanghai_day
from logistics.carriers import sandbox
from orders.models import Channel, Order, Party
from orders.services import record_contact
from workorders import services
from workorders.models import WorkOrder
from workorders.rule_rows import (
    ADDRESS_CHANGE,
    NO_TRACE,
    NOT_RECEIVED,
    QUALITY,
    REFUSED,
    RETURN_RECEIVED,
    WORRY,
    WRONG_OR_MISSING,
)
from workorders.services import Writing, evidence
from workorders.slots import SLOTS
from workorders.states import Branch, Outcome, Reason

from . import library, pictures
from .book import Book
from .people import Cast
from .questions import ON_THE_WAY, QUESTIONS
from .timeline import HOUR, Timeline


@dataclass
class Case:
    """One case while it is told: whose it is, which order it asks about, when it was asked."""

    timeline: Timeline
    cast: Cast
    shop: Shop
    order_number: str
    type: str
    asked_at: datetime
    pk: int = 0

    def ask(self, now: datetime) -> None:
        order = Order.objects.get(shop=self.shop, number=self.order_number)
        line = order.lines.order_by("position").first() if self.type == WRONG_OR_MISSING else None
        self.pk = services.open_work_order(
            order.pk, type=self.type, platform_text=QUESTIONS[self.type], line=line,
            by=self.cast.users["shenhe2"], now=now,
        ).pk  # fmt: skip

    def row(self) -> WorkOrder:
        return WorkOrder.objects.select_related("order").get(pk=self.pk)

    def after(self, hours: float, act: Callable[["Case", datetime], object]) -> None:
        """Do something `hours` after the platform asked."""
        self.timeline.add(self.asked_at + hours * HOUR, lambda at: act(self, at))


# what people do


def lay_out(case: Case, now: datetime) -> None:
    """The shop lays every voucher on the desk, in the warehouse and at the desk."""
    row = case.row()
    for slot in row.asked_slots:
        by = case.cast.users["cangku" if slot.startswith("weighing") else "kefu"]
        evidence.add_voucher(case.pk, pictures.upload(slot, row.order), by=_one_of(case, by), now=now, slots=[slot])


def fill_library(case: Case, now: datetime) -> None:
    """Pictures that wait for the case in the order's library."""
    library.fill(case.row().order, by=_one_of(case, case.cast.users["cangku"]), now=now)


def begin_draft(case: Case, now: datetime) -> None:
    """Half done: one voucher, a few words."""
    row, by = case.row(), _one_of(case, case.cast.users["kefu"])
    evidence.add_voucher(case.pk, pictures.upload(row.asked_slots[0], row.order), by=by, now=now, slots=row.asked_slots[:1])
    services.save_draft(case.pk, Writing(Branch.EVIDENCE, note="红章证明已联系网点，等回传"), version=None, by=by, now=now)


def prove(case: Case, now: datetime) -> None:
    """All vouchers, one sheet, submitted."""
    lay_out(case, now)
    points = [f"{code}.{point}" for code in case.row().asked_slots for point, _label in SLOTS[code].checklist]
    _submit(case, Writing(Branch.EVIDENCE, note="凭证齐全，请核实。", checklist=points), now, composed=True)


def acknowledge(case: Case, now: datetime) -> None:
    services.acknowledge(case.pk, version=None, by=_one_of(case, case.cast.users["kefu"]), now=now)


def choose(option: str, note: str = "", *, proof: bool = False, days: int | None = None) -> Callable[["Case", datetime], None]:
    """Answer a stage by choice, with every voucher asked for if it is to be proved."""

    def act(case: Case, now: datetime) -> None:
        if proof:
            lay_out(case, now)
        day = None if days is None else shanghai_day(now) + timedelta(days=days)
        _submit(case, Writing(Branch.CHOICE, option=option, note=note, on_day=day), now, composed=proof)

    return act


def negotiate(case: Case, now: datetime) -> None:
    row = case.row()
    talk = record_contact(
        row.order_id, who=Party.BUYER, channel=Channel.CHAT, at=now, files=[], now=now,
        said="买家同意退差价，不再追究。", by=_one_of(case, case.cast.users["kefu"]),
    )  # fmt: skip
    writing = Writing(Branch.NEGOTIATED, note="已和买家谈妥。", contact=talk, agreed_minor=max(row.order.left_minor // 4, 1))
    _submit(case, writing, now, by="dianzhu")


def reship(case: Case, now: datetime) -> None:
    _submit(case, Writing(
        Branch.RESHIP, note="少发的一件今天补寄。", reship_carrier="顺丰速运", reship_number=f"DEMO9{case.pk:010d}",
    ), now)  # fmt: skip


def agree(case: Case, now: datetime) -> None:
    services.agree_refund(case.pk, version=None, by=case.cast.users["dianzhu"], now=now)


def hand_over(case: Case, now: datetime) -> None:
    """The administrator gives it to customer service."""
    people = case.cast.users
    services.assign(case.pk, to=_one_of(case, people["kefu"]), by=_one_of(case, people["guanli"]), now=now)


def claim(case: Case, now: datetime) -> None:
    """Somebody of the warehouse is on it right now."""
    services.claim(case.pk, by=_one_of(case, case.cast.users["cangku"]), now=now)


def run_out(case: Case, now: datetime) -> None:
    services.forfeit([case.pk], now=now)


def decide(outcome: str, reason: str, note: str = "") -> Callable[[Case, datetime], None]:
    def act(case: Case, now: datetime) -> None:
        services.decide(
            case.pk, outcome=outcome, reason=reason, note=note, version=None, by=case.cast.users["shenhe"], now=now
        )

    return act


def _submit(case: Case, writing: Writing, now: datetime, *, composed: bool = False, by: str = "kefu") -> None:
    who = _one_of(case, case.cast.users[by])
    services.save_draft(case.pk, writing, version=None, by=who, now=now)
    sheet = evidence.compose_sheet(case.pk, by=who, now=now) if composed else None
    services.submit_answer(
        case.pk, branch=writing.branch, version=case.row().version, by=who, now=now,
        sheet_hash=sheet.inputs_hash if sheet else "",
    )  # fmt: skip


def _one_of(case: Case, user: object) -> object:
    """That person, if they work for the shop, else its owner."""
    return user if user.memberships.filter(shop=case.shop).exists() else case.cast.users["dianzhu"]  # type: ignore[attr-defined]


# the stories: (type, hours since the platform asked, what happened after how many hours)

Story = tuple[str, float, list[tuple[float, Callable[[Case, datetime], object]]]]
N, W = NOT_RECEIVED, WRONG_OR_MISSING
WON = decide(Outcome.WON, Reason.PROVED)
LOST = decide(Outcome.LOST, Reason.NOT_HANDWRITTEN, "红章证明为整张打印。")
MORE = decide(Outcome.MORE, Reason.UNREADABLE, "派件称重图看不清读数，请重新拍摄后提交。")

STORIES: list[Story] = [
    # open: least time left first; 48 h and 24 h windows
    (N, 47.2, []),  # 48 minutes left
    (W, 22.4, [(2, hand_over), (3, begin_draft)]),  # 1 h 36 min
    (N, 45.1, [(8, begin_draft)]),  # 2 h 54 min
    (N, 37.5, [(1, hand_over)]),
    (W, 6.3, [(6.2, claim)]),  # claimed six minutes ago
    (N, 20.6, [(1, fill_library), (2, lay_out)]),
    (N, 3.4, []),
    (W, 0.7, []),
    # overdue and still open: the next minute's job takes them
    (N, 48.4, []),
    (N, 51.7, [(5, begin_draft)]),
    (W, 25.1, []),
    # with the platform
    (N, 30.2, [(3, hand_over), (20, prove)]),
    (W, 20.8, [(9, prove)]),
    (W, 27.5, [(16, negotiate)]),
    (W, 15.9, [(7, reship)]),
    (N, 110.0, [(40, prove)]),  # the platform is late itself
    # decided
    (N, 168.0, [(30, prove), (52, WON)]),
    (W, 130.0, [(10, prove), (40, WON)]),
    (W, 200.0, [(15, reship), (44, decide(Outcome.WON, Reason.RESHIPPED))]),
    (N, 150.0, [(44, prove), (70, LOST)]),
    (W, 180.0, [(20, prove), (45, decide(Outcome.LOST, Reason.INVALID_EVIDENCE))]),
    (W, 40.0, [(12, prove), (30, MORE)]),  # open again, second window
    (N, 90.0, [(26, agree)]),
    (N, 60.0, [(48.02, run_out)]),
    (W, 100.0, [(24.01, run_out)]),
    (N, 240.0, [(48.02, run_out)]),
    # the other types, most of them in stages
    (QUALITY, 10.4, []),  # to look into it: 1 h 36 min left
    (QUALITY, 30.0, [(5, acknowledge)]),
    (QUALITY, 60.0, [(4, acknowledge), (30, prove)]),
    (QUALITY, 120.0, [(6, acknowledge), (42.02, run_out)]),  # the second stage ran out
    (REFUSED, 12.0, [(2, acknowledge)]),
    (REFUSED, 100.0, [(2, acknowledge), (15, choose("recalled", proof=True)), (40, WON)]),
    (NO_TRACE, 20.0, []),
    (NO_TRACE, 50.0, [(10, choose("handed_over", proof=True))]),
    (ADDRESS_CHANGE, 4.2, []),
    (ADDRESS_CHANGE, 9.0, [(3, choose("handed_over"))]),
    (ADDRESS_CHANGE, 80.0, [(2, choose("handed_over")), (9, choose("carrier_changes", proof=True)), (30, WON)]),
    (WORRY, 8.0, []),
    (WORRY, 20.0, [(4, acknowledge)]),
    (WORRY, 30.0, [(3, acknowledge), (16, choose("will_arrive", "网点已派送", proof=True, days=2))]),
    (WORRY, 60.0, [(5, acknowledge), (20, choose("moving")), (45, choose("moving"))]),
    (WORRY, 110.0, [(5, acknowledge), (20, choose("unknown", "网点暂停收派")), (68.02, run_out)]),
    (RETURN_RECEIVED, 40.0, []),
    (RETURN_RECEIVED, 30.0, [(12, choose("wrong_goods", "退回的不是本店商品", proof=True))]),
    (RETURN_RECEIVED, 90.0, [(20, agree)]),
]
FATES = {REFUSED: sandbox.REFUSED, WORRY: sandbox.LOST}  # what the carrier will say of the parcel it is about
SMALL: list[Story] = [(N, 44.3, []), (N, 49.2, []), (W, 18.2, [(6, prove)]), (W, 75.0, [(24.02, run_out)])]


def tell(timeline: Timeline, cast: Cast, shop: Shop, book: Book, stories: list[Story]) -> int:
    """Put the stories of a shop on the timeline, each about an order of its own; the first also gets a queued case
    behind it. Returns how many orders that takes."""
    for place, (kind, hours, acts) in enumerate(stories):
        asked_at = timeline.now - hours * HOUR
        before = asked_at - timedelta(hours=26 + place % 5)
        arrival = book.on_the_way(before, FATES.get(kind, "")) if kind in ON_THE_WAY else book.signed_at(before)
        timeline.arrive(shop, [arrival])
        case = Case(timeline, cast, shop, arrival.order.number, kind, asked_at)
        timeline.add(asked_at, case.ask)
        for delay, act in acts:
            case.after(delay, act)
        if place == 0:
            behind = Case(timeline, cast, shop, arrival.order.number, W, timeline.now - HOUR)
            timeline.add(behind.asked_at, behind.ask)
    return len(stories)
