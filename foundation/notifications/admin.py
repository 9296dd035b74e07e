"""The platform's desk for messages: what is stuck, dead or unknown, and the two ways out."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts.access import OPERATIONS, is_reviewer
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError

from . import kinds, services
from .models import Notice, OutboxMessage


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows are looked at here, never typed into."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Dead letters and unknown outcomes; `Send again` may make an unknown message arrive twice, and says so."""

    list_display = ["key", "channel", "masked_to", "status", "attempts", "next_at", "sent_at", "error"]
    list_filter = ["status", "channel"]
    search_fields = ["key"]
    ordering = ["-pk"]
    actions = ["send_again", "it_did_arrive"]
    fields = [
        "key", "channel", "masked_to", "status", "attempts", "next_at", "claimed_at", "sent_at", "error", "created_at",
    ]  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("recipient"))
    def masked_to(self, message: OutboxMessage) -> str:
        return message.masked_to

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_reviewer(request.user, OPERATIONS)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_reviewer(request.user, OPERATIONS)

    @admin.action(description=_("Send again (an unknown one may arrive twice)"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        self._each(request, queryset, services.retry)

    @admin.action(description=_("It did arrive"))
    def it_did_arrive(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        self._each(request, queryset, services.confirm)

    def _each(self, request: HttpRequest, queryset: QuerySet[OutboxMessage], verb: Callable[..., Any]) -> None:
        for message in queryset:
            try:
                verb(message.pk, by=request.user, now=clock.now())
            except DomainError as refusal:
                self.message_user(request, f"{message.key}: {refusal}", messages.WARNING)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What the platform told the person who is signed in; nobody reads another's."""

    list_display = ["sentence", "created_at", "read_at", "cancelled_at"]
    fields = ["sentence", "kind", "created_at", "read_at", "cancelled_at"]
    readonly_fields = fields
    ordering = ["-pk"]
    actions = ["mark_read"]

    @admin.display(description=_("Notice"))
    def sentence(self, notice: Notice) -> str:
        return kinds.sentence(notice.kind, notice.data)

    @admin.action(description=_("Mark as read"))
    def mark_read(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        for notice in queryset:
            services.open_notice(notice.pk, by=request.user, now=clock.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        return super().get_queryset(request).filter(user=request.user, shop_id=None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff
