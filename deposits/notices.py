from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import INFO, TASK, URGENT, register

# Refund quota
register(
    "deposits.quota_nearly_used",
    text=_("Today's refund quota is nearly used: %(used_minor)s used, %(left_minor)s left. Freeze temporary deposit to raise it"),
    perm="deposits.freeze",
    importance=TASK,
)

# Refunds of the deposit: each step, to the shop's owner and finance
register(
    "deposits.refund_applied",
    text=_("Deposit refund %(number)s: your application for %(amount_minor)s arrived. It is decided by %(due_at)s"),
    perm="deposits.apply",
    sms=True,
    importance=INFO,
)
register(
    "deposits.refund_taken",
    text=_("Deposit refund %(number)s of %(amount_minor)s is in review"),
    perm="deposits.apply",
    sms=True,
    importance=INFO,
)
register(
    "deposits.refund_asked",
    text=_("Deposit refund %(number)s: the platform asks: %(text)s Answer by %(due_at)s"),
    perm="deposits.apply",
    sms=True,
    importance=TASK,
)
register(
    "deposits.refund_unanswered",
    text=_("Deposit refund %(number)s: the platform's question waits for your answer until %(due_at)s; after that the application ends"),
    perm="deposits.apply",
    sms=True,
    importance=TASK,
)
register(
    "deposits.refund_answered",
    text=_("Deposit refund %(number)s: your answer arrived, the review goes on"),
    perm="deposits.apply",
    sms=True,
    importance=INFO,
)
register(
    "deposits.refund_approved",
    text=_("Deposit refund %(number)s is approved: %(amount_minor)s are paid shortly"),
    perm="deposits.apply",
    sms=True,
    importance=INFO,
)
register(
    "deposits.refund_rejected",
    text=_("Deposit refund %(number)s is rejected: %(reason)s. %(text)s"),
    perm="deposits.apply",
    sms=True,
    importance=TASK,
)
register(
    "deposits.refund_expired",
    text=_("Deposit refund %(number)s ended: nobody answered in time. You may apply again"),
    perm="deposits.apply",
    sms=True,
    importance=TASK,
)
register(
    "deposits.refund_withdrawn",
    text=_("Deposit refund %(number)s of %(amount_minor)s was withdrawn by your shop"),
    perm="deposits.apply",
    sms=True,
    importance=INFO,
)
register(
    "deposits.refund_stopped",
    text=_("Deposit refund %(number)s is stopped: %(why)s (%(about)s). What is left is deposit again"),
    perm="deposits.apply",
    sms=True,
    importance=TASK,
)
register(
    "deposits.refund_claimed",
    text=_("Deposit refund %(number)s: %(amount_minor)s are being paid"),
    perm="deposits.apply",
    sms=True,
    importance=INFO,
)
register(
    "deposits.refund_paid",
    text=_("Deposit refund %(number)s: %(amount_minor)s are paid"),
    perm="deposits.apply",
    sms=True,
    importance=INFO,
)
register(
    "deposits.refund_not_paid",
    text=_("Deposit refund %(number)s: the payment did not go through. The money is held, the platform looks into it"),
    perm="deposits.apply",
    sms=True,
    importance=INFO,
)

# The same, to the platform's people
register(
    "deposits.refund_answered_to_review",
    text=_("Deposit refund %(number)s: the shop answered"),
    perm="deposits.apply",
    importance=TASK,
)
register(
    "deposits.refund_first_agreed",
    text=_("Deposit refund %(number)s of %(amount_minor)s: one reviewer agreed, another must agree too"),
    perm="deposits.apply",
    importance=TASK,
)
register(
    "deposits.refund_free",
    text=_("Deposit refund %(number)s: what it waited for is over, it can be approved"),
    perm="deposits.apply",
    importance=TASK,
)
register(
    "deposits.refund_escalated",
    text=_("Deposit refund %(number)s was not decided in time"),
    perm="deposits.apply",
    importance=URGENT,
)
register(
    "deposits.payout_unknown",
    text=_("Payout of deposit refund %(number)s, %(amount_minor)s: nobody knows whether it was paid (%(text)s)"),
    perm="deposits.apply",
    importance=URGENT,
)
register(
    "deposits.payout_failed",
    text=_("Payout of deposit refund %(number)s, %(amount_minor)s failed: %(text)s. It is not tried again by itself"),
    perm="deposits.apply",
    importance=TASK,
)
register(
    "deposits.payout_contradicted",
    text=_("Payout of deposit refund %(number)s, %(amount_minor)s: two answers that differ (%(text)s). Find out which is true"),
    perm="deposits.apply",
    importance=URGENT,
)

# Deposit account and violations
register(
    "deposits.short",
    text=_("The deposit is short by %(short_minor)s: small payments are held back until it is paid in"),
    perm="deposits.pay_in",
    importance=TASK,
)
register(
    "deposits.short_ended",
    text=_("The deposit is complete again: nothing is held back for it any more"),
    perm="deposits.pay_in",
    importance=INFO,
)
register(
    "deposits.violation_recorded",
    text=_("Violation %(number)s was recorded: %(what)s, %(amount_minor)s deducted"),
    perm="deposits.view",
    importance=INFO,
)
register(
    "deposits.violation_reversed",
    text=_("Violation %(number)s is reversed, %(amount_minor)s came back: %(text)s"),
    perm="deposits.view",
    importance=INFO,
)
