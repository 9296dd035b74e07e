"""The five roles; each person has one per shop (rules §1)."""

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")  # 店主: everything, and the last one can't leave
    ADMINISTRATOR = "administrator", _("Administrator")  # 管理员: rules, staff, interceptions
    SERVICE = "service", _("Customer service")  # 客服: cases and buyers
    WAREHOUSE = "warehouse", _("Warehouse")  # 仓库: parcels and their photographs
    FINANCE = "finance", _("Finance")  # 财务: money out and statements


def source_name(role: str) -> str:
    """The role's English name, as kept in the record; a timeline translates it for whoever reads."""
    with translation.override("en"):
        return str(Role(role).label)
