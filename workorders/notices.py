from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import INFO, TASK, URGENT, register

register(
    "workorders.opened", text=_("New work order %(number)s: answer by %(due_at)s, or the buyer is refunded"),
    perm="workorders.answer", sms=True, importance=TASK,
)
register(
    "workorders.reminder", text=_("Work order %(number)s is still unanswered; its time ends at %(due_at)s"),
    perm="workorders.answer", sms=True, importance=URGENT,
)
register(
    "workorders.forfeited",
    text=_("Work order %(number)s was forfeited: %(refund_minor)s refunded, %(compensation_minor)s compensation"),
    perm="workorders.view", sms=True, importance=INFO,
)
register(
    "workorders.next_stage",
    text=_("Work order %(number)s: stage %(stage)s of %(stages)s is open; answer by %(due_at)s"),
    perm="workorders.answer", sms=True, importance=TASK,
)
register("workorders.won", text=_("Work order %(number)s is won"), perm="workorders.view", importance=INFO)
register(
    "workorders.lost", text=_("Work order %(number)s is lost: %(reason)s"), perm="workorders.view", sms=True,
    importance=INFO,
)
register(
    "workorders.asked_more", text=_("Work order %(number)s: the platform asks for more by %(due_at)s. %(reason)s"),
    perm="workorders.answer", sms=True, importance=TASK,
)
register(
    "workorders.escalated", text=_("Work order %(number)s was not decided in time"), perm="workorders.view",
    importance=TASK,
)
register(
    "workorders.handed_over", text=_("%(by)s handed you work orders: %(count)s"), perm="workorders.view", importance=INFO
)
register(
    "workorders.given_back",
    text=_("%(who)s no longer works here; work orders that are nobody's now: %(count)s"), perm="staff.manage",
    importance=TASK,
)
