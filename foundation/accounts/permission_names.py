"""What each permission lets a person do, in words for the help and staff pages."""

from django.utils.translation import gettext_lazy as _

from .access import PERMISSIONS
from .roles import Role

NAMES = {
    "orders.view": _("See orders"),
    "orders.note": _("Write order notes"),
    "orders.contact": _("Record talks with buyers and carriers"),
    "orders.reveal": _("See a buyer's phone and address"),
    "orders.import": _("Import orders"),
    "orders.refund": _("Refund"),
    "workorders.view": _("See work orders"),
    "workorders.answer": _("Prepare evidence"),
    "workorders.submit_evidence": _("Submit evidence"),
    "workorders.agree_refund": _("Agree to a refund"),
    "workorders.assign": _("Assign work orders"),
    "lists.share": _("Keep views of lists for everybody"),
    "lists.export": _("Download lists as files"),
    "ledger.view": _("See the settlement"),
    "staff.manage": _("Manage staff"),
}


def table() -> list[tuple[str, list[tuple[str, bool]]]]:
    """Rows permission × role for people to read; what everybody may do anyway has no row."""
    return [
        (str(name), [(str(Role(role).label), role in PERMISSIONS[code]) for role in Role.values])
        for code, name in NAMES.items()
        if code in PERMISSIONS
    ]
