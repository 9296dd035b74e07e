"""Jobs for the platform's operations desk: read only, and the way to let a stopped one go on."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts.access import OPERATIONS, is_reviewer
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError

from . import services
from .models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display = ["number", "kind", "shop", "status", "done", "total", "attempts", "created_at", "finished_at"]
    list_filter = ["status", "kind"]
    search_fields = ["number"]
    list_select_related = ["shop"]
    ordering = ["-pk"]
    actions = ["retry"]
    show_full_result_count = False

    @admin.action(description=_("Go on from where it stopped"))
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            try:
                services.retry(job.pk, by=request.user, now=clock.now())
            except DomainError as refusal:
                self.message_user(request, f"{job.number}: {refusal}", messages.WARNING)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_reviewer(request.user, OPERATIONS)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_reviewer(request.user, OPERATIONS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
