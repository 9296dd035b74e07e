from datetime import timedelta

from celery.schedules import crontab

from foundation.jobs.beat import register, to_its_end

from . import services
from .services import presence

MINUTE = timedelta(minutes=1)

register(
    "every-minute-forfeit-overdue-work-orders", task="workorders.forfeit_due", every=MINUTE,
    run=to_its_end(services.forfeit_due),
)
register(
    "every-minute-remind-of-unanswered-work-orders", task="workorders.remind_due", every=MINUTE,
    run=to_its_end(services.remind_due),
)
register(
    "every-five-minutes-escalate-undecided-work-orders", task="workorders.escalate_due",
    every=timedelta(minutes=5), run=to_its_end(services.escalate_due),
)
register(
    "every-five-minutes-open-queued-work-orders", task="workorders.open_queued", every=timedelta(minutes=5),
    run=to_its_end(services.open_queued),
)
register(
    "every-minute-release-claims-that-ran-out", task="workorders.release_claims", every=MINUTE,
    run=to_its_end(services.release_claims),
)
register(
    "every-night-sweep-who-was-on-a-work-order", task="workorders.sweep_presence", every=crontab(hour=4, minute=50),
    run=to_its_end(presence.sweep), queue="bulk",
)
register(
    "every-night-delete-evidence-past-keeping", task="workorders.delete_past_keeping", every=crontab(hour=4, minute=5),
    run=services.delete_past_keeping, queue="bulk",
)
