from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

register("orders.arrived", _("The order arrived here; paid %(paid_minor)s"), "inbox-arrow-down")
register("orders.revised", _("An import brought news: %(columns)s"), "arrow-path")
register("orders.group_completed", _("Group complete: the shop owes a parcel"), "user-group")
register("orders.paid", _("Paid %(amount_minor)s"), "banknotes")
register("orders.shipped", _("Shipped with %(carrier)s, tracking number %(number)s"), "truck")
register("orders.tracking_entered", _("Tracking number %(number)s (%(carrier)s) entered; before: %(before)s"), "qr-code")
register("orders.signed", _("Signed for"), "hand-thumb-up")
register("orders.confirmed", _("The buyer confirmed receipt; the money is settled"), "check-badge")
register("orders.settled", _("Settled, %(days)s days after sign-off"), "check-badge")
register("orders.cancelled", _("Cancelled"), "x-circle")
register("orders.refunded", _("Refunded %(amount_minor)s (%(number)s)"), "receipt-refund")
register("orders.noted", _("Note: %(note)s (flag: %(flag)s); before: %(before)s"), "pencil-square")
register("orders.flagged", _("Flag: %(flag)s"), "flag")
register("orders.contact_recorded", _("Contact record %(number)s written"), "chat-bubble-left-right")
register("orders.buyer_revealed", _("Looked at the buyer's name, phone and address"), "eye")
register("orders.parked", _("Could not be settled and was set aside"), "exclamation-triangle")
register("orders.released", _("Let go: the next run tries again"), "arrow-path")
