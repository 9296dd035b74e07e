"""The rules desk: types of questions with their stages, and the kinds of vouchers they ask for. Added, read, never changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from foundation.accounts import access
from foundation.lifecycle import clock
from foundation.policies.admin import PolicyAdmin

from .models import PolicyStage, VoucherKind, WorkOrderPolicy
from .rule_forms import RuleForm, StageForm, StagesFormSet, VoucherKindForm
from .slots import label_of
from .states import Branch


class TypeFilter(admin.SimpleListFilter):
    """By type, named as its newest rule names it; one small query however many cases there are."""

    title = WorkOrderPolicy._meta.get_field("type").verbose_name
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return WorkOrderPolicy.objects.names(clock.now())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(type=self.value()) if self.value() else queryset


class ReadableRow:
    """Lists of a row that exists in words, not as JSON."""

    WORDS = {"slots": "asked", "branches": "ways", "options": "results"}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        names = list(self.form._meta.fields)  # type: ignore[attr-defined]
        return [self.WORDS.get(name, name) for name in names] if obj else names

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.get_fields(request, obj)) if obj else []

    @admin.display(description=_("Vouchers asked for"))
    def asked(self, row: Any) -> str:
        return pgettext("between things in a row", ", ").join(label_of(code) for code in row.slots) or "—"

    @admin.display(description=_("Ways to answer"))
    def ways(self, row: Any) -> str:
        return pgettext("between things in a row", ", ").join(str(Branch(code).label) for code in row.branches)

    @admin.display(description=_("Results to choose from"))
    def results(self, row: Any) -> SafeString:
        lines = (
            (option["zh"], option["en"], " ".join([*option.get("needs", []), *option.get("claims", [])]))
            for option in row.options
        )
        return format_html_join(mark_safe("<br>"), "{} · {} · {}", lines) or mark_safe("—")


class StageInline(ReadableRow, admin.StackedInline):
    """Later stages, typed together with a new rule and read-only ever after."""

    model = PolicyStage
    form = StageForm
    formset = StagesFormSet
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and access.is_reviewer(request.user, access.RULES)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WorkOrderPolicy)
class WorkOrderPolicyAdmin(ReadableRow, PolicyAdmin):
    form = RuleForm
    inlines = [StageInline]
    list_filter = [TypeFilter]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return ["type", *super().get_list_display(request), "window_hours", "compensation_bp", "delists"]


@admin.register(VoucherKind)
class VoucherKindAdmin(PolicyAdmin):
    form = VoucherKindForm
    ordering = ["pk"]
    search_fields = ["code", "name_zh", "name_en"]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return ["code", "name_zh", "name_en", "accepts_zh"]

    def save_model(self, request: HttpRequest, obj: VoucherKind, form: Any, change: bool) -> None:
        obj.save()
