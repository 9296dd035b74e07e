"""The sandbox carrier: a believable route for every number, always the same one, so that a demo left running is alive.

The route follows from the tracking number and the moment it was entered; hours and places are ours. It carries what no
carrier does: only parcels of carriers whose adapter is "sandbox", and only in a house that has it switched on. What a
real carrier would remember – when a number was handed over, whether a parcel was stopped – it reads from the house.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings

from ..models import Interception, Parcel
from ..states import ParcelState as P
from ..tracking import Event
from .base import Answer, Final, Track, Unknown

SOURCE = "sandbox"
HOUR = timedelta(hours=1)
HUBS = ("杭州", "广州", "成都", "武汉", "郑州", "西安", "临沂")
FAR = ("新疆", "西藏", "青海", "内蒙古", "甘肃", "海南")  # two days longer
OFF = "The sandbox carrier is switched off: nobody can be asked about this parcel."

# What becomes of a hundred parcels.
SIGNED, LOCKER, PROBLEM, REFUSED, RETURNED, LOST = "signed", "locker", "problem", "refused", "returned", "lost"
FATES = {SIGNED: 83, LOCKER: 8, PROBLEM: 4, REFUSED: 2, RETURNED: 1, LOST: 2}


def is_on() -> bool:
    return bool(settings.SANDBOX_CARRIER)


@dataclass(frozen=True, slots=True)
class Step:
    """A thing an interception does, `after` it was accepted: `verb` of its table, the carrier's code and words."""

    after: timedelta
    code: str
    verb: str
    text: str


def fate(number: str) -> str:
    """What becomes of the parcel if nobody stops it."""
    return _luck(number, "fate").choices(list(FATES), weights=list(FATES.values()))[0]


def route(number: str, since: datetime, province: str = "", *, stopped_at: datetime | None = None) -> list[Event]:
    """Every scan the number will ever have, in order, given when it was entered and, if it was, when it was stopped.

    The same arguments give the same scans. A parcel stopped before it was delivered turns round.
    """
    way = _way(number, since.replace(microsecond=0), province)
    if stopped_at is None or any(scan.state == P.SIGNED and scan.at <= stopped_at for scan in way):
        return way
    until = [scan for scan in way if scan.at <= stopped_at]
    return until + _back(number, stopped_at.replace(microsecond=0), province, "拦截成功，快件退回寄件地")


def next_moment(scans: list[Event], now: datetime) -> datetime | None:
    """When the next of the route's scans is due; None at its end."""
    return min((scan.at for scan in scans if scan.at > now), default=None)


def progress(number: str) -> list[Step]:
    """How an interception of the number goes on after it was accepted; turning back is for the parcel's scans to say."""
    luck = _luck(number, "interception")
    begins, ends = _between(luck, 0.2, 0.8), _between(luck, 1.5, 6)
    last = (
        Step(ends, "failed", "fail", "拦截失败，快件继续派送") if luck.random() < 0.08
        else Step(ends, "success", "succeed", "拦截成功")
    )  # fmt: skip
    return [Step(begins, "intercepting", "begin", "拦截中，等待网点扣件"), last]


class Sandbox:
    """The adapter (`base.Adapter`): answers every carrier's code alike, now and then with a refusal or with silence."""

    source = SOURCE

    def subscribe(self, *, carrier: str, number: str, phone: str, callback: str, salt: str) -> None:
        """It pushes nothing; it is asked."""

    def track(self, *, carrier: str, number: str, phone: str, now: datetime) -> Track:
        parcel = self._parcel(number)
        if parcel is None:
            return Track(is_over=True)
        since = parcel.numbered_at or parcel.shipped_at or parcel.created_at
        scans = route(number, since, parcel.province, stopped_at=_stopped_at(parcel))
        return Track(
            events=tuple(scan for scan in scans if scan.at <= now), is_over=scans[-1].at <= now,
            next_at=next_moment(scans, now),
        )  # fmt: skip

    def intercept(self, *, carrier: str, number: str, reason: str, key: str, callback: str, salt: str) -> Answer:
        self._parcel(number)
        roll = _luck(number, "request").random()
        if roll < 0.03:
            raise Final("拒绝：该快件所在网点不受理拦截")
        if roll < 0.05:
            raise Unknown("no answer within 5 s")
        return Answer(code="registered", text="已登记，等待网点处理", reference=_reference(number))

    def call_off(self, *, carrier: str, number: str, reference: str, key: str) -> Answer:
        self._parcel(number)
        return Answer(code="called_off", text="已取消拦截", reference=reference)

    def ask(self, *, carrier: str, number: str, reference: str, key: str) -> Answer | None:
        """Of two requests that were met with silence, one had arrived."""
        self._parcel(number)
        silent = 0.03 <= _luck(number, "request").random() < 0.05
        lost = silent and _luck(number, "silence").random() < 0.5
        return None if lost else Answer(code="registered", text="已登记，等待网点处理", reference=_reference(number))

    def _parcel(self, number: str) -> Parcel | None:
        if not is_on():
            raise Final(OFF)
        rows = Parcel.objects.filter(tracking_number=number, carrier__adapter=SOURCE).exclude(tracking_number="")
        return rows.order_by("pk").first()


