from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import INFO, TASK, URGENT, register

# Interceptions
register(
    "logistics.interception_accepted",
    text=_("Interception %(number)s of order %(order)s: the carrier accepted"),
    perm="logistics.intercept",
    importance=INFO,
)
register(
    "logistics.interception_succeeded",
    text=_("Interception %(number)s of order %(order)s: the parcel is stopped. Refund once it is back"),
    perm="logistics.intercept",
    importance=INFO,
)
register(
    "logistics.interception_came_back",
    text=_("Interception %(number)s: the parcel of order %(order)s is back, a refund is safe now"),
    perm="logistics.intercept",
    importance=TASK,
)
register(
    "logistics.interception_refused",
    text=_("Interception %(number)s of order %(order)s was refused by the carrier: %(text)s"),
    perm="logistics.intercept",
    importance=TASK,
)
register(
    "logistics.interception_failed",
    text=_("Interception %(number)s of order %(order)s failed: %(text)s"),
    perm="logistics.intercept",
    importance=TASK,
)
register(
    "logistics.interception_unanswered",
    text=_("Interception %(number)s of order %(order)s: no answer. Call the carrier; it is not asked again by itself"),
    perm="logistics.intercept",
    importance=TASK,
)
register(
    "logistics.interception_late",
    text=_(
        "Interception %(number)s of order %(order)s was over here, now the carrier says it stopped the parcel: %(text)s"
    ),
    perm="logistics.cancel_interception",
    sms=True,
    importance=TASK,
)
register(
    "logistics.interception_signed",
    text=_("Order %(order)s was intercepted (%(number)s), yet its scans say signed: %(text)s"),
    perm="logistics.intercept",
    importance=TASK,
)
register(
    "logistics.interception_cancel_not_taken",
    text=_(
        "Interception %(number)s of order %(order)s is cancelled, but the carrier did not take it: %(text)s. Call it"
    ),
    perm="logistics.cancel_interception",
    sms=True,
    importance=URGENT,
)
register(
    "logistics.interception_to_correct",
    text=_("Interception %(number)s of order %(order)s was cancelled: correct its number or address"),
    perm="logistics.ship",
    importance=TASK,
)

# What the watch found, and recalls
register(
    "logistics.parcels_lost",
    text=_("%(count)s parcels do not move any more and count as lost: choose a way out for each"),
    perm="logistics.solve_loss",
    importance=TASK,
)
register(
    "logistics.parcels_coming_back",
    text=_("%(count)s parcels are coming back, and nobody asked for it"),
    perm="logistics.solve_loss",
    importance=INFO,
)
register(
    "logistics.recall_in_charge",
    text=_("You are in charge of recall %(number)s, order %(order)s: call the carrier"),
    perm="logistics.recall",
    importance=TASK,
)
