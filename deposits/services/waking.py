"""Asking a worker to look sooner than beat does; never raises, beat looks anyway (architecture law 4)."""

import logging

from celery import current_app

log = logging.getLogger(__name__)


def wake_pay() -> None:
    """An application was approved, or let go on: see whether it can be paid."""
    _wake("deposits.pay_approved", "clock")


def wake_deliver() -> None:
    """A payout was written: send it."""
    _wake("deposits.deliver_payouts", "bulk")


def _wake(task: str, queue: str) -> None:
    try:
        current_app.send_task(task, queue=queue, retry=False)
    except Exception as error:
        log.warning("%s waits for beat, the broker does not answer: %s", task, type(error).__name__)
