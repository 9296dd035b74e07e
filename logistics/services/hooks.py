"""Carriers' calls to us: whose address, is it signed with that shop's salt, and what does it say (rules §4, F24–F27)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Forbidden, Invalid
from foundation.lifecycle.prepared import Prepared

from ..carriers import kuaidi100
from ..models import ShopHook
from ..models.unplaced import WhyUnplaced
from . import carrier_words, scanning, unplaced

# The salt, and what time it is: one statement.
HOOK: Prepared[Any] = Prepared(
    lambda code: ShopHook.objects.filter(shop__code=code).order_by("pk")[:1].annotate(at=clock.Reading())
    .values_list("shop_id", "salt", "last_push_at", "at", named=True),
    str,
)  # fmt: skip
NUMBERED = ("kuaidinum", "number", "nu")
NOTED_EVERY = timedelta(minutes=1)
Taker = Callable[[int, str, datetime], int]


def hook_of(code: str) -> Any:
    """The salt of the shop at that address, and the moment `at` which it was asked for.

    Http404 for a shop that never was, Forbidden for one nobody can have signed for yet.
    """
    hook = HOOK.first(code)
    if hook is not None:
        return hook
    if Shop.objects.filter(code=code).exists():
        raise Forbidden(_("The signature is not the shop's."))
    raise Http404


def receive(hook: Any, sign: str, param: str, *, take: Taker, now: datetime) -> int:
    """Take one call to the shop's address; how much of it was new. What is there already is stored no second time.

    Forbidden unless `sign` is MD5(param + the shop's salt), Invalid for what no carrier could have meant: then nothing
    is stored.
    """
    if not kuaidi100.is_signed(sign, param, hook.salt):
        raise Forbidden(_("The signature is not the shop's."))
    new = take(hook.shop_id, param, now)
    if new and (hook.last_push_at is None or now - hook.last_push_at > NOTED_EVERY):
        ShopHook.objects.filter(pk=hook.shop_id).update(last_push_at=now)
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
    """A push of how an interception goes on; `time` or `at` is Shanghai's. One nobody can place is kept for operations."""
    try:
        said = kuaidi100.read_json(param)
        moment = said.get("at") or said.get("time")
        at = kuaidi100.read_moment(str(moment), now) if moment else None
    except ValueError as problem:
        raise Invalid(str(problem)) from None
    said |= {name: said[name].strip().upper() for name in NUMBERED if isinstance(said.get(name), str)}
    keep = partial(unplaced.keep, shop_pk, said, at=at, source=kuaidi100.SOURCE, now=now)
    with transaction.atomic():
        if unplaced.is_open_to_doubt(shop_pk, said):
            return int(keep(why=WhyUnplaced.SEVERAL))
        event = carrier_words.from_push(shop_pk, {**said, "at": at}, source=kuaidi100.SOURCE, now=now)
        if event is None:
            return int(keep(why=WhyUnplaced.UNKNOWN))
    return int(event.received_at == now)
