"""This app's share of I5, I6 and I8; read-only, one sentence per violation, safe on a live database."""

from collections.abc import Iterable, Iterator

from django.db.models import Count, Exists, F, OuterRef, Q

from foundation.accounts.models import Membership
from foundation.audit.models import Entry
from foundation.files.models import StoredFile
from foundation.lifecycle.invariants import invariant
from foundation.notifications.models import Notice

from .models import Answer, Decision, Draft, Forfeiture, LibraryItem, Sheet, Voucher, WorkOrder
from .money import share
from .services import retention
from .states import UNFINISHED, Status

SUBJECT = "workorders.workorder"
BATCH = 1000


@invariant(
    "I5",
    "A forfeited work order has exactly one Forfeiture; its refund is min(rule, what was left of paid); none was "
    "answered in time.",
)
def forfeitures_match() -> Iterable[str]:
    rows = Forfeiture.objects.filter(work_order=OuterRef("pk"))
    for number in WorkOrder.objects.filter(status=Status.FORFEITED).exclude(Exists(rows)).values_list(
        "number", flat=True
    ):
        yield f"{number} is forfeited without a Forfeiture."
    others = Forfeiture.objects.exclude(work_order__status=Status.FORFEITED)
    for number in others.values_list("work_order__number", flat=True):
        yield f"{number} has a Forfeiture and is not forfeited."
    twice = Forfeiture.objects.order_by().values("work_order__number").annotate(rows=Count("pk")).filter(rows__gt=1)
    for row in twice:
        yield f"{row['work_order__number']} has {row['rows']} Forfeitures."
    answered = Answer.objects.filter(
        work_order__status=Status.FORFEITED, window_no=F("work_order__window_no"),
        submitted_at__lte=F("work_order__due_at"),
    )
    for number in answered.values_list("work_order__number", flat=True):
        yield f"{number} was answered in its last window and is forfeited."
    yield from _amounts()


def _amounts() -> Iterator[str]:
    rows = Forfeiture.objects.select_related("work_order__order", "refund")
    for row in rows.iterator(chunk_size=BATCH):
        case = row.work_order
        due = min(share(case.order.paid_minor, case.refund_share_bp), row.left_minor)
        booked = row.refund.amount_minor if row.refund else 0
        if row.refund_minor != due or booked != due:
            yield f"{case.number} refunded {booked} fen (noted {row.refund_minor}), the rule says {due}."


@invariant("I6", "A work order's recorded moves chain and end at its state; its version covers them.")
def moves_chain() -> Iterable[str]:
    cases = WorkOrder.objects.order_by("pk").only("pk", "number", "status", "version").iterator(chunk_size=BATCH)
    batch: list[WorkOrder] = []
    for case in cases:
        batch.append(case)
        if len(batch) == BATCH:
            yield from _chains(batch)
            batch = []
    yield from _chains(batch)


def _chains(cases: list[WorkOrder]) -> Iterator[str]:
    moves: dict[int, list[tuple[str, str]]] = {case.pk: [] for case in cases}
    rows = Entry.objects.filter(subject_type=SUBJECT, subject_id__in=moves).exclude(to_state="").order_by("pk")
    for subject_id, before, after in rows.values_list("subject_id", "from_state", "to_state"):
        moves[subject_id].append((before, after))
    for case in cases:
        state = ""
        for before, after in moves[case.pk]:
            if before != state:
                yield f"{case.number} went from “{before}” when it was “{state}”."
            state = after
        if state != case.status:
            yield f"{case.number} is “{case.status}”; its record ends at “{state}”."
        if case.version < len(moves[case.pk]):
            yield f"{case.number} has version {case.version} and {len(moves[case.pk])} recorded moves."


@invariant("I8", "A work order's shop is its order's, its line's order is its order.")
def parents_agree() -> Iterable[str]:
    for number in WorkOrder.objects.exclude(shop_id=F("order__shop_id")).values_list("number", flat=True):
        yield f"{number} belongs to another shop than its order."
    strangers = WorkOrder.objects.filter(line__isnull=False).exclude(line__order_id=F("order_id"))
    for number in strangers.values_list("number", flat=True):
        yield f"{number} names a line of another order."


@invariant("I8", "What hangs on a work order – pictures, sheets, talks, refunds – belongs to its shop and its order.")
def children_agree() -> Iterable[str]:
    other_shop, other_order = ~Q(file__shop_id=F("work_order__shop_id")), ~Q(contact__order_id=F("work_order__order_id"))
    other_refund = Q(refund__isnull=False) & ~Q(refund__order_id=F("work_order__order_id"))
    looks = [
        (Voucher, other_shop), (Sheet, other_shop),
        (Draft, Q(contact__isnull=False) & other_order), (Answer, Q(contact__isnull=False) & other_order),
        (Answer, other_refund), (Decision, other_refund), (Forfeiture, other_refund),
    ]
    for model, strange in looks:
        for pk, number in model.objects.filter(strange).values_list("pk", "work_order__number"):
            yield f"{model._meta.label_lower} {pk} of {number} names what belongs elsewhere."


@invariant("I8", "Records and notices about a work order carry its shop.")
def tellings_agree() -> Iterable[str]:
    case = WorkOrder.objects.filter(pk=OuterRef("subject_id")).exclude(shop_id=OuterRef("shop_id"))
    for model in (Entry, Notice):
        strays = model.objects.filter(Exists(case), subject_type=SUBJECT, shop_id__isnull=False)
        for pk in strays.values_list("pk", flat=True):
            yield f"{model._meta.label_lower} {pk} about a work order names another shop."


@invariant("I8", "A library's picture belongs to its order; none was removed while a case of its order was unfinished.")
def libraries_agree() -> Iterable[str]:
    strange = ~Q(file__shop_id=F("order__shop_id")) | ~Q(file__order_id=F("order_id"))
    for pk in LibraryItem.objects.filter(strange).values_list("pk", flat=True):
        yield f"workorders.libraryitem {pk} names a picture of another order."
    removed = StoredFile.objects.filter(order_id=OuterRef("order_id"), removed_at__gte=OuterRef("created_at"))
    kept = removed.filter(purpose__in=retention.KEPT)
    for number in WorkOrder.objects.filter(Exists(kept), status__in=UNFINISHED).values_list("number", flat=True):
        yield f"{number} is unfinished and pictures of its order were removed since it was opened."


@invariant("I8", "An unfinished work order is in the charge of somebody who works for its shop, or of nobody.")
def people_agree() -> Iterable[str]:
    works_here = Membership.objects.filter(shop_id=OuterRef("shop_id"), user_id=OuterRef("assigned_to_id"), ended_at=None)
    strays = WorkOrder.objects.filter(status__in=UNFINISHED, assigned_to__isnull=False).exclude(Exists(works_here))
    for number in strays.values_list("number", flat=True):
        yield f"{number} is in the charge of somebody who does not work for its shop."
