from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

# Temporary deposit
register(
    "deposits.temporary_frozen",
    _("Froze %(amount_minor)s as temporary deposit: the daily refund quota rose from %(was_minor)s to %(allowed_minor)s"),
    "lock-closed",
)
register(
    "deposits.temporary_unfrozen",
    _("Unfroze %(amount_minor)s of the temporary deposit: the daily refund quota fell from %(was_minor)s to %(allowed_minor)s"),
    "lock-open",
)

# Refunds of the deposit
register(
    "deposits.refund_applied",
    _("Applied for a deposit refund of %(amount_minor)s (%(number)s)"),
    "arrow-up-tray",
)
register("deposits.refund_taken", _("Deposit refund %(number)s taken into review"), "eye")
register("deposits.refund_asked", _("Deposit refund %(number)s: asked the shop: %(text)s"), "question-mark-circle")
register(
    "deposits.refund_answered", _("Deposit refund %(number)s: the shop answered (%(files)s files)"), "chat-bubble-left"
)
register("deposits.refund_agreed_first", _("Deposit refund %(number)s: the first of two reviewers agreed"), "hand-thumb-up")
register("deposits.refund_approved", _("Deposit refund %(number)s approved: %(amount_minor)s"), "check-circle")
register("deposits.refund_rejected", _("Deposit refund %(number)s rejected: %(text)s"), "x-circle")
register("deposits.refund_expired", _("Deposit refund %(number)s ended: the shop did not answer in time"), "clock")
register("deposits.refund_withdrawn", _("Deposit refund %(number)s withdrawn by the shop"), "arrow-uturn-left")
register("deposits.refund_stopped", _("Deposit refund %(number)s stopped (%(about)s)"), "no-symbol")
register("deposits.refund_escalated", _("Deposit refund %(number)s was not decided in time"), "exclamation-triangle")
register("deposits.refund_claimed", _("Deposit refund %(number)s: payment of %(amount_minor)s begun"), "banknotes")
register(
    "deposits.refund_paid", _("Deposit refund %(number)s: %(amount_minor)s paid, reference %(reference)s"), "check-badge"
)
register("deposits.refund_not_paid", _("Deposit refund %(number)s: not paid, %(amount_minor)s are held again"), "x-circle")
register("deposits.refund_unparked", _("Deposit refund %(number)s: to be paid again"), "play")
register("deposits.payout_settled_paid", _("Payout %(key)s settled by hand: it was paid"), "check-badge")
register("deposits.payout_settled_not_paid", _("Payout %(key)s settled by hand: it was not paid"), "x-circle")

# Deposit account
register("deposits.paid_in", _("Paid %(amount_minor)s into the deposit"), "arrow-down-tray")
register("deposits.account_changed", _("Category and level of the shop changed from “%(was)s” to “%(now)s”"), "adjustments-horizontal")

# Violations
register("deposits.violation_recorded", _("Violation %(number)s recorded: %(what)s, %(amount_minor)s deducted"), "no-symbol")
register("deposits.violation_reversed", _("Violation %(number)s reversed: %(what)s, %(amount_minor)s given back"), "arrow-uturn-left")
