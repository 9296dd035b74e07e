"""What the platform's operations are told that no room below could tell them itself."""

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import URGENT, register

register(
    "dashboard.books_found_wrong",
    text=_("The nightly look at the books of %(day)s found %(count)s differences. Nothing was repaired."),
    perm="ledger.view",
    importance=URGENT,
)
