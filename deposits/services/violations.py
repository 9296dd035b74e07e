"""Violations 违规: recorded set-wise with their deductions 扣除, reversed when an appeal is upheld (rules §7.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.accounts import access
from foundation.audit.services import Line, record, record_many
from foundation.audit.subjects import subject_type_of
from foundation.ledger.services import Draw, Posting, draw_many, post
from foundation.lifecycle.bulk import insert_many
from foundation.lifecycle.errors import Forbidden, Invalid
from foundation.lifecycle.locks import lock
from foundation.notifications.services import Tell, tell_many

from ..models import Violation, ViolationPolicy
from ..movements import DEDUCTED, GIVEN_BACK
from .accounts import hold
from .deadlines import stop_for

NOTE_LENGTH = 300


@dataclass(frozen=True)
class NewViolation:
    """What a shop did. `kind` is a rule's; with ":<type>" behind it, that type's rule or else the kind's.

    `key` makes it count once; `subject` is the case, a model row or (type, id).
    """

    shop_id: int
    kind: str
    key: str
    at: datetime
    subject: Model | tuple[str, int] | None = None
    order_id: int | None = None
    case_number: str = ""
    note: str = ""


@transaction.atomic
def record_violations(
    items: Sequence[NewViolation], *, by: Any, now: datetime, stops: bool = True
) -> list[Violation]:
    """Record them with what their rules deduct, the deposit first; returns those that are new (rules §7.2).

    The rule is the one in force at the deed. A kind without a rule, or whose rule does not count, is no violation; a key
    recorded before changes nothing. An application under review they stop ends in the same transaction, and first: what
    was held for it is deposit again when the deduction looks. `stops=False` is for deeds the house knew of before it
    kept violations: an application then waits at its next look at the conditions. Holds the shops' deposit accounts: a
    caller that booked money before has held them before it.
    """
    wanted = list({item.key: item for item in items}.values())
    if not wanted:
        return []
    hold({item.shop_id for item in wanted})
    known = set(Violation.objects.filter(key__among=[one.key for one in wanted]).values_list("key", flat=True))
    rules = _rules({item.kind for item in wanted})
    pairs = [(item, _rule_of(item.kind, item.at, rules)) for item in wanted if item.key not in known]
    rows = [_row(item, rule, by, now) for item, rule in pairs if rule is not None and rule.counts]
    if not rows:
        return []
    insert_many(rows)
    if stops:
        stop_for(rows, by=by, now=now)
    _deduct(rows, by=by, now=now)
    lines = [Line(row, to_state=row.status, data=_said(row)) for row in rows]
    record_many("deposits.violation_recorded", lines, by=by, now=now)
    telling = [row for row in rows if row.deducted_minor or not row.subject_type]  # of a lost case the shop hears anyway
    tell_many("deposits.violation_recorded", [Tell(row, row.shop_id, _said(row)) for row in telling], now=now)
    return rows


def rule_at(kind: str, at: datetime) -> ViolationPolicy | None:
    """The rule in force at `at` that makes a deed of this kind a violation; None when it was none then."""
    rule = _rule_of(kind, at, _rules([kind]))
    return rule if rule is not None and rule.counts else None


def _rules(kinds: Iterable[str]) -> list[ViolationPolicy]:
    """Every rule of these kinds, the latest first."""
    wanted = {name for kind in kinds for name in (kind, kind.partition(":")[0])}
    return list(ViolationPolicy.objects.filter(kind__in=wanted).order_by("-effective_from", "-pk"))


def _rule_of(kind: str, at: datetime, rules: Iterable[ViolationPolicy]) -> ViolationPolicy | None:
    for name in (kind, kind.partition(":")[0]):
        for rule in rules:
            if rule.kind == name and rule.effective_from <= at:
                return rule
    return None


def _row(item: NewViolation, rule: ViolationPolicy, by: Any, now: datetime) -> Violation:
    subject = item.subject
    named = (subject_type_of(subject), subject.pk) if isinstance(subject, Model) else subject or ("", None)
    return Violation(
        shop_id=item.shop_id, key=item.key, policy=rule, kind=rule.kind, severity=rule.severity, at=item.at,
        order_id=item.order_id, subject_type=named[0], subject_id=named[1], case_number=item.case_number,
        note=item.note, by=by, created_at=now,
    )  # fmt: skip


def _deduct(rows: Iterable[Violation], *, by: Any, now: datetime) -> None:
    """Book what each one's rule takes, and write the booking on its row."""
    costly = [row for row in rows if row.policy.deduct_minor]
    booked = draw_many(
        [
            Draw(
                f"violation:{row.pk}", DEDUCTED.code, row.shop_id, row.policy.deduct_minor, order_id=row.order_id,
                subject=row, note=row.number,
            )
            for row in costly
        ],
        by=by, now=now,
    )  # fmt: skip
    for row, deduction in zip(costly, booked, strict=True):
        row.deducted_minor, row.deduction = row.policy.deduct_minor, deduction
    Violation.objects.bulk_update(costly, ["deducted_minor", "deduction"], batch_size=200)


@transaction.atomic
def reverse_violation(pk: int, *, note: str, by: Any, now: datetime) -> Violation:
    """An appeal was upheld: it no longer counts, and what was deducted comes back, debt first (rules §7.2).

    By reviewers of deposits who never worked for the shop, else Forbidden; Invalid without a note; IllegalMove for one
    that is reversed already; Http404 for a pk that never was.
    """
    shop_id = Violation.objects.filter(pk=pk).values_list("shop_id", flat=True).first()
    if shop_id is None:
        raise Http404
    may_review(shop_id, by)
    hold([shop_id])
    violation = lock(Violation.objects.filter(pk=pk).select_related("policy"))[0]
    target = violation.LIFECYCLE.target("reverse", violation.status)
    if not note.strip() or len(note) > NOTE_LENGTH:
        raise Invalid(_("Say why, in 1 to 300 characters; the shop reads it."), field="note")
    before, back = violation.status, None
    if violation.deducted_minor:
        back = post(
            Posting(
                f"violation:{violation.pk}:reversed", GIVEN_BACK.code, shop_id, violation.deducted_minor,
                order_id=violation.order_id, subject=violation, note=violation.number,
            ),
            by=by, now=now,
        )  # fmt: skip
    columns = {
        "status": target, "reversal": back, "reversed_at": now, "reversed_by": by, "reverse_note": note.strip(),
    }  # fmt: skip
    for name, value in columns.items():
        setattr(violation, name, value)
    violation.save(update_fields=list(columns))
    record(
        "deposits.violation_reversed", violation, by=by, now=now, from_state=before, to_state=target,
        reason=note.strip(), data=_said(violation),
    )  # fmt: skip
    data = {**_said(violation), "text": note.strip()}
    tell_many("deposits.violation_reversed", [Tell(violation, shop_id, data)], now=now)
    return violation


def may_review(shop_id: int, by: Any) -> None:
    """Raise Forbidden unless `by` may record or reverse violations of this shop by hand."""
    if by is None or not access.is_reviewer(by, access.REVIEW_DEPOSITS):
        raise Forbidden(_("Only reviewers of deposits record and reverse violations."))
    if access.conflict_of_interest(by, shop_id):
        raise Forbidden(_("You belong or belonged to this shop. Leave it to a colleague."))


def _said(row: Violation) -> dict[str, Any]:
    return {"number": row.number, "what": row.policy.name, "amount_minor": row.deducted_minor}
