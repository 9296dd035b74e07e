from datetime import timedelta

from foundation.jobs.beat import register, to_its_end

from . import services

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
