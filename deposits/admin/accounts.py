"""Deposit accounts and their rules for the platform; a category or level is changed by the service (rules §7.1)."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts import access
from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.policies.admin import PolicyAdmin

from ..models import DepositAccount, DepositPolicy, RefundPolicy
from ..services import accounts


@admin.register(DepositPolicy)
class DepositPolicyAdmin(PolicyAdmin):
    """A change is a new row; shops get what is asked of them within five minutes of its start."""

    list_filter = ["kind", "category"]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return ["kind", "category", "required", *super().get_list_display(request)]

    @admin.display(description=_("required deposit"), ordering="required_minor")
    def required(self, row: DepositPolicy) -> str:
        return yuan(row.required_minor)


@admin.register(RefundPolicy)
class RefundPolicyAdmin(PolicyAdmin):
    """A change is a new row; an application keeps the one it was made under."""

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return [*super().get_list_display(request), "listed_days", "look_back_days", "stopped_from", "review_days", "second_from"]

    @admin.display(description=_("second reviewer from"), ordering="four_eyes_minor")
    def second_from(self, row: RefundPolicy) -> str:
        return yuan(row.four_eyes_minor)


class ForReviewers:
    """Mixin over ReadOnly: reviewers of deposits look too."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(access.is_reviewer(request.user, desk) for desk in (access.REVIEW_DEPOSITS, access.OPERATIONS))


@admin.register(DepositAccount)
class DepositAccountAdmin(ForReviewers, ReadOnly, admin.ModelAdmin):
    """Category and level, by reviewers of deposits who never worked for the shop; the money is the books'."""

    list_display = ["shop", "category", "level"]
    list_filter = ["category", "level"]
    list_select_related = ["shop"]
    search_fields = ["=shop__code", "shop__name"]
    ordering = ["shop__name"]
    fields = ["shop", "category", "level", "balance", "required", "short"]
    readonly_fields = ["shop", "balance", "required", "short"]

    def has_change_permission(self, request: HttpRequest, obj: DepositAccount | None = None) -> bool:
        if not access.is_reviewer(request.user, access.REVIEW_DEPOSITS):
            return False
        return obj is None or not access.conflict_of_interest(request.user, obj.shop_id)

    @admin.display(description=_("balance"))
    def balance(self, row: DepositAccount) -> str:
        return yuan(accounts.summary(row.shop).balance_minor)

    @admin.display(description=_("required deposit"))
    def required(self, row: DepositAccount) -> str:
        return yuan(accounts.summary(row.shop).required_minor)

    @admin.display(description=_("short by"))
    def short(self, row: DepositAccount) -> str:
        return yuan(accounts.summary(row.shop).short_minor)

    def save_model(self, request: HttpRequest, obj: DepositAccount, form: Any, change: bool) -> None:
        """By the service, which also writes what the new category asks."""
        said = form.cleaned_data
        try:
            accounts.change_account(
                obj.pk, category=said["category"], level=said["level"], by=request.user, now=clock.now()
            )
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
