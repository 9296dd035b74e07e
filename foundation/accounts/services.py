"""Verbs on shops, members and restrictions."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.audit.services import Line, record, record_many
from foundation.lifecycle.locks import lock
from foundation.lifecycle.randoms import public_number

from .models import Membership, Restriction, Shop, ShopKind, User
from .roles import source_name
from .signals import person_switched_off


@transaction.atomic
def create_shop(
    *, name: str, code: str, by: User | None, now: datetime, kind: str = ShopKind.INDIVIDUAL, bound_phone: str = ""
) -> Shop:
    """Open a shop with a random public ID. IntegrityError if name or code is taken (callers check first)."""
    shop = Shop.objects.create(
        number=public_number("SH", 8), code=code, name=name, kind=kind, bound_phone=bound_phone, created_at=now
    )
    record("accounts.shop_created", shop, by=by, now=now, data={"name": name})
    return shop


@transaction.atomic
def revise_shop(shop: Shop, *, changed: Iterable[str], by: User | None, now: datetime) -> None:
    """Save what the platform changed on a shop (name, kind, bound phone, status) and record which fields, no values."""
    fields = [name for name in changed if name in {"name", "kind", "bound_phone", "status"}]
    if fields:
        shop.save(update_fields=fields)
        record("accounts.shop_revised", shop, by=by, now=now, data={"fields": ", ".join(fields)})


def note_person_added(user: User, *, by: User, now: datetime) -> None:
    """Record, inside the caller's transaction, that the platform made an account."""
    record("accounts.person_added", user, by=by, now=now, data={"who": user.username})


def note_person_revised(user: User, *, changed: Iterable[str], by: User, now: datetime) -> None:
    """Record, inside the caller's transaction, which fields the platform changed on a person; no values.

    Switching somebody off is told to the rooms above.
    """
    fields = list(changed)
    if fields:
        data = {"who": user.username, "fields": ", ".join(fields)}
        record("accounts.person_revised", user, by=by, now=now, data=data)
    if "is_active" in fields and not user.is_active:
        person_switched_off.send(User, user=user, by=by, now=now)


@transaction.atomic
def add_member(shop: Shop, user: User, role: str, *, by: User | None, now: datetime) -> Membership:
    """Give a person one role in a shop; IntegrityError if they already have one there."""
    membership = Membership.objects.create(shop=shop, user=user, role=role, joined_at=now)
    record(
        "accounts.member_joined", shop, by=by, now=now,
        data={"who": str(user), "role": source_name(role)},
    )
    return membership


def restrict(
    shop_id: int, reason: str, *, by: User | None, now: datetime, until: datetime | None = None, note: str = ""
) -> Restriction:
    """Open a restriction inside the caller's transaction; an open one of the same reason is returned unchanged."""
    restriction, created = Restriction.objects.get_or_create(
        shop_id=shop_id, reason=reason, lifted_at=None, defaults={"since": now, "until": until, "note": note}
    )
    if created:
        record(
            "accounts.restricted", restriction, by=by, now=now, reason=note,
            data={"reason": str(restriction.get_reason_display())},
        )
    return restriction


def lift(shop_id: int, reason: str, *, by: User | None, now: datetime) -> bool:
    """Lift the open restriction of that reason, if any, inside the caller's transaction; says whether one was."""
    return lift_many([shop_id], reason, by=by, now=now) == 1


def lift_many(shop_ids: Iterable[int], reason: str, *, by: User | None, now: datetime) -> int:
    """The same for many shops; returns how many were lifted."""
    rows = lock(Restriction.objects.filter(shop_id__in=list(shop_ids), reason=reason, lifted_at=None))
    for row in rows:
        row.lifted_at = now
    Restriction.objects.bulk_update(rows, ["lifted_at"])
    record_many(
        "accounts.restriction_lifted",
        [Line(row, data={"reason": str(row.get_reason_display())}) for row in rows],
        by=by, now=now,
    )
    return len(rows)


def restrictions_of(shop_id: int, now: datetime | Callable[[], datetime]) -> list[Restriction]:
    """What holds the shop back at `now`, oldest first; a clock is only read if one of them ends by itself."""
    rows = Restriction.objects.filter(shop_id=shop_id, lifted_at=None).order_by("since", "pk")
    return [row for row in rows if row.until is None or row.until > (now() if callable(now) else now)]


def is_restricted(shop_id: int, now: datetime) -> bool:
    """Whether any restriction is in force at `now`: no small payment; answering stays possible.

    A deposit refund looks at the reasons one by one (rules §7.3): a short deposit does not hold it back, and a debt is
    only taken off it.
    """
    return Restriction.objects.in_force(now).filter(shop_id=shop_id).exists()


def touch_last_shop(session: Any, shop: Shop) -> None:
    """Remember where `/` goes; the session remembers nothing else about shops."""
    if session.get("last_shop") != shop.code:
        session["last_shop"] = shop.code
