"""Whoever leaves gives their work orders back (rules §6.12)."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from foundation.accounts.models import Membership, User
from foundation.accounts.signals import membership_ended, person_switched_off

from . import services


@receiver(membership_ended, dispatch_uid="workorders.membership_ended")
def give_back_in_shop(membership: Membership, by: Any, now: datetime, **_unknown: Any) -> None:
    services.give_back(membership.user, shop=membership.shop, by=by, now=now)


@receiver(person_switched_off, dispatch_uid="workorders.person_switched_off")
def give_back_everywhere(user: User, by: Any, now: datetime, **_unknown: Any) -> None:
    services.give_back(user, by=by, now=now)
