"""How long the pictures of an order are kept, and the nightly job that gives them up (rules §6.14).

A picture is kept N months after its upload, N months after every case of its order closed (N of the rule each case was
opened under), and as long as an appeal of one is possible; without an end while a case is unfinished. A picture used for
another order's case is kept as long as that order's are.
"""

import calendar
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from django.utils.translation import gettext as _

from foundation.audit.services import Line, record_many
from foundation.files import services as files
from foundation.files.models import Purpose, Removal, StoredFile
from foundation.jobs.chunks import in_chunks
from foundation.lifecycle.deadlines import SHANGHAI
from orders.models import ContactRecord
from orders.services import lock_orders

from ..models import Voucher, WorkOrder, WorkOrderPolicy
from ..states import CLOSED

log = logging.getLogger(__name__)

KEPT = (Purpose.EVIDENCE, Purpose.ATTACHMENT, Purpose.SHEET)
LOOKED_AT, ORDERS = 2000, 500  # files a round of the walk, orders a transaction
LONGEST = 12 * 1000  # months: a rule that says "for ever" stays a date


@dataclass(frozen=True)
class Keeping:
    """Until when a file is kept (None: no end in sight) and why, as a sentence."""

    until: datetime | None
    why: str

    def is_past(self, now: datetime) -> bool:
        return self.until is not None and now > self.until


def keeping_of(stored: Sequence[StoredFile], now: datetime) -> dict[int, Keeping]:
    """Keeping per file pk; set-wise, four queries however many files."""
    orders_of = _orders_of(stored)
    ends = _ends_of_orders({order for orders in orders_of.values() for order in orders})
    months = months_kept(now)
    return {one.pk: _longest(one, [end for order in orders_of[one.pk] for end in ends.get(order, [])], months)
            for one in stored}


def delete_past_keeping(now: datetime) -> dict[str, int]:
    """The job: give up the bytes of what is past its keeping, and record it on each order. Rows and hashes stay.

    Chunks of orders, each one transaction under the orders' locks; orders somebody holds wait for the next night. A
    second run finds nothing; what a crash between mark and delete leaves on disk the sweeper takes.
    """
    months = months_kept(now)
    if months is None:
        return {"removed": 0}
    oldest, removed = plus_months(now, -min(months, LONGEST)) + timedelta(days=4), 0
    seen: tuple[datetime | None, int] = (None, 0)
    while True:
        files_seen = _next_files(oldest, seen)
        if not files_seen:
            return {"removed": removed}
        order_ids = sorted({order_id for _at, _pk, order_id in files_seen})
        done = in_chunks(order_ids, partial(_give_up, now=now), park=_left, size=ORDERS)
        removed += done.done
        seen = files_seen[-1][:2]


def months_kept(now: datetime) -> int | None:
    """The most months any rule in force keeps evidence; None, and nothing is removed, without a rule."""
    newest: dict[str, int] = {}
    rules = WorkOrderPolicy.objects.filter(effective_from__lte=now).order_by("effective_from", "pk")
    for type_code, months in rules.values_list("type", "evidence_keep_months"):
        newest[type_code] = months
    return max(newest.values(), default=None)


def plus_months(moment: datetime, months: int) -> datetime:
    """The same Shanghai day and hour `months` later; the last of the month where there is no such day."""
    local = moment.astimezone(SHANGHAI)
    months = min(months, LONGEST)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(moment.tzinfo)


End = tuple[datetime | None, str]


def _orders_of(stored: Sequence[StoredFile]) -> dict[int, set[int]]:
    """The orders each file belongs to: the one it was uploaded for, those whose cases or recorded talks used it."""
    orders: dict[int, set[int]] = {one.pk: {one.order_id} if one.order_id else set() for one in stored}
    used = Voucher.objects.filter(file_id__in=orders).values_list("file_id", "work_order__order_id").distinct()
    talks = ContactRecord.files.through.objects.filter(storedfile_id__in=orders)
    for file_id, order_id in chain(used, talks.values_list("storedfile_id", "contactrecord__order_id")):
        orders[file_id].add(order_id)
    return orders


def _ends_of_orders(order_ids: Iterable[int]) -> dict[int, list[End]]:
    """What each case of the orders says about keeping."""
    cases = WorkOrder.objects.filter(order_id__in=order_ids).select_related("policy").order_by("pk")
    columns = ("order_id", "number", "status", "closed_at", "policy__evidence_keep_months", "policy__appeal_days")
    ends: dict[int, list[End]] = {}
    for order_id, number, status, closed_at, months, days in cases.values_list(*columns):
        found = ends.setdefault(order_id, [])
        if status not in CLOSED or closed_at is None:
            found.append((None, _("while work order %(number)s is unfinished") % {"number": number}))
            continue
        said = {"months": months, "number": number}
        found.append((plus_months(closed_at, months), _("%(months)d months after work order %(number)s closed") % said))
        if days is not None:
            until = closed_at + timedelta(days=min(days, 30 * LONGEST))
            found.append((until, _("as long as work order %(number)s can be appealed") % said))
    return ends


def _longest(stored: StoredFile, ends: list[End], months: int | None) -> Keeping:
    endless = next((why for until, why in ends if until is None), None)
    if endless is not None:
        return Keeping(None, endless)
    if months is None:
        return Keeping(None, _("no rule says how long"))
    upload: End = (plus_months(stored.created_at, months), _("%(months)d months after the upload") % {"months": months})
    return Keeping(*max([upload, *ends], key=lambda end: end[0]))  # type: ignore[arg-type,return-value]


def _next_files(oldest: datetime, seen: tuple[datetime | None, int]) -> list[tuple[datetime, int, int]]:
    """(uploaded at, pk, order) of the next files old enough to be looked at, in the order of their upload."""
    rows = StoredFile.objects.filter(removed_at=None, created_at__lte=oldest, purpose__in=KEPT, order_id__isnull=False)
    after, last = seen
    if after is not None:
        rows = rows.filter(created_at__gte=after).exclude(created_at=after, pk__lte=last)
    found = rows.order_by("created_at", "pk").values_list("created_at", "pk", "order_id")[:LOOKED_AT]
    return [(at, pk, order_id) for at, pk, order_id in found if order_id is not None]


def _give_up(order_ids: list[int], *, now: datetime) -> int:
    orders = lock_orders(order_ids, skip_locked=True)
    there = StoredFile.objects.filter(order_id__in=[order.pk for order in orders], purpose__in=KEPT, removed_at=None)
    stored = list(there)
    keeping = keeping_of(stored, now)
    past = [one for one in stored if keeping[one.pk].is_past(now)]
    removed = files.mark_removed(past, why=Removal.KEEPING, now=now)
    counts = {order: sum(one.order_id == order.pk for one in past) for order in orders}
    record_many(
        "workorders.evidence_removed",
        [Line(order, data={"count": count}) for order, count in counts.items() if count],
        by=None, now=now,
    )
    return removed


def _left(order_id: int, reason: str) -> None:
    """An order whose files could not be given up keeps them; the next night tries again."""
    log.error("Evidence of order %s was not removed: %s", order_id, reason)
