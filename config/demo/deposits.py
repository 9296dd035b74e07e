"""Shops with a story about their deposit: one of every kind of question an owner or a reviewer may have (rules §7).

Eight small shops of one owner, told by the same services at times of the past. Seven of them took money back four times
in the year before, so that an estimate has closed cases to speak from; those are over before the owner reads notices.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from deposits.models import Category, DepositPolicy, RefundApplication
from deposits.services import applications, payouts
from deposits.services.accounts import pay_in, set_required
from deposits.services.violations import NewViolation, record_violations
from deposits.states import Decided
from foundation.accounts.models import RestrictionReason, Shop, ShopKind
from foundation.accounts.roles import Role
from foundation.accounts.services import add_member, create_shop, restrict
from foundation.catalog.day_import import import_days
from foundation.ledger.services import Posting, post
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import shanghai_day

from . import goods, people
from .people import Cast
from .timeline import HOUR, Timeline

DAY, MINUTE = 24 * HOUR, HOUR / 60
OPENED = 400 * DAY  # ago
RECORDED = 399  # days whose products are on record
READS_NOTICES = 85 * DAY  # ago: the owner's log-in; what was closed before is in nobody's notices
FLOAT = 500_000  # fen left in settlement
BROKE = 12  # days ago nothing was listed, in the shop whose row is broken
TIMES = 4  # closed refunds of each shop with a past
TOOK = (2.7, 3.3, 3.5, 3.6, 3.8, 3.9, 4.1, 4.3, 4.6, 4.8, 5.0, 5.2, 5.5, 7.6)  # days from applying to the end
NO = (Decided.PAPERS_MISSING, Decided.TRADE_DOUBTS)
REVIEWER, SECOND_REVIEWER, OWNER = "baozheng", "baozheng2", "laoban"


@dataclass
class Told:
    """One shop while it is told."""

    timeline: Timeline
    cast: Cast
    shop: Shop

    def after(self, ago: timedelta, act: Callable[["Told", datetime], object]) -> None:
        """Do something that happened `ago`."""
        self.timeline.add(self.timeline.now - ago, lambda now: act(self, now))

    def who(self, name: str) -> Any:
        return self.cast.users[name]

    def newest(self) -> RefundApplication:
        return RefundApplication.objects.filter(shop=self.shop).latest("applied_at", "pk")


# what people do


def apply(minor: int, reason: str) -> Callable[[Told, datetime], object]:
    """The owner applies for so many fen."""

    def act(told: Told, now: datetime) -> None:
        applications.apply(
            told.shop.pk, amount_minor=minor, reason=reason, key=f"demo:{told.shop.code}:{now.isoformat()}",
            by=told.who(OWNER), now=now,
        )  # fmt: skip

    return act


def take(told: Told, now: datetime) -> None:
    applications.take(told.newest().pk, by=told.who(REVIEWER), now=now)


def approve(told: Told, now: datetime) -> None:
    applications.approve(told.newest().pk, note="材料齐全", version=None, by=told.who(REVIEWER), now=now)


def reject(told: Told, now: datetime) -> None:
    reason = NO[told.shop.pk % len(NO)]
    applications.reject(told.newest().pk, reason=reason, note="", version=None, by=told.who(REVIEWER), now=now)


def ask(told: Told, now: datetime) -> None:
    applications.ask(
        told.newest().pk, reason=Decided.PAPERS_MISSING, text="请上传营业执照照片和最近一次进货单。", version=None,
        by=told.who(REVIEWER), now=now,
    )  # fmt: skip


def pay(told: Told, now: datetime) -> None:
    """What the clock does: the payout is written and sent."""
    payouts.pay_due(now)
    with clock.fixed(now):
        payouts.deliver_due(now)


def hold_back(told: Told, now: datetime) -> None:
    """A reviewer restricts the shop right after the approval, so that paying waits."""
    note = "买家投诉核实中，暂缓退还"
    restrict(told.shop.pk, RestrictionReason.REVIEWER, by=told.who(REVIEWER), now=now, note=note)


def punish(told: Told, now: datetime) -> None:
    item = NewViolation(
        told.shop.pk, "false_shipping", f"demo:{told.shop.code}", at=now, note="三笔订单揽收后无任何轨迹，物流公司确认为空单。"
    )
    record_violations([item], by=told.who(REVIEWER), now=now)


# the stories: (how long ago, what happened)

Acts = list[tuple[timedelta, Callable[[Told, datetime], object]]]
NEW_START: Acts = [(5 * HOUR, apply(50_000, "活动保证金已到期"))]
DAY_FOUR: Acts = [(3.05 * DAY, apply(80_000, "不再经营该类目")), (2.6 * DAY, take)]
ASKED: Acts = [(5 * DAY, apply(60_000, "店铺准备关闭")), (4.5 * DAY, take), (2 * DAY, ask)]
TWO_EYES: Acts = [(2.5 * DAY, apply(600_000, "缩减经营规模")), (2 * DAY, take), (10 * HOUR, approve)]
PAID: Acts = [
    (20 * DAY, apply(40_000, "多缴部分退还")), (19 * DAY, take), (17 * DAY, approve), (17 * DAY - MINUTE, pay),
]  # fmt: skip
SHORT: Acts = [(22 * DAY, apply(30_000, "多缴部分退还")), (21 * DAY, take), (20 * DAY, punish)]
WAITING: Acts = [
    (4.2 * DAY, apply(70_000, "活动保证金已到期")), (3.5 * DAY, take), (6 * HOUR, approve), (6 * HOUR - MINUTE / 2, hold_back),
    (6 * HOUR - MINUTE, pay),
]  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A shop, what it has in its deposit besides the required sum and its past refunds (fen), and its story."""

    code: str
    name: str
    acts: Acts = field(default_factory=list)
    kind: str = ShopKind.INDIVIDUAL
    extra_minor: int = 100_000
    empty_day: int | None = None
    has_past: bool = True


