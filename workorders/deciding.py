"""What a reviewer sees side by side: question, sheet, originals, order, money, history."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from foundation.accounts import access
from foundation.ledger.services import order_story
from logistics.tracks import tracks_of

from . import sentences, slots
from .models import Answer, Voucher, WorkOrder
from .services import effects, how_it_ended
from .states import Status
from .steps import steps


def decision_context(case: WorkOrder, user: Any, now: datetime) -> dict[str, Any]:
    """Everything the decision page shows; `may_decide` is False with `why_not` for whoever can't."""
    conflict = access.conflict_of_interest(user, case.shop_id)
    answers = list(case.answers.select_related("sheet__file", "submitted_by", "contact", "refund"))
    vouchers = [] if conflict else _vouchers(case, answers)
    earlier = [code for stage in case.policy.stages[: case.stage - 1] for code in stage.slots]
    asked = list(dict.fromkeys([*earlier, *case.asked_slots]))
    return {
        "case": case,
        "order": case.order,
        "shop": None,
        "now": now,
        "question": slots.pieces(case.platform_text, asked),
        "asked": asked,
        "answers": answers,
        "steps": steps(case, answers),
        "many_stages": not case.policy.is_last(1),
        "decisions": case.decisions.select_related("by"),
        "vouchers": vouchers,
        "seen_elsewhere": seen_elsewhere(case, vouchers),
        "lines": case.order.lines.select_related("product").order_by("position"),
        "story": order_story(case.order_id),
        "tracks": tracks_of(case.order_id),
        "stake": effects.plan_many([case], now=now)[0],
        "consequences": sentences.consequences(case),
        "conflict": conflict,
        "may_decide": case.status == Status.ANSWERED and not conflict,
        "why_not": _why_not(case, conflict),
    }


def _vouchers(case: WorkOrder, answers: list[Answer]) -> list[Voucher]:
    """What lies on the desk now, and what went out with the latest answer of each earlier stage."""
    windows = {answer.stage: answer.window_no for answer in answers if answer.stage < case.stage}
    shown = case.vouchers.filter(removed_at=None, window_no__in=[*windows.values(), case.window_no])
    return list(shown.select_related("file").order_by("window_no", "position", "pk"))


def _why_not(case: WorkOrder, conflict: bool) -> str:
    if conflict:
        return _("You belong or belonged to this shop, so you can't decide its cases. Leave it to a colleague.")
    return "" if case.status == Status.ANSWERED else how_it_ended(case)


def seen_elsewhere(case: WorkOrder, vouchers: list[Voucher]) -> list[Voucher]:
    """The same originals as evidence for other orders, of any shop; for the platform's eyes only."""
    sums = {voucher.file.sha256 for voucher in vouchers}
    if not sums:
        return []
    found = Voucher.objects.filter(file__sha256__in=sums, removed_at=None).exclude(work_order__order_id=case.order_id)
    return list(found.select_related("work_order__order", "work_order__shop", "file").order_by("-pk")[:20])
