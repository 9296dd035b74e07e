"""What the pages say about a case's end, from the columns it copied: no query."""

from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from foundation.audit.history import yuan
from foundation.shell.words import language

from .models import Stage, WorkOrder
from .money import at_stake
from .states import Branch, Status


def refund_at_stake(case: WorkOrder) -> int:
    """Fen the buyer gets back if the case is lost or forfeited now; compensation comes on top."""
    return at_stake(case.order.paid_minor, case.order.refunded_minor, case.refund_share_bp)


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
        return queued()
    return losing(refund_at_stake(case), case.compensation_bp, case.delists)


def queued() -> str:
    return _("Its clock starts when the work order before it is finished.")


def losing(refund_minor: int, compensation_bp: int, delists: bool) -> str:
    """What losing costs: the refund in fen, and what comes on top."""
    refund, more = _losing(compensation_bp, delists, language())
    return refund % {"amount": yuan(refund_minor)} + more


@lru_cache(maxsize=1024)
def _losing(compensation_bp: int, delists: bool, _language: str | None) -> tuple[str, str]:
    """The words of a lost case without its amount, and what comes on top: the same in most rows of a list."""
    more = [_("%(share)s compensation") % {"share": percent(compensation_bp)}] if compensation_bp else []
    more += [_("product delisted")] if delists else []
    return _("refund of %(amount)s"), "".join(f" + {one}" for one in more)


def joined(clauses: list[str]) -> str:
    """Clauses as one line, with the mark the language puts between them."""
    return pgettext("between clauses", "; ").join(clauses)


def percent(basis_points: int) -> str:
    """3000 → "30 %", 125 → "1.25 %"."""
    whole, rest = divmod(basis_points, 100)
    return _("%(share)s %%") % {"share": f"{whole}.{rest:02d}" if rest else whole}


def what_goes_out(branch: str, next_stage: Stage | None = None) -> str:
    """What submitting this way to answer does, said before it is done; `next_stage` opens by it if there is one."""
    if not branch:
        return ""
    if branch == Branch.AGREE_REFUND:
        return _("What is left of paid goes back to the buyer now. No review, no compensation, no dispute refund counted.")
    said = {
        Branch.EVIDENCE: _("The sheet goes to the platform. It goes once."),
        Branch.NEGOTIATED: _("The agreed refund is paid to the buyer now."),
        Branch.RESHIP: _("The reship number goes to the platform and onto the order."),
        Branch.ACKNOWLEDGE: _("The platform is told that you have read it."),
        Branch.CHOICE: _("The result goes to the platform with what stands below. It goes once."),
    }[Branch(branch)]
    return _("%(said)s %(after)s") % {"said": said, "after": _after(next_stage)}


def _after(next_stage: Stage | None) -> str:
    if next_stage is None:
        return _("Then a reviewer decides.")
    hours = ngettext("with %(hours)d hour to answer", "with %(hours)d hours to answer", next_stage.hours)
    return _("Then stage %(stage)d “%(name)s” opens, %(hours)s.") % {
        "stage": next_stage.number, "name": next_stage.name, "hours": hours % {"hours": next_stage.hours}
    }