PLANS = [
    Plan("anran", "安然花艺"),  # every condition is met
    Plan("qiushi", "秋实杂粮", PAID, empty_day=BROKE),  # one day broke the row
    Plan("jinxiu", "锦绣布坊", DAY_FOUR),
    Plan("mocha", "抹茶小铺", SHORT, extra_minor=0),
    Plan("hehua", "荷花瓷器", ASKED),
    Plan("changfeng", "长风户外", TWO_EYES, kind=ShopKind.COMPANY, extra_minor=700_000, has_past=False),
    Plan("yuedu", "悦读书屋", WAITING),
    Plan("xingye", "星野灯饰", NEW_START),
]
CODES = people.DEPOSIT_SHOPS


def tell(cast: Cast, *, now: datetime) -> None:
    """Open the shops and let everything happen to them, the earliest first; the messages of the past stay unsent."""
    timeline, random = Timeline(now), Random("deposits")
    shops = [_open(place, plan, now - OPENED) for place, plan in enumerate(PLANS)]
    import_days(_listed_days(shanghai_day(now)), lower=False, by=cast.users["pingtai"], now=now)
    for place, (shop, plan) in enumerate(zip(shops, PLANS, strict=True)):
        told = Told(timeline, cast, shop)
        past = list(_past(random, place)) if plan.has_past else []
        for ago, minor, acts in past:
            told.after(ago, apply(minor, "活动保证金已到期"))
            for later, act in acts:
                told.after(ago - later, act)
        paid = sum(minor for _ago, minor, acts in past if acts[-1][1] is pay)
        _endow(shop, plan.extra_minor + paid, now - OPENED)
        told.after(READS_NOTICES, lambda one, _at: add_member(one.shop, one.who(OWNER), Role.OWNER, by=None, now=now - OPENED))
        for ago, act in plan.acts:
            told.after(ago, act)
    timeline.run()


def _open(place: int, plan: Plan, at: datetime) -> Shop:
    phone = people.phone(91_000_000 + place)
    shop = create_shop(name=plan.name, code=plan.code, kind=plan.kind, bound_phone=phone, by=None, now=at)
    goods.stock(shop, now=at)
    return shop


def _endow(shop: Shop, extra_minor: int, at: datetime) -> None:
    """Money from outside, most of it paid into the deposit."""
    deposit = DepositPolicy.objects.in_force(at, kind=shop.kind, category=Category.GENERAL).required_minor + extra_minor
    post(Posting(f"topup:demo:{shop.code}", "topup", shop.pk, deposit + FLOAT, note="开店充值（演示）"), by=None, now=at)
    pay_in(shop.pk, amount_minor=deposit, key=f"demo:{shop.code}", by=None, now=at)
    set_required([shop.pk], by=None, now=at)


def _past(random: Random, place: int) -> Iterator[tuple[timedelta, int, Acts]]:
    """Closed refunds: how long ago, how much, and what happened how long after; one in six was refused."""
    for time in range(TIMES):
        ago = (355 - 66 * time - 4 * place - random.random()) * DAY
        took = random.choice(TOOK) * random.uniform(0.97, 1.05) * DAY
        end: Acts = [(took - MINUTE, approve), (took, pay)]
        if (time + place) % 6 == 5:
            end = [(took, reject)]
        yield ago, random.randrange(200, 900, 50) * 100, [(took * random.uniform(0.1, 0.6), take), *end]


def _listed_days(today: Any) -> str:
    """What operations know of the days before the house looked: every shop's products, each day up to yesterday."""
    return "店铺,日期,在售商品数\n" + "\n".join(_rows(today, PLANS))


def _rows(today: Any, plans: Iterable[Plan]) -> Iterator[str]:
    for plan in plans:
        for ago in range(RECORDED, 0, -1):
            count = 0 if ago == plan.empty_day else len(goods.GOODS) - (ago + len(plan.name)) % 3
            yield f"{plan.code},{today - timedelta(days=ago)},{count}"
