from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.audit.subjects import register
from foundation.shell.urls_for import shop_url

from .models import WorkOrder, WorkOrderPolicy


def _page(case: Any) -> str:
    return shop_url(case.shop, "workorders:work-order", number=case.number)


def _review(case: Any) -> str:
    return reverse("admin:workorders_workorder_change", args=[case.pk])


register(WorkOrder, _("Work order"), url=_page, admin_url=_review)
register(WorkOrderPolicy, _("Work order rule"))
