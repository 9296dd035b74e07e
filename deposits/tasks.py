"""Celery: read the clock, call one service. Delivered twice, each finds nothing left to do the second time."""

from typing import Any

from celery import shared_task

from foundation.audit import context
from foundation.lifecycle import clock

from .services import accounts, applications, payouts


# Required deposits
@shared_task(name="deposits.set_required")
def set_required(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return accounts.set_required_due(clock.now())


# Refunds of the deposit
@shared_task(name="deposits.pay_approved")
def pay_approved(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return payouts.pay_due(clock.now())


@shared_task(name="deposits.deliver_payouts")
def deliver_payouts(**_unknown: Any) -> dict:
    """One round; after a full one, itself again."""
    with context.fresh_request_id("job-"):
        counts = payouts.deliver_due(clock.now())
    if sum(counts.values()) >= payouts.ONE_ROUND:
        payouts.wake_deliver()
    return counts


@shared_task(name="deposits.rescue_payouts")
def rescue_payouts(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return payouts.rescue_stuck(clock.now())


@shared_task(name="deposits.reconcile_payouts")
def reconcile_payouts(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return payouts.reconcile_due(clock.now())


@shared_task(name="deposits.stop_short")
def stop_short(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return applications.stop_short_due(clock.now())


@shared_task(name="deposits.escalate")
def escalate(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return applications.escalate_due(clock.now())


@shared_task(name="deposits.remind")
def remind(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return applications.remind_due(clock.now())


@shared_task(name="deposits.expire")
def expire(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return applications.expire_due(clock.now())


@shared_task(name="deposits.look_again")
def look_again(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return applications.look_again_due(clock.now())
