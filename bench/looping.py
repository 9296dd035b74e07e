"""The reference of forfeiting: a per-row loop through the ORM that writes the very rows our code wrote.

One transaction a case, as code without chunks is written: get the case with its order under a lock, decide, look whether
the money was booked before, lock the shop's accounts and see what is pending, `save()` every row that changed, `create()`
every new one, see who is told and what waits behind the case. What is worked out – shares, words, numbers – it takes
from our run, and it never waits for a disk, because the loop too is taken back: both make it quicker than such code is.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Sum

from deposits.models import DepositAccount, Violation
from foundation.accounts.models import Membership
from foundation.audit.models import Entry as AuditEntry
from foundation.catalog.models import Product
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Account, Entry, Transaction
from foundation.notifications.models import Notice, OutboxMessage
from foundation.notifications.states import Outgoing
from orders.models import OrderLine, Refund, RefundLine
from workorders.models import Forfeiture, WorkOrder
from workorders.services.forfeiting import may_forfeit
from workorders.states import Status

Row = dict[str, Any]
NEW: list[type[Model]] = [Refund, RefundLine, AuditEntry, Notice, OutboxMessage, Forfeiture, Violation]
SUBJECT = WorkOrder._meta.label_lower


class Loop:
    """`one(pk)` forfeits a case. `changed` and `added` are what our run wrote: model → case → rows."""

    def __init__(
        self, changed: dict[type[Model], dict[int, list[Row]]], added: dict[type[Model], dict[int, list[Row]]],
        now: datetime,
    ):  # fmt: skip
        self.changed, self.added, self.now = changed, added, now

    @transaction.atomic
    def one(self, pk: int) -> None:
        cases = WorkOrder.objects.select_related("order", "shop", "policy").select_for_update(of=("self", "order"))
        case = cases.get(pk=pk)
        if not may_forfeit(case, self.now):
            raise SystemExit(f"case {pk} is not overdue")
        lines = list(OrderLine.objects.filter(order=case.order_id).select_related("product"))
        self._save(case)
        self._delist(case)
        list(DepositAccount.objects.select_for_update().filter(shop=case.shop_id))
        Violation.objects.filter(key=f"workorder:{pk}").exists()
        if self.added[Transaction].get(pk):
            self._book(case)
        for line in lines:
            self._save(line, pk)
        self._save(case.order, pk)
        self._tell(case)
        for model in NEW:
            self._create(model, pk)
        list(WorkOrder.objects.filter(order=case.order_id, status=Status.QUEUED)[:1])
        list(WorkOrder.objects.filter(order=case.order_id).values_list("status", flat=True))

    def _delist(self, case: WorkOrder) -> None:
        codes = self.added[Forfeiture][case.pk][0]["delisted"]
        if codes:
            for product in Product.objects.select_for_update().filter(shop=case.shop_id, code__in=codes):
                product.listed = False
                product.save(update_fields=["listed", "delisted_at", "delisted_until"])

    def _book(self, case: WorkOrder) -> None:
        """The draws of a case, each once: its key, the accounts under their lock, what is pending of the order."""
        Refund.objects.filter(key=f"workorder:{case.pk}:refund").exists()
        locked = Account.objects.select_for_update().filter(shop=case.shop_id).order_by("kind")
        accounts = {row.pk: row for row in locked}
        lines = _by(self.added[Entry].get(case.pk, []), "transaction_id")
        for booked in self.added[Transaction].get(case.pk, []):
            Transaction.objects.filter(idempotency_key=booked["idempotency_key"]).first()
            Entry.objects.filter(order_id=case.order_id, kind=Kind.PENDING).aggregate(left=Sum("amount_minor"))
            Transaction(**booked).save(force_insert=True)
            Entry.objects.bulk_create([Entry(**row) for row in lines[booked["id"]]])  # together or refused
            for row in lines[booked["id"]]:
                if row["account_id"]:
                    accounts[row["account_id"]].balance_minor = row["balance_after_minor"]
                    accounts[row["account_id"]].save()

    def _tell(self, case: WorkOrder) -> None:
        """What asked for an answer stops asking; who is told."""
        Notice.objects.filter(subject_type=SUBJECT, subject_id=case.pk, cancelled_at=None).update(cancelled_at=self.now)
        OutboxMessage.objects.filter(subject_type=SUBJECT, subject_id=case.pk, status=Outgoing.PENDING).update(
            status=Outgoing.CANCELLED
        )
        list(Membership.objects.filter(shop=case.shop_id, ended_at=None, user__is_active=True).select_related("user"))

    def _create(self, model: type[Model], case: int) -> None:
        for row in self.added[model].get(case, []):
            model(**row).save(force_insert=True)

    def _save(self, thing: Model, case: int | None = None) -> None:
        """What our run left in this row, if it changed it."""
        for row in self.changed.get(type(thing), {}).get(case or thing.pk, []):
            if row["id"] == thing.pk:
                for name, value in row.items():
                    setattr(thing, name, value)
                thing.save()


def by_case(rows: Iterable[tuple[int | None, Row]]) -> dict[int, list[Row]]:
    """Rows with the case they belong to; those of no case are nobody's."""
    found: dict[int, list[Row]] = defaultdict(list)
    for case, row in rows:
        if case is not None:
            found[case].append(row)
    return found


def _by(rows: Sequence[Row], column: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
