"""The record as the platform reads it: look, never touch."""

from django.contrib import admin
from django.http import HttpRequest

from .models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    list_display = ["at", "verb", "subject_type", "subject_id", "actor_name", "from_state", "to_state", "request_id"]
    search_fields = ["=subject_id", "=request_id", "=verb"]
    list_filter = ["verb"]
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False
