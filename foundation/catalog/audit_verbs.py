from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

register("catalog.delisted", _("“%(title)s” was delisted until %(until)s"), "archive-box-x-mark")
register("catalog.delisted_for_good", _("“%(title)s” was delisted"), "archive-box-x-mark")
register("catalog.prolonged", _("“%(title)s” stays delisted until %(until)s"), "archive-box-x-mark")
register("catalog.prolonged_for_good", _("“%(title)s” stays delisted"), "archive-box-x-mark")

# Listed days of the past
register("catalog.days_imported", _("%(count)s listed days imported, %(first)s to %(last)s"), "arrow-up-tray")
register("catalog.day_replaced", _("Listed products on %(day)s: %(was)s → %(count)s, by an import"), "pencil-square")
