"""What people keep of their lists, as operations read it when somebody's list looks odd."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from foundation.accounts.access import OPERATIONS, is_reviewer

from .models import SavedView


@admin.register(SavedView)
class SavedViewAdmin(admin.ModelAdmin):
    list_display = ["id", "owner", "shop", "list_key", "kind", "name", "pinned", "updated_at"]
    list_filter = ["kind", "list_key"]
    search_fields = ["name", "owner__username"]
    list_select_related = ["owner", "shop"]
    ordering = ["-pk"]
    actions = None
    show_full_result_count = False

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
