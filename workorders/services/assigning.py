"""Whose case it is: handed over by a colleague, claimed for a while, or nobody's (rules §6.12).

None of these verbs raises the case's version: who is in charge is no change of what the shop writes, and a page a
seller is typing on must not become stale because half an hour has passed. The person's membership is locked before any
order, as when it ends, so a case never goes to somebody who left in the same moment.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.access import roles_that_may
from foundation.accounts.models import Membership, Shop, User
from foundation.audit.services import Line, record, record_many
from foundation.jobs.chunks import in_chunks
from foundation.lifecycle.deadlines import is_overdue
from foundation.lifecycle.errors import Blocked, DeadlinePassed, Forbidden, IllegalMove, Invalid
from foundation.lifecycle.locks import lock
from foundation.notifications.services import tell
from foundation.shell.urls_for import shop_url

from ..models import WorkOrder
from ..states import CLOSED, UNFINISHED, Status
from . import presence
from .cases import CHUNK, how_it_ended, local, lock_case, lock_cases

PERMISSION = "workorders.answer"
AT_ONCE = 20_000
LOOKED_AT = 20  # how many of the unassigned a person tries before waiting for the first


@transaction.atomic
def assign(pk: int, *, to: User | None, by: Any, now: datetime) -> WorkOrder:
    """Hand an unfinished case to one of the shop's people, or to nobody (`to=None`), for as long as it takes.

    Ends a claim, whoever's. IllegalMove once it is closed; Invalid for a person who does not work for the shop.
    Assigning the same again changes nothing.
    """
    refusals = assign_many([pk], to=to, by=by, now=now)
    case = WorkOrder.objects.select_related("shop", "policy", "assigned_to").get(pk=pk)
    if case.is_closed:
        raise IllegalMove(how_it_ended(case))
    if refusals:
        raise Invalid(refusals[pk], field="to")
    return case


@transaction.atomic
def assign_many(pks: Iterable[int], *, to: User | None, by: Any, now: datetime) -> dict[int, str]:
    """The same for a chunk, set-wise. Gives {pk: sentence} of those left as they are; the rest belong to `to` now.

    One notice tells the person how many they were handed, unless they took them themselves.
    """
    pks = list(pks)
    shop_ids = set(WorkOrder.objects.filter(pk__in=pks).values_list("shop_id", flat=True))
    works_in = {one.shop_id for one in _memberships(to, shop_ids)} if to else shop_ids
    refusals: dict[int, str] = {}
    moving: list[WorkOrder] = []
    for case in lock_cases(pks):
        if case.status in CLOSED:
            refusals[case.pk] = _("This work order is already “%(state)s”.") % {"state": case.get_status_display()}
        elif case.shop_id not in works_in:
            refusals[case.pk] = _("This person does not work for the shop.")
        elif (case.assigned_to_id, case.claimed_until) != (to.pk if to else None, None):
            moving.append(case)
    _hand(moving, to)
    verb = "workorders.assigned" if to else "workorders.unassigned"
    who = str(to) if to else ""
    record_many(verb, [Line(case, data={"who": who, "number": case.number}) for case in moving], by=by, now=now)
    if to is not None and to != by:
        _tell_the_person(moving, to, by, now)
    return refusals


@transaction.atomic
def claim(pk: int, *, by: User, now: datetime) -> WorkOrder:
    """“I am on it”: the case is `by`'s until the rule's minutes have passed without work on it (rules §6.12).

    Claiming one's own again starts the minutes anew; one handed to `by` for good stays so. Refused: Forbidden for a
    role that can't answer, IllegalMove unless it is open, DeadlinePassed after its deadline, Blocked while a colleague
    has it – the sentence says who, and until when.
    """
    shop_id = WorkOrder.objects.values_list("shop_id", flat=True).get(pk=pk)
    _must_answer_here(by, shop_id)
    case = lock_case(pk)
    _must_be_open(case, now)
    if is_taken(case, now) and case.assigned_to_id != by.pk:
        raise Blocked(who_has_it(case), code="claimed")
    if case.assigned_to_id == by.pk and case.claimed_until is None:
        return case
    mine = is_taken(case, now)
    _hand([case], by, until=now + minutes_of(case))
    if not mine:
        _record_claim(case, by, now)
    return case


def take_next(shop: Shop, *, by: User, now: datetime) -> WorkOrder:
    """Claim the shop's unassigned open case with the least time left; two people at once get two cases.

    On PostgreSQL what a colleague is taking in this moment is skipped (SKIP LOCKED); when everything was, the first is
    waited for. Each try is a transaction of its own: what was not to be had is not held while the next one is waited
    for (architecture law 2). Forbidden for a role that can't answer; Blocked when nothing is unassigned.
    """
    with transaction.atomic():
        _must_answer_here(by, shop.pk)
    for skip_locked in (True, False):
        waiting = WorkOrder.objects.for_shop(shop.pk).to_take(now).order_by("due_at", "pk")
        for pk in list(waiting.values_list("pk", flat=True)[:LOOKED_AT]):
            case = _take(pk, shop, by, now, skip_locked=skip_locked)
            if case is not None:
                return case
    raise Blocked(_("No work order is waiting for somebody: each one has its person, or none is open."), code="none")


@transaction.atomic
def _take(pk: int, shop: Shop, by: User, now: datetime, *, skip_locked: bool) -> WorkOrder | None:
    """The case, claimed, or None when a colleague has it or is taking it."""
    _must_answer_here(by, shop.pk)
    for case in lock_cases([pk], skip_locked=skip_locked):
        if case.takes_answers(now) and not is_taken(case, now):
            _hand([case], by, until=now + minutes_of(case))
            _record_claim(case, by, now)
            return case
    return None


@transaction.atomic
def release(pk: int, *, by: User, now: datetime) -> WorkOrder:
    """Give one's own case back to the queue. Blocked for somebody else's, IllegalMove once it is closed."""
    case = lock_case(pk)
    if case.is_closed:
        raise IllegalMove(how_it_ended(case))
    if case.assigned_to_id is None:
        return case
    if case.assigned_to_id != by.pk:
        raise Blocked(who_has_it(case), code="claimed")
    _hand([case], None)
    record("workorders.released", case, by=by, now=now, data={"number": case.number})
    return case


def note_work(case: WorkOrder, *, by: Any, now: datetime) -> None:
    """`by` works on the locked case: colleagues see them on it, and a claim of theirs starts its minutes anew."""
    presence.mark(case, by=by, now=now)
    if by is not None and case.claimed_until is not None and case.assigned_to_id == by.pk:
        _hand([case], by, until=now + minutes_of(case))


def release_claims(now: datetime) -> dict[str, int]:
    """The job: claims that ran out go back to the queue. Twice changes nothing; what somebody holds is left for later."""
    pks = WorkOrder.objects.claims_run_out(now).order_by("claimed_until", "pk").values_list("pk", flat=True)[:AT_ONCE]
    done = in_chunks(pks, partial(_release_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"released": done.done}


def _release_chunk(pks: list[int], *, now: datetime) -> int:
    locked = lock_cases(pks, skip_locked=True)
    over = [case for case in locked if case.claimed_until is not None and not is_taken(case, now)]
    _back_to_the_queue("workorders.claim_ran_out", over, by=None, now=now)
    return len(over)


@transaction.atomic
def give_back(user: User, *, shop: Shop | None = None, by: Any, now: datetime) -> int:
    """Somebody left a shop (or, with None, every shop): their unfinished cases are nobody's; leaders are told once.

    Inside the transaction that ended the membership, so no case is left with a person who can't open it.
    """
    theirs = WorkOrder.objects.filter(assigned_to=user, status__in=UNFINISHED)
    if shop is not None:
        theirs = theirs.for_shop(shop.pk)
    else:
        lock(Membership.objects.filter(user=user, ended_at=None))  # whoever hands them a case now has done so, or waits
    cases = lock_cases(list(theirs.values_list("pk", flat=True)))
    cases = [case for case in cases if case.assigned_to_id == user.pk]
    _back_to_the_queue("workorders.given_back", cases, by=by, now=now)
    for one in {case.shop_id: case.shop for case in cases}.values():
        count = sum(case.shop_id == one.pk for case in cases)
        tell(
            "workorders.given_back", one, shop_id=one.pk, now=now, data={"who": str(user), "count": count},
            url=f"{shop_url(one, 'workorders:work-orders')}?whose=unassigned",
        )
    return len(cases)


def is_taken(case: WorkOrder, now: datetime) -> bool:
    """Whether the case is somebody's at `now`; a claim holds until its very last instant."""
    if case.assigned_to_id is None:
        return False
    return case.claimed_until is None or not is_overdue(case.claimed_until, now)


