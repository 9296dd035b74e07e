"""What the record says about lists."""

from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

register("lists.exported", _("Exported %(rows)s rows of “%(list)s” as %(format)s: %(columns)s"), "arrow-down-tray")
register("lists.view_deleted", _("Deleted the view “%(name)s”, which everybody in the shop had"), "trash")
