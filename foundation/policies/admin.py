"""Base of every policy admin: rows are added, read, never changed; figures of our own are marked."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts import access

from .models import PolicyRow


class PolicyAdmin(admin.ModelAdmin):
    """Looks for reviewers and operations; adding for the `rules` desk."""

    ordering = ["-effective_from", "-pk"]
    actions = None

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return ["name_zh", "name_en", "effective_from", "ours"]

    @admin.display(description=_("our own figure"), boolean=True)
    def ours(self, row: PolicyRow) -> bool:
        return row.source_note.strip().lower().startswith("ours")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.is_reviewer(request.user, access.RULES)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: PolicyRow, form: Any, change: bool) -> None:
        obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
