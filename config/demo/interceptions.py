"""Interceptions of the demo: one in every state, and ninety days of refund requests some of which a rule caught."""

from collections.abc import Callable
from datetime import datetime, timedelta

from logistics import services
from logistics.carriers import sandbox
from logistics.carriers.base import Final, Unknown
from logistics.carriers.sandbox import Step
from logistics.models import Parcel
from logistics.services.rules import Terms
from logistics.services.sandboxing import move_interceptions
from logistics.states import RequestKind, WhyCancel, WhyIntercept
from orders.models import Channel, Party
from orders.services import record_contact

from . import pictures
from .tale import MINUTE, Journey, Tale
from .timeline import HOUR

DAY = 24 * HOUR
ASKED_AFTER = 12 * HOUR  # from the number to the request: by then it is picked up, and nowhere near the door
RULE_SINCE = 55 * DAY
ASKED, EVERY = 26, 3.2 * DAY
TAKEN, NO, SILENT = "taken", "no", "silent"
Act = Callable[[Tale, Parcel, datetime], object]


def rules(tale: Tale) -> None:
    """One that works, made by the administrator eight weeks ago, and a draft that does not."""
    on = Terms("仅退款自动拦截 ¥20–¥300", 2_000, 30_000)
    off = Terms("高价订单（先看效果再开）", 30_000, None)
    tale.timeline.add(tale.now - RULE_SINCE, lambda now: services.create_rule(
        tale.shop.pk, on, by=tale.who("guanli"), now=now, enabled=True))  # fmt: skip
    tale.timeline.add(tale.now - 5 * DAY, lambda now: services.create_rule(
        tale.shop.pk, off, by=tale.who("guanli"), now=now))  # fmt: skip


def intercepted(
    after: Callable[[list[Step]], timedelta], *, answer: str = TAKEN, ends: str = "succeed", carrier: str = "",
    then: tuple[timedelta, Act] | None = None, reason: str = WhyIntercept.WRONG_ADDRESS,
) -> Callable[[Tale], None]:  # fmt: skip
    """An interception asked for so long ago that it stands now where it is to stand."""

    def story(tale: Tale) -> None:
        number = tale.draw(lambda one: sandbox.progress(one)[-1].verb == ends and _answer(one) == answer)
        asked = tale.now - after(sandbox.progress(number))
        journey = tale.send(asked - ASKED_AFTER, number, carrier)
        journey.look(asked - 3 * HOUR, asked)
        journey.add(asked, lambda parcel, now: _ask(tale, parcel, reason, now))
        see_through(journey, asked, number)
        if then:
            journey.add(asked + then[0], lambda parcel, now: then[1](tale, parcel, now))
        journey.look(asked + HOUR, tale.now)

    return story


def see_through(journey: Journey, asked: datetime, number: str) -> None:
    """The call goes out a minute later; then the carrier's word, when it says it."""
    timeline = journey.tale.timeline
    sent = asked + MINUTE
    timeline.add(sent, services.deliver_due)
    for step in sandbox.progress(number):
        at = sent + step.after + MINUTE
        if at < timeline.now:
            timeline.add(at, move_interceptions)


def _answer(number: str) -> str:
    """What the sandbox says to a request for this number."""
    try:
        sandbox.Sandbox().intercept(carrier="", number=number, reason="", key="", callback="", salt="")
    except Final:
        return NO
    except Unknown:
        return SILENT
    return TAKEN


def _ask(tale: Tale, parcel: Parcel, reason: str, now: datetime) -> None:
    contact = None
    if reason == WhyIntercept.CHANGED_MIND:
        contact = record_contact(
            parcel.order_id, who=Party.BUYER, channel=Channel.CHAT, at=now, files=[], now=now, by=tale.who("kefu"),
            said="买家说买重了，不想要了，同意拦回后退款。",
        )  # fmt: skip
    services.request_interception(
        parcel.pk, reason=reason, by=tale.who("kefu"), now=now, key=f"demo:{parcel.pk}", contact=contact
    )


def call_off(tale: Tale, parcel: Parcel, now: datetime) -> None:
    """Clicked on the wrong parcel; the chat with the carrier stands beside it."""
    services.cancel_interception(
        parcel.interceptions.get().pk, reason=WhyCancel.CLICKED_BY_MISTAKE, note="点错包裹，买家要货", typed=parcel.tail,
        by=tale.who("guanli"), now=now,
    )  # fmt: skip
    tale.timeline.add(now + MINUTE, services.deliver_due)
    services.attach(
        parcel.pk, [pictures.upload("carrier_answer", parcel.order)], caption="网点确认继续派送", by=tale.who("guanli"), now=now
    )


def ask_last(tale: Tale) -> None:
    """Asked for this very minute: the call has not gone out yet."""
    number = tale.draw(lambda one: _answer(one) == TAKEN)
    journey = tale.send(tale.now - ASKED_AFTER, number)
    journey.look(tale.now, tale.now)
    journey.add(tale.now, lambda parcel, now: _ask(tale, parcel, WhyIntercept.BUYER_REFUND, now))


def requested(place: int) -> Callable[[Tale], None]:
    """A buyer asked for a refund while the parcel was on its way; the rule looked, and some took it back."""

    def story(tale: Tale) -> None:
        asked = tale.now - 2 * DAY - place * EVERY
        number = tale.draw(lambda one: _answer(one) == TAKEN)
        journey = tale.send(asked - ASKED_AFTER, number, "中国邮政" if place % 9 == 4 else "")
        journey.look(asked, asked)
        journey.add(asked, lambda parcel, now: _request(tale, parcel, place, now))
        see_through(journey, asked, number)
        if place % 6 == 3:
            journey.add(asked + 5 * HOUR, lambda parcel, now: services.withdraw_request(
                parcel.order.refund_requests.get().pk, by=tale.who("kefu"), now=now))  # fmt: skip
        for days in (1, 2, 3, 6):
            journey.look(asked + days * DAY, asked + days * DAY)

    return story


def _request(tale: Tale, parcel: Parcel, place: int, now: datetime) -> None:
    order, part = parcel.order, place % 8 == 7
    kind = RequestKind.RETURN_REFUND if place % 8 == 5 else RequestKind.REFUND_ONLY
    services.refund_requested(
        order, kind=kind, amount_minor=max(order.paid_minor // 3, 1) if part else None, at=now, by=tale.who("kefu"),
        key=f"demo:{order.pk}",
    )  # fmt: skip


TALES = [
    intercepted(lambda steps: 20 * HOUR, then=(30 * MINUTE, call_off), carrier="申通快递"),  # cancelled
    intercepted(lambda steps: 2 * HOUR, answer=SILENT),  # unknown
    intercepted(lambda steps: 5 * MINUTE, reason=WhyIntercept.CHANGED_MIND),  # accepted
    intercepted(lambda steps: 70 * MINUTE, reason=WhyIntercept.WRONG_GOODS),  # intercepting
    intercepted(lambda steps: steps[-1].after + 30 * MINUTE),  # succeeded
    intercepted(lambda steps: steps[-1].after + 7 * HOUR, reason=WhyIntercept.FRAUD),  # returning
    intercepted(lambda steps: steps[-1].after + 60 * HOUR),  # returned
    intercepted(lambda steps: 10 * HOUR, answer=NO),  # refused
    intercepted(lambda steps: 40 * HOUR, ends="fail"),  # failed
]
REQUESTS = [requested(place) for place in range(ASKED)]
