"""Refund quotas for the platform: rules are added, what happened is looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan
from foundation.policies.admin import PolicyAdmin

from ..models import QuotaDay, QuotaPolicy, QuotaUse, TemporaryMove


@admin.register(QuotaPolicy)
class QuotaPolicyAdmin(PolicyAdmin):
    """A change is a new row."""

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return ["level", "quota", *super().get_list_display(request)]

    @admin.display(description=_("daily quota"), ordering="daily_minor")
    def quota(self, row: QuotaPolicy) -> str:
        return yuan(row.daily_minor)


@admin.register(QuotaDay)
class QuotaDayAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("shop", "day", "used")
    list_select_related = ("shop",)
    ordering = ("-day", "shop")

    @admin.display(description=_("used"), ordering="used_minor")
    def used(self, row: QuotaDay) -> str:
        return yuan(row.used_minor)


class Amount:
    """The amount as people read it."""

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, row: Any) -> str:
        return yuan(row.amount_minor)


@admin.register(QuotaUse)
class QuotaUseAdmin(Amount, ReadOnly, admin.ModelAdmin):
    list_display = ("shop", "day", "at", "amount", "key", "by")
    list_select_related = ("shop", "by")
    ordering = ("-at", "-pk")


@admin.register(TemporaryMove)
class TemporaryMoveAdmin(Amount, ReadOnly, admin.ModelAdmin):
    list_display = ("shop", "at", "amount", "key", "by")
    list_select_related = ("shop", "by")
    ordering = ("-at", "-pk")
