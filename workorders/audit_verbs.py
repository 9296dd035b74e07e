from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

register("workorders.opened", _("The platform asked: work order %(number)s"), icon="question-mark-circle")
register("workorders.queued", _("The platform asked: work order %(number)s, waiting for the one before"), icon="queue-list")
register("workorders.clock_started", _("The clock of work order %(number)s started"), icon="clock")
register("workorders.assigned", _("Work order %(number)s handed to %(who)s"), icon="user")
register("workorders.unassigned", _("Work order %(number)s is nobody's"), icon="user")
register("workorders.claimed", _("Work order %(number)s claimed until %(until)s (UTC+8)"), icon="hand-raised")
register("workorders.released", _("Work order %(number)s given back to the queue"), icon="user")
register("workorders.claim_ran_out", _("The claim of %(who)s on work order %(number)s ran out; it is nobody's"), icon="clock")
register(
    "workorders.given_back", _("%(who)s no longer works here: work order %(number)s is nobody's"), icon="user-minus"
)
register("workorders.answered", _("Work order %(number)s answered, window %(window)s"), icon="paper-airplane")
register(
    "workorders.advanced", _("Work order %(number)s: stage %(answered)s answered, stage %(stage)s of %(stages)s is open"),
    icon="arrow-right",
)
register("workorders.settled", _("Work order %(number)s: agreed to the refund of %(amount_minor)s"), icon="banknotes")
register(
    "workorders.forfeited",
    _("Work order %(number)s forfeited: %(refund_minor)s refunded, %(compensation_minor)s compensation"),
    icon="clock",
)
register("workorders.won", _("Work order %(number)s won"), icon="trophy")
register(
    "workorders.lost",
    _("Work order %(number)s lost: %(refund_minor)s refunded, %(compensation_minor)s compensation"),
    icon="x-circle",
)
register("workorders.asked_more", _("Work order %(number)s: the platform asks for more"), icon="arrow-uturn-left")
register("workorders.escalated", _("Work order %(number)s not decided in time"), icon="arrow-trending-up")
register("workorders.parked", _("Work order %(number)s could not be forfeited and was set aside"), icon="archive-box")
register("workorders.unparked", _("Work order %(number)s put back for forfeiting"), icon="arrow-path")
register("workorders.voucher_added", _("Work order %(number)s: picture %(file)s laid on the desk"), icon="photo")
register("workorders.voucher_removed", _("Work order %(number)s: picture %(file)s taken off the desk"), icon="archive-box-x-mark")
register("workorders.library_added", _("Evidence library: picture %(file)s added"), icon="photo")
register("workorders.library_described", _("Evidence library: picture %(file)s described anew"), icon="pencil-square")
register(
    "workorders.evidence_removed",
    _("Evidence library: past the time it is kept, %(count)s files removed; their hashes stay"), icon="archive-box-x-mark",
)
register("workorders.pack_taken", _("The evidence pack of work order %(number)s was taken (%(kind)s)"), icon="archive-box-arrow-down")
