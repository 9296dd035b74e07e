"""This app's rule rows."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.policies.models import PolicyRow


class OrderPolicy(PolicyRow):
    """How long after sign-off an order's money settles without the buyer's confirmation, in days (rules §2).

    `reveals_per_hour` is how many buyers one person may unmask in an hour (rules §0, masking).
    """

    settle_days_after_signed = models.PositiveSmallIntegerField(
        _("settles N days after sign-off"), default=15, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )

    reveals_per_hour = models.PositiveSmallIntegerField(_("buyers one person may unmask in an hour"), default=60)

    class Meta:
        verbose_name = _("order rule")
        verbose_name_plural = _("order rules")
