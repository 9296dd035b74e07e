"""What the pages say about a case's end, from the columns it copied: no query."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.audit.history import yuan

from .models import WorkOrder
from .money import share
from .states import Branch, Status


def refund_at_stake(case: WorkOrder) -> int:
    """Fen the buyer gets back if the case is lost or forfeited now; compensation comes on top."""
    return min(share(case.order.paid_minor, case.refund_share_bp), case.order.left_minor)


def consequences(case: WorkOrder) -> list[str]:
    """Each effect of losing or forfeiting, as a short clause."""
    refund = refund_at_stake(case)
    clauses = [
        _("full refund of %(amount)s") % {"amount": yuan(refund)}
        if refund == case.order.paid_minor
        else _("refund of %(amount)s, what is left of paid") % {"amount": yuan(refund)}
    ]
    if case.compensation_bp:
        clauses.append(_("compensation of %(share)s of the line paid") % {"share": percent(case.compensation_bp)})
    if case.delists:
        days = ngettext("product delisted for %(days)d day", "product delisted for %(days)d days", case.delist_days)
        clauses.append(days % {"days": case.delist_days} if case.delist_days else _("product delisted"))
    return [*clauses, _("counts as a dispute refund")] if case.counts_dispute else clauses


def at_end(case: WorkOrder) -> str:
    """What happens when the clock beside it runs out, in one short line."""
    if case.status == Status.ANSWERED:
        return _("A reviewer decides; nothing runs out for the shop.")
    if case.status == Status.QUEUED:
        return _("Its clock starts when the work order before it is finished.")
    parts = [_("refund of %(amount)s") % {"amount": yuan(refund_at_stake(case))}]
    if case.compensation_bp:
        parts.append(_("%(share)s compensation") % {"share": percent(case.compensation_bp)})
    if case.delists:
        parts.append(_("product delisted"))
    return " + ".join(parts)


def percent(basis_points: int) -> str:
    """3000 → "30 %", 125 → "1.25 %"."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole} %" if not rest else f"{whole}.{rest:02d} %"


def what_goes_out(branch: str) -> str:
    """What submitting this way to answer does, said before it is done."""
    return {
        Branch.EVIDENCE: _("The sheet goes to the platform. It goes once; a reviewer decides on what is on it."),
        Branch.NEGOTIATED: _("The agreed refund is paid to the buyer now; then a reviewer decides."),
        Branch.RESHIP: _("The reship number goes to the platform and onto the order; then a reviewer decides."),
        Branch.AGREE_REFUND: _(
            "What is left of paid goes back to the buyer now. No review, no compensation, no dispute refund counted."
        ),
    }.get(Branch(branch), "") if branch else ""
