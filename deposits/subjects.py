from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.audit.subjects import register
from foundation.shell.urls_for import shop_url

from .models import DepositAccount, QuotaDay, RefundApplication, Violation


def account_url(row: Any) -> str:
    """The deposit account's page."""
    return shop_url(row.shop, "deposits:account")


def quota_url(row: Any) -> str:
    """The refund quota's page."""
    return shop_url(row.shop, "deposits:quota")


register(DepositAccount, _("Deposit account"), url=account_url)
register(QuotaDay, _("Refund quota"), url=quota_url)


# Refunds of the deposit
def refund_url(application: Any) -> str:
    """Its own page."""
    return shop_url(application.shop, "deposits:refund", number=application.number)


def refund_desk(application: Any) -> str:
    """Where reviewers look at it."""
    return reverse("admin:deposits_refundapplication_change", args=[application.pk])


register(RefundApplication, _("Deposit refund"), url=refund_url, admin_url=refund_desk)


# Violations
def violation_url(violation: Any) -> str:
    """The violation's own page."""
    return shop_url(violation.shop, "deposits:violation", number=violation.number)


def violation_desk(violation: Any) -> str:
    """Where reviewers look at it."""
    return reverse("admin:deposits_violation_change", args=[violation.pk])


register(Violation, _("Violation"), url=violation_url, admin_url=violation_desk)
