"""Refund applications for reviewers of deposits."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts import access
from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan

from ..models import RefundApplication


@admin.register(RefundApplication)
class RefundApplicationAdmin(ReadOnly, admin.ModelAdmin):
    """The queue; status is never an editable field."""

    list_display = ["number", "shop", "amount", "status", "applied_at", "review_due_at", "escalated_at", "reviewer"]
    list_filter = ["status", ("escalated_at", admin.EmptyFieldListFilter)]
    list_select_related = ["shop", "reviewer"]
    search_fields = ["=number", "=shop__code"]
    ordering = ["-pk"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.is_reviewer(request.user, access.REVIEW_DEPOSITS)

    def has_view_permission(self, request: HttpRequest, obj: RefundApplication | None = None) -> bool:
        return access.is_reviewer(request.user, access.REVIEW_DEPOSITS)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, row: RefundApplication) -> str:
        return yuan(row.amount_minor)
