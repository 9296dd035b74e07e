from datetime import timedelta

from foundation.jobs.beat import register, to_its_end

from .services import accounts, applications, payouts

MINUTE = timedelta(minutes=1)

# Required deposits: of new shops, and where a rule changed.
register(
    "every-five-minutes-write-what-deposit-shops-must-keep",
    task="deposits.set_required",
    every=5 * MINUTE,
    run=to_its_end(accounts.set_required_due),
)

# Refunds of the deposit. Talk with the gateway on the bulk queue: a slow one must never delay a deadline.
register(
    "every-minute-begin-to-pay-approved-deposit-refunds",
    task="deposits.pay_approved",
    every=MINUTE,
    run=to_its_end(payouts.pay_due),
)
register(
    "every-half-minute-send-waiting-payouts",
    task="deposits.deliver_payouts",
    every=timedelta(seconds=30),
    run=to_its_end(payouts.deliver_due),
    queue="bulk",
)
register(
    "every-five-minutes-rescue-payouts-stuck-in-sending",
    task="deposits.rescue_payouts",
    every=5 * MINUTE,
    run=to_its_end(payouts.rescue_stuck),
    queue="bulk",
)
register(
    "every-five-minutes-ask-about-payouts-of-unknown-outcome",
    task="deposits.reconcile_payouts",
    every=5 * MINUTE,
    run=to_its_end(payouts.reconcile_due),
    queue="bulk",
)
register(
    "every-minute-stop-deposit-refunds-a-draw-made-short",
    task="deposits.stop_short",
    every=MINUTE,
    run=to_its_end(applications.stop_short_due),
)
register(
    "every-minute-look-again-at-deposit-refunds-that-waited",
    task="deposits.look_again",
    every=MINUTE,
    run=to_its_end(applications.look_again_due),
)
register(
    "every-minute-list-deposit-refunds-not-decided-in-time",
    task="deposits.escalate",
    every=MINUTE,
    run=to_its_end(applications.escalate_due),
)
register(
    "every-minute-remind-shops-asked-about-deposit-refunds",
    task="deposits.remind",
    every=MINUTE,
    run=to_its_end(applications.remind_due),
)
register(
    "every-minute-end-deposit-refunds-nobody-answered-for",
    task="deposits.expire",
    every=MINUTE,
    run=to_its_end(applications.expire_due),
)
