"""Deposit refunds' share of the invariants: held, paid once, never more out than in; read-only."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Q, Sum

from foundation.audit.models import Entry as Record
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Account, Entry, Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.invariants import invariant

from .models import Payout, RefundApplication
from .movements import CLAIMED, HELD, RELEASED, RETURNED
from .services.payouts import STUCK_AFTER
from .states import HOLDS, PayoutState, Status

SUBJECT = "deposits.refundapplication"
OURS = [one.code for one in (HELD, RELEASED, CLAIMED, RETURNED)]
WITH_THE_GATEWAY = (Status.PAYING, Status.PAID)
AT_REST = timedelta(minutes=20)
MOST = 200
BATCH = 1000


@invariant("I4", "What stands in `held` is the open application's amount, less what a draw took of it")
def held_is_explained() -> Iterator[str]:
    open_ones = {one.shop_id: one for one in RefundApplication.objects.filter(status__in=HOLDS)}
    for account in Account.objects.filter(kind=Kind.HELD).filter(Q(shop_id__in=open_ones) | ~Q(balance_minor=0)):
        application = open_ones.get(account.shop_id)
        if application is None:
            yield f"shop {account.shop_id} holds {account.balance_minor} fen for no application"
            continue
        since = Transaction.objects.filter(idempotency_key=f"deposit_refund:{application.pk}:held").first()
        rows = Entry.objects.filter(shop_id=account.shop_id, kind=Kind.HELD, transaction_id__gt=since.pk if since else 0)
        drawn = rows.exclude(transaction__movement__in=OURS).aggregate(total=Sum("amount_minor"))["total"] or 0
        if since is None or account.balance_minor != application.amount_minor + drawn:
            yield f"{application.number}: {application.amount_minor} fen, drawn {-drawn}, held {account.balance_minor}"


@invariant("I5", "A refund application is paid ⇔ it has one paid payout, and its claim is booked and not returned")
def paid_once() -> Iterator[str]:
    booked: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    rows = Transaction.objects.filter(subject_type=SUBJECT, movement__in=[CLAIMED.code, RETURNED.code]).order_by()
    for pk, movement, times, total in rows.values_list("subject_id", "movement").annotate(n=Count("pk"), t=Sum("total_minor")):
        booked[pk][movement] = (times, total)
    payouts: dict[int, list[str]] = defaultdict(list)
    for pk, status in Payout.objects.values_list("application_id", "status").order_by("pk"):
        payouts[pk].append(status)
    looked_at = Q(pk__in=set(booked) | set(payouts)) | Q(status__in=WITH_THE_GATEWAY)
    for one in RefundApplication.objects.filter(looked_at).order_by("pk").iterator(chunk_size=BATCH):
        sentence = _paid_wrongly(one, booked[one.pk], payouts[one.pk])
        if sentence:
            yield f"{one.number} is “{one.status}”: {sentence}"


def _paid_wrongly(one: RefundApplication, booked: dict[str, tuple[int, int]], payouts: list[str]) -> str:
    out, back = booked.get(CLAIMED.code, (0, 0)), booked.get(RETURNED.code, (0, 0))
    gone = one.status in WITH_THE_GATEWAY
    alive = [status for status in payouts if status != PayoutState.FAILED]
    if (out[0] - back[0], out[1] - back[1]) != ((1, one.amount_minor) if gone else (0, 0)):
        return f"{out[0]} claims of {out[1]} fen, {back[0]} returned of {back[1]}"
    if len(payouts) != out[0] or len(alive) != gone:
        return f"{len(payouts)} payouts, {len(alive)} of them not failed, for {out[0]} claims"
    if (alive == [PayoutState.PAID]) != (one.status == Status.PAID):
        return f"its payout is “{', '.join(alive)}”"
    return ""


@invariant("I4", "No shop was paid more deposit than it ever paid in")
def no_more_out_than_in() -> Iterator[str]:
    moved = Transaction.objects.filter(movement__in=[CLAIMED.code, RETURNED.code]).order_by().values_list("shop_id", "movement")
    out: dict[int, int] = defaultdict(int)
    for shop_id, movement, total in moved.annotate(total=Sum("total_minor")):
        out[shop_id] += total if movement == CLAIMED.code else -total
    into = Entry.objects.filter(shop_id__in=out, kind=Kind.DEPOSIT, amount_minor__gt=0).order_by()
    taken_in = dict(into.exclude(transaction__movement=RELEASED.code).values_list("shop_id").annotate(Sum("amount_minor")))
    for shop_id, minor in sorted(out.items()):
        if minor > taken_in.get(shop_id, 0):
            yield f"shop {shop_id} was paid {minor} fen of a deposit of {taken_in.get(shop_id, 0)}"


@invariant("I6", "A refund application's recorded moves chain and end at its state")
def moves_chain() -> Iterator[str]:
    batch: list[RefundApplication] = []
    for one in RefundApplication.objects.order_by("pk").only("pk", "number", "status").iterator(chunk_size=BATCH):
        batch.append(one)
        if len(batch) == BATCH:
            yield from _chains(batch)
            batch = []
    yield from _chains(batch)


def _chains(batch: list[RefundApplication]) -> Iterator[str]:
    moves: dict[int, list[tuple[str, str]]] = {one.pk: [] for one in batch}
    rows = Record.objects.filter(subject_type=SUBJECT, subject_id__in=moves).exclude(to_state="").order_by("pk")
    for subject_id, before, after in rows.values_list("subject_id", "from_state", "to_state"):
        moves[subject_id].append((before, after))
    for one in batch:
        state = ""
        for before, after in moves[one.pk]:
            if before != state:
                yield f"{one.number} went from “{before}” when it was “{state}”"
            state = after
        if state != one.status:
            yield f"{one.number} is “{one.status}”; its record ends at “{state}”"


@invariant("I10", "No payout has waited long after it was due or hung in sending")
def payouts_leave() -> Iterator[str]:
    now = clock.now()
    late = Q(status=PayoutState.PENDING, next_at__lt=now - AT_REST)
    hung = Q(status=PayoutState.SENDING, claimed_at__lt=now - AT_REST - STUCK_AFTER)
    for key, status in Payout.objects.filter(late | hung).order_by("pk").values_list("key", "status")[:MOST]:
        yield f"the payout {key} is still “{status}”, long after it was due"
