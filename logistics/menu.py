from django.utils.translation import gettext_lazy as _

from foundation.shell import counting
from foundation.shell.menu import Item, register

from .care_lists import open_recalls, waiting
from .models import Interception, Parcel
from .states import Status

NUMBERS_MISSING = "parcels without a number"
counting.register(NUMBERS_MISSING, lambda shop: Parcel.objects.for_shop(shop).number_missing(), "shop")
register(
    "shipping",
    Item(_("Package centre"), "logistics:parcels", "logistics.view", "cube", order=10, badge=NUMBERS_MISSING),
)

# Interception
UNDECIDED = "interceptions pending or without an answer"
counting.register(
    UNDECIDED,
    lambda shop: Interception.objects.for_shop(shop).filter(status__in=[Status.REQUESTED, Status.UNKNOWN]),
    "shop",
)
register(
    "shipping",
    Item(_("Interception"), "logistics:interceptions", "logistics.view", "no-symbol", order=20, badge=UNDECIDED),
)
register(
    "shipping",
    Item(_("Interception rules"), "logistics:interception-rules", "logistics.view", "adjustments-horizontal", order=30),
)

# Tracking in
register("shop", Item(_("Tracking callback"), "logistics:tracking-callback", "logistics.hook", "signal", order=80))

# What went wrong
LOST, TO_RECALL = "lost parcels nobody settled", "recalls that are open"
counting.register(LOST, waiting, "shop")
counting.register(TO_RECALL, open_recalls, "shop")
register(
    "shipping",
    Item(_("Lost parcels"), "logistics:losses", "logistics.view", "exclamation-triangle", order=40, badge=LOST),
)
register(
    "shipping", Item(_("Recalls"), "logistics:recalls", "logistics.view", "arrow-uturn-left", order=50, badge=TO_RECALL)
)