def _stopped_at(parcel: Parcel) -> datetime | None:
    stopped = Interception.objects.filter(parcel=parcel, succeeded_at__isnull=False).order_by("-pk")
    return stopped.values_list("succeeded_at", flat=True).first()


def _luck(number: str, what: str) -> random.Random:
    return random.Random(f"{number}:{what}")


def _between(luck: random.Random, low: float, high: float) -> timedelta:
    """So many hours, to the second."""
    return timedelta(seconds=round(luck.uniform(low, high) * 3600))


def _reference(number: str) -> str:
    return f"SB{_luck(number, 'reference').randrange(10**12):012d}"


def _way(number: str, since: datetime, province: str) -> list[Event]:
    """Picked up, from hub to hub, to the door, and what happens there."""
    luck, becomes = _luck(number, "way"), fate(number)
    there = province or "目的地"
    first, *hubs = luck.sample(HUBS, 2 + there.startswith(FAR))
    at = since + _between(luck, 2, 9)
    scans = [Event(at, P.PICKED_UP, f"【{first}】已揽收", first)]
    for here, onward in pairwise([first, *hubs, there]):
        at += _between(luck, 2, 6)
        scans.append(Event(at, P.IN_TRANSIT, f"离开【{here}转运中心】，发往【{onward}转运中心】", here))
        at += _between(luck, 12, 24)
        scans.append(Event(at, P.IN_TRANSIT, f"到达【{onward}转运中心】", onward))
    if becomes == LOST:
        return scans[: luck.randint(2, len(scans))]
    if becomes == RETURNED:
        return scans + _back(number, at, there, "收件地址不在派送范围，退回寄件地")
    return scans + _at_the_door(number, at, there, becomes, luck)


def _at_the_door(number: str, at: datetime, there: str, becomes: str, luck: random.Random) -> list[Event]:
    at += _between(luck, 3, 9)
    scans = [Event(at, P.OUT_FOR_DELIVERY, f"【{there}】派送中", there)]
    if becomes == PROBLEM:
        at += _between(luck, 1, 4)
        scans.append(Event(at, P.EXCEPTION, f"【{there}】派送不成功：联系不上收件人，改日再派", there))
        at += _between(luck, 18, 26)
        scans.append(Event(at, P.OUT_FOR_DELIVERY, f"【{there}】再次派送", there))
    at += _between(luck, 1, 5)
    if becomes == REFUSED:
        scans.append(Event(at, P.REFUSED, f"【{there}】收件人拒收", there))
        return scans + _back(number, at, there, "收件人拒收，退回寄件地")
    if becomes == LOCKER:
        scans.append(Event(at, P.IN_LOCKER, f"【{there}】已放入快递柜，等待收件人取件", there))
        at += _between(luck, 2, 30)
    return [*scans, Event(at, P.SIGNED, f"【{there}】已签收", there)]


def _back(number: str, at: datetime, there: str, why: str) -> list[Event]:
    """From where it is to the sender."""
    luck, here = _luck(number, "back"), there or "目的地"
    turned = at + _between(luck, 1, 3)
    half = turned + _between(luck, 8, 16)
    home = half + _between(luck, 14, 30)
    return [
        Event(turned, P.RETURNING, why, here),
        Event(half, P.RETURNING, "退件运输中", HUBS[luck.randrange(len(HUBS))]),
        Event(home, P.RETURNED, "退件已由寄件人签收", "寄件地"),
    ]
