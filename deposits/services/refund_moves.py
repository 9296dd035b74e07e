"""A move of a locked refund application: columns, record and notices, and the money that stands in `held` for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.audit.services import Line, record_many
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Account
from foundation.ledger.services import Posting, accounts_for, post_many
from foundation.lifecycle.errors import Stale
from foundation.lifecycle.locks import lock
from foundation.notifications.services import Tell, cancel_about_many, tell_many

from ..models import RefundApplication
from ..movements import RELEASED
from ..states import ENDED
from . import accounts

PAST = {
    "take": "taken", "ask": "asked", "answer": "answered", "approve": "approved", "reject": "rejected",
    "expire": "expired", "withdraw": "withdrawn", "stop": "stopped", "claim": "claimed", "pay": "paid",
    "fail": "not_paid",
}  # fmt: skip


def hold_applications(pks: Iterable[int]) -> list[RefundApplication]:
    """The applications as they are now, by pk, the deposit accounts of their shops locked first; unknown pks are missing.

    Refused outside a transaction.
    """
    pks = list(pks)
    accounts.hold(RefundApplication.objects.filter(pk__in=pks).values_list("shop_id", flat=True))
    return locked(RefundApplication.objects.filter(pk__in=pks))


def locked(rows: "models.QuerySet[RefundApplication]") -> list[RefundApplication]:
    """These rows locked, with shop and rule; the caller holds their shops' deposit accounts."""
    return lock(rows.select_related("shop", "policy"))


def hold_application(pk: int, version: int | None) -> RefundApplication:
    """One of them; Http404 for a pk that never was, Stale when the page was made from an older version (None: any)."""
    held = hold_applications([pk])
    if not held:
        raise Http404
    if version is not None and held[0].version != version:
        raise Stale(_("Something happened to this application meanwhile. Look at it again, then repeat what you wanted."))
    return held[0]


def move(
    application: RefundApplication, verb: str, *, by: Any, now: datetime, reason: str = "",
    data: dict[str, Any] | None = None, **columns: Any,
) -> RefundApplication:  # fmt: skip
    """`move_many` of one."""
    return move_many([application], verb, by=by, now=now, reason=reason, data=data, **columns)[0]


def move_many(
    applications: Sequence[RefundApplication], verb: str, *, by: Any, now: datetime, reason: str = "",
    data: dict[str, Any] | None = None, **columns: Any,
) -> list[RefundApplication]:  # fmt: skip
    """Move locked applications along `verb`; raises IllegalMove from a state that doesn't know it.

    What ends one also closes it and lets go of what it waited for. A new state replaces what the shop and reviewers
    were told of the one before.
    """
    lines = []
    for application in applications:
        before = application.status
        after = application.LIFECYCLE.target(verb, before)
        ending = {"closed_at": now, "waits_for": "", "parked_at": None, "parked_reason": ""} if after in ENDED else {}
        write(application, status=after, **ending, **columns)
        lines.append(Line(application, before, after, reason, _said(application, data)))
    record_many(f"deposits.refund_{PAST[verb]}", lines, by=by, now=now)
    cancel_about_many(applications, now=now)
    tell_shops(f"deposits.refund_{PAST[verb]}", applications, now=now, **(data or {}))
    return list(applications)


def write(application: RefundApplication, **columns: Any) -> None:
    """Write these columns of a locked application as its next version."""
    application.version += 1
    for name, value in columns.items():
        setattr(application, name, value)
    application.save(update_fields=["version", *columns])


def release_many(applications: Sequence[RefundApplication], *, by: Any, now: datetime) -> None:
    """What is left of each one's amount in `held` goes back to the deposit (`deposit_refund:N:released`)."""
    left = {shop_id: minor for shop_id, minor in _held([one.shop_id for one in applications]).items() if minor}
    post_many(
        [
            Posting(
                f"deposit_refund:{one.pk}:released", RELEASED.code, one.shop_id, min(left[one.shop_id], one.amount_minor),
                subject=one, note=one.number,
            )
            for one in applications
            if one.shop_id in left
        ],
        by=by, now=now,
    )  # fmt: skip


def short_of(applications: Iterable[RefundApplication]) -> list[RefundApplication]:
    """Those of whose amount a draw took something: `held` holds less. Read under the ledger's lock."""
    applications = list(applications)
    held = _held([one.shop_id for one in applications])
    return [one for one in applications if held[one.shop_id] < one.amount_minor]


def _held(shop_ids: Iterable[int]) -> dict[int, int]:
    rows: list[Account] = accounts_for(shop_ids)
    return {row.shop_id: row.balance_minor for row in rows if row.kind == Kind.HELD}


def tell_shops(kind: str, applications: Iterable[RefundApplication], *, now: datetime, **more: Any) -> None:
    """Tell each one's shop, in app and by text message."""
    tell_many(kind, [Tell(one, one.shop_id, _said(one, more)) for one in applications], now=now)


def tell_desk(
    kind: str, applications: Iterable[RefundApplication], users: Iterable[Any], *, now: datetime, **more: Any
) -> None:
    """Tell people of the platform; the notice leads to the decision page."""
    people = list(users)
    tells = [Tell(one, data=_said(one, more), url=desk_url(one), users=people) for one in applications]
    tell_many(kind, tells, now=now)


def desk_url(application: RefundApplication) -> str:
    """Where reviewers look at it."""
    return reverse("admin:deposits_refundapplication_change", args=[application.pk])


def _said(application: RefundApplication, more: dict[str, Any] | None) -> dict[str, Any]:
    return {"number": application.number, "amount_minor": application.amount_minor, **(more or {})}