def who_has_it(case: WorkOrder) -> str:
    """The sentence for whoever wanted the case too."""
    if case.claimed_until is None:
        return _("%(who)s is in charge of this work order.") % {"who": case.assigned_to}
    return _("%(who)s is on it until %(when)s (UTC+8), or longer while working on it.") % {
        "who": case.assigned_to, "when": local(case.claimed_until)
    }


def minutes_of(case: WorkOrder) -> timedelta:
    """How long a claim lasts without work on the case, by its rule."""
    return timedelta(minutes=case.policy.claim_minutes)


def _hand(cases: Iterable[WorkOrder], to: User | None, until: datetime | None = None) -> None:
    cases = list(cases)
    WorkOrder.objects.filter(pk__in=[case.pk for case in cases]).update(assigned_to=to, claimed_until=until)
    for case in cases:
        case.assigned_to, case.claimed_until = to, until


def _back_to_the_queue(verb: str, cases: list[WorkOrder], *, by: Any, now: datetime) -> None:
    people = User.objects.in_bulk({case.assigned_to_id for case in cases})
    lines = [Line(case, data={"number": case.number, "who": str(people[case.assigned_to_id])}) for case in cases]
    _hand(cases, None)
    record_many(verb, lines, by=by, now=now)


def _record_claim(case: WorkOrder, by: User, now: datetime) -> None:
    data = {"number": case.number, "who": str(by), "until": local(case.claimed_until)}
    record("workorders.claimed", case, by=by, now=now, data=data)


