"""Admin pages that records share: the operations desk looks, nobody touches."""

from typing import Any

from django.http import HttpRequest

from .access import OPERATIONS, is_reviewer


class ReadOnly:
    """Mixin: for operations only; nothing is added, changed or deleted, not by an action either."""

    actions: Any = None
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_reviewer(request.user, OPERATIONS)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_reviewer(request.user, OPERATIONS)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
