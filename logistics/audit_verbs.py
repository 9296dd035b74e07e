from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

# Rules and refund requests
register(
    "logistics.rule_created",
    _("Made “%(name)s”: order amount %(from_minor)s to %(to_minor)s, carriers %(carriers)s"),
    "plus-circle",
)
register(
    "logistics.rule_changed",
    _(
        "Changed “%(name_was)s” to “%(name)s”: order amount %(from_minor_was)s to %(to_minor_was)s → %(from_minor)s to %(to_minor)s, carriers %(carriers_was)s → %(carriers)s"
    ),
    "pencil-square",
)
register("logistics.rule_enabled", _("Switched “%(name)s” on"), "play")
register("logistics.rule_disabled", _("Switched “%(name)s” off"), "pause")
register("logistics.rule_removed", _("Removed “%(name)s”"), "trash")
register("logistics.rule_moved", _("“%(name)s” is asked at place %(place)s, before at place %(was)s"), "arrows-up-down")
register("logistics.refund_requested", _("The buyer asks for a refund of %(amount_minor)s"), "hand-raised")
register(
    "logistics.request_withdrawn", _("The buyer took the refund request back (%(amount_minor)s)"), "arrow-uturn-left"
)

# Parcels
register(
    "logistics.shipped", _("Handed to %(carrier)s, tracking number %(number)s"), "truck", echoes="orders.shipped"
)
register(
    "logistics.tracking_entered",
    _("Tracking number %(number)s (%(carrier)s) entered; before: %(before)s"),
    "qr-code",
    echoes="orders.tracking_entered",
)
register("logistics.file_attached", _("Pictures attached (%(files)s): %(caption)s"), "paper-clip")

# Interceptions
register("logistics.interception_requested", _("Interception %(number)s asked for"), "hand-raised")
register(
    "logistics.interception_accepted", _("Interception %(number)s: the carrier accepted. %(text)s"), "check-circle"
)
register("logistics.interception_begun", _("Interception %(number)s: the carrier is at it. %(text)s"), "truck")
register("logistics.interception_succeeded", _("Interception %(number)s: the parcel is stopped. %(text)s"), "no-symbol")
register(
    "logistics.interception_turned_back", _("Interception %(number)s: on its way back. %(text)s"), "arrow-uturn-left"
)
register("logistics.interception_came_back", _("Interception %(number)s: the parcel came back. %(text)s"), "home")
register("logistics.interception_refused", _("Interception %(number)s refused by the carrier. %(text)s"), "x-circle")
register("logistics.interception_failed", _("Interception %(number)s failed. %(text)s"), "x-circle")
register(
    "logistics.interception_unanswered",
    _("Interception %(number)s: nobody knows whether the carrier has it"),
    "question-mark-circle",
)
register("logistics.interception_cancelled", _("Interception %(number)s cancelled for good"), "x-mark")
register(
    "logistics.interception_asked",
    _("The carrier was asked how interception %(number)s stands"),
    "question-mark-circle",
)
register("logistics.interception_charged", _("Interception %(number)s: fee of %(amount_minor)s booked"), "banknotes")
register(
    "logistics.interception_given_back",
    _("Interception %(number)s: fee of %(amount_minor)s given back to the shop"),
    "banknotes",
)
register(
    "logistics.storage_charged",
    _("Interception %(number)s: %(days)s days of storage, %(amount_minor)s booked"),
    "banknotes",
)
register(
    "logistics.storage_given_back",
    _("Interception %(number)s: %(days)s days of storage after the return, %(amount_minor)s given back"),
    "banknotes",
)

# Tracking in
register("logistics.parcel_moved", _("What the carrier scanned of %(number)s"), "map-pin")
register("logistics.code_explained", _("Said what the code %(code)s of %(source)s means: %(meaning)s"), "language")
register("logistics.word_placed", _("What the carrier said of %(about)s (%(code)s) is about interception %(number)s"), "map-pin")
register("logistics.word_set_aside", _("What the carrier said of %(about)s (%(code)s) is about none of ours"), "eye-slash")
register("logistics.watch_resumed", _("The carrier is asked about %(number)s again"), "arrow-path")
register("logistics.hook_renewed", _("Gave the tracking callback another salt"), "key")
register("logistics.carrier_added", _("Added the carrier %(name)s"), "plus-circle")
register("logistics.carrier_revised", _("Revised the carrier %(name)s: %(columns)s"), "pencil-square")

# Anomalies, losses, reships, recalls
register(
    "logistics.reshipped",
    _("Sent again with %(carrier)s, tracking number %(number)s; freight %(cost_minor)s"),
    "arrow-path",
)
register("logistics.found_no_scan", _("Watched: no first scan since the number was entered"), "exclamation-triangle")
register("logistics.found_stalled", _("Watched: no movement"), "exclamation-triangle")
register("logistics.found_lost", _("Watched: no movement for so long that it counts as lost"), "exclamation-triangle")
register("logistics.found_return", _("Watched: coming back, and nobody asked for it"), "arrow-uturn-left")
register("logistics.found_reused", _("Watched: its number stands on another order too"), "document-duplicate")
register("logistics.anomaly_set_aside", _("Looked at, nothing more to be done: %(note)s"), "eye-slash")
register(
    "logistics.disputed", _("The buyer says it was not received, though it is signed for: %(note)s"), "hand-raised"
)
register("logistics.loss_reship", _("Lost parcel: sent again as %(number)s. %(note)s"), "arrow-path")
register("logistics.loss_replace", _("Lost parcel: other goods sent as %(number)s. %(note)s"), "arrows-right-left")
register(
    "logistics.loss_compensate",
    _("Lost parcel: the buyer got a compensation of %(amount_minor)s. %(note)s"),
    "banknotes",
)
register("logistics.recall_opened", _("Recall %(number)s opened; in charge: %(owner)s. %(note)s"), "phone")
register("logistics.recall_assigned", _("Recall %(number)s: in charge is %(owner)s, carrier %(carrier)s"), "user")
register(
    "logistics.recall_recalled",
    _("Recall %(number)s: the parcel is back; cost %(cost_minor)s. %(note)s"),
    "check-badge",
)
register(
    "logistics.recall_lost", _("Recall %(number)s: the parcel was not found; cost %(cost_minor)s. %(note)s"), "x-circle"
)
