"""Carriers' calls to us: whose address, is it signed with that shop's salt, and what does it say (rules §4, F24–F27)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.lifecycle.errors import Forbidden, Invalid
from foundation.lifecycle.prepared import Prepared

from ..carriers import kuaidi100
from ..models import ShopHook
from . import carrier_words, scanning

HOOK = Prepared(lambda code: ShopHook.objects.filter(shop__code=code).order_by("pk")[:1], str)
NUMBERED = ("kuaidinum", "number", "nu")
NOTED_EVERY = timedelta(minutes=1)
Taker = Callable[[int, str, datetime], int]


def receive(code: str, sign: str, param: str, *, take: Taker, now: datetime) -> int:
    """Take one call to the shop's address; how much of it was new. What is there already is stored no second time.

    Http404 for a shop that never was, Forbidden unless `sign` is MD5(param + the shop's salt), Invalid for what no
    carrier could have meant: then nothing is stored.
    """
    hook = HOOK.first(code)
    if hook is None and not Shop.objects.filter(code=code).exists():
        raise Http404
    if hook is None or not kuaidi100.is_signed(sign, param, hook.salt):
        raise Forbidden(_("The signature is not the shop's."))
    new = take(hook.pk, param, now)
    if new and (hook.last_push_at is None or now - hook.last_push_at > NOTED_EVERY):
        ShopHook.objects.filter(pk=hook.pk).update(last_push_at=now)
    return new


def take_scans(shop_pk: int, param: str, now: datetime) -> int:
    """A push of a parcel's scans, as Kuaidi100 writes it."""
    try:
        pushed = kuaidi100.read_push(param, now)
    except ValueError as problem:
        raise Invalid(str(problem)) from None
    if not pushed.events:
        return 0
    taken = scanning.take_in(
        shop_pk=shop_pk, carrier_code=pushed.carrier, number=pushed.number, events=pushed.events,
        source=kuaidi100.SOURCE, now=now,
    )  # fmt: skip
    return taken.new


def take_interception(shop_pk: int, param: str, now: datetime) -> int:
    """A push of how an interception goes on; `time` or `at` is Shanghai's."""
    try:
        said = kuaidi100.read_json(param)
        moment = said.get("at") or said.get("time")
        at = kuaidi100.read_moment(str(moment), now) if moment else None
    except ValueError as problem:
        raise Invalid(str(problem)) from None
    said |= {name: said[name].strip().upper() for name in NUMBERED if isinstance(said.get(name), str)}
    with transaction.atomic():
        event = carrier_words.from_push(shop_pk, {**said, "at": at}, source=kuaidi100.SOURCE, now=now)
    return int(event is not None and event.received_at == now)