def _tell_the_person(cases: list[WorkOrder], to: User, by: Any, now: datetime) -> None:
    for shop in {case.shop_id: case.shop for case in cases}.values():
        handed = [case for case in cases if case.shop_id == shop.pk]
        url = f"{shop_url(shop, 'workorders:work-orders')}?whose=mine"
        if len(handed) == 1:
            url = shop_url(shop, "workorders:work-order", number=handed[0].number)
        data = {"by": str(by or ""), "count": len(handed)}
        tell("workorders.handed_over", shop, shop_id=shop.pk, data=data, now=now, url=url, users=[to])


def _memberships(user: User, shop_ids: Iterable[int]) -> list[Membership]:
    """The person's active memberships there, locked: they can't end, nor the person be switched off, before this
    transaction does. Whether they were switched off already is read under the lock."""
    held = lock(Membership.objects.filter(user=user, shop_id__in=list(shop_ids), ended_at=None))
    return held if User.objects.filter(pk=user.pk, is_active=True).exists() else []


def _must_answer_here(by: User, shop_id: int) -> None:
    if not any(one.can(PERMISSION) for one in _memberships(by, [shop_id])):
        raise Forbidden(
            _("Your role can't do this. Ask one of: %(roles)s.") % {"roles": ", ".join(roles_that_may(PERMISSION))},
            code=PERMISSION,
        )


def _must_be_open(case: WorkOrder, now: datetime) -> None:
    if case.status != Status.OPEN:
        raise IllegalMove(how_it_ended(case))
    if case.is_overdue(now):
        raise DeadlinePassed(_("Too late: the time to answer ended at %(when)s (UTC+8).") % {"when": local(case.due_at)})
