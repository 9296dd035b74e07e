"""The platform's desk: queue → decision page → the same services; status is never an editable field."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts import access
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.shell.templatetags.houtai import ago, when

from . import services
from .bulk.views import urls as bulk_urls
from .deciding import decision_context
from .models import ParkedWorkOrder, WorkOrder
from .pack_views import urls as pack_urls
from .review_forms import DecisionForm, OpenForm
from .rules_admin import TypeFilter
from .states import CLOSED, Branch, Outcome, Status


class QueueFilter(admin.SimpleListFilter):
    """What is shown: by default only what waits for a decision."""

    title = gettext_lazy("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("decide", gettext_lazy("To decide")),
            ("escalated", gettext_lazy("Not decided in time")),
            ("shop", gettext_lazy("With the shop")),
            ("closed", gettext_lazy("Closed")),
            ("everything", gettext_lazy("Everything")),
        ]

    def choices(self, changelist: Any) -> Any:
        for key, label in self.lookup_choices:
            yield {
                "selected": self.value() == key,
                "query_string": changelist.get_query_string({self.parameter_name: key}),
                "display": label,
            }

    def value(self) -> str:
        asked = super().value()
        return asked if asked in dict(self.lookup_choices) else "decide"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return {
            "decide": queryset.filter(status=Status.ANSWERED),
            "escalated": queryset.filter(status=Status.ANSWERED).exclude(escalated_at=None),
            "shop": queryset.filter(status__in=[Status.OPEN, Status.QUEUED]),
            "closed": queryset.filter(status__in=CLOSED),
            "everything": queryset,
        }[self.value()]


class DeskAdmin(admin.ModelAdmin):
    """Nothing is edited here; `group` works on these pages."""

    group = ""
    actions = None
    show_full_result_count = False
    list_per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.is_reviewer(request.user, self.group)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.is_reviewer(request.user, self.group)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WorkOrder)
class WorkOrderAdmin(DeskAdmin):
    """The review queue; a row opens the decision page."""

    group = access.REVIEW_WORK_ORDERS
    list_display = ["number", "decide_by", "escalated", "type_name", "shop_name", "order_number", "answered_by", "status"]
    list_filter = [QueueFilter, TypeFilter]
    list_select_related = ["shop", "order", "policy"]
    search_fields = ["=number", "=order__number"]

    def get_urls(self) -> list[Any]:
        return [*bulk_urls(self), *pack_urls(self), *super().get_urls()]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [F("escalated_at").asc(nulls_last=True), F("review_due_at").asc(nulls_last=True), "pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.is_reviewer(request.user, self.group)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Review queue"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("type"), ordering="type")
    def type_name(self, case: WorkOrder) -> str:
        return case.get_type_display()

    @admin.display(description=gettext_lazy("order"))
    def order_number(self, case: WorkOrder) -> str:
        return case.order.number

    @admin.display(description=gettext_lazy("to decide by"), ordering="review_due_at")
    def decide_by(self, case: WorkOrder) -> str:
        return when(case.review_due_at)

    @admin.display(description=gettext_lazy("Time left"), ordering="escalated_at")
    def escalated(self, case: WorkOrder) -> str:
        if case.status != Status.ANSWERED:
            return "—"
        late = format_html('<span class="badge tone-overdue">{}</span>', _("overdue"))
        return late if case.escalated_at else ago(case.review_due_at, clock.now())

    @admin.display(description=gettext_lazy("Shop"), ordering="shop__name")
    def shop_name(self, case: WorkOrder) -> str:
        return case.shop.name

    @admin.display(description=gettext_lazy("How to answer"), ordering="last_branch")
    def answered_by(self, case: WorkOrder) -> str:
        return str(Branch(case.last_branch).label) if case.last_branch else "—"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The platform asks a question."""
        if not self.has_add_permission(request):
            return self.refuse(request)
        form = OpenForm(request.POST or None)
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    case = services.open_work_order(**form.question(), by=request.user, now=clock.now())
                except DomainError as refusal:
                    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
                    status = refusal.status_code
                else:
                    self.message_user(
                        request, _("%(number)s is “%(state)s”.") % {"number": case.number, "state": case.get_status_display()}
                    )
                    return HttpResponseRedirect(reverse("admin:workorders_workorder_change", args=[case.pk]))
        context = {**self._frame(request, _("Ask a shop a question")), "form": form}
        return TemplateResponse(request, "admin/workorders/workorder/ask.html", context, status=status)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The decision page; POST decides."""
        if not self.has_view_permission(request):
            return self.refuse(request)
        case = self.get_object(request, object_id)
        if case is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method != "POST":
            return self._decision_page(request, case, DecisionForm(work_order=case), status=200)
        form = DecisionForm(request.POST, work_order=case)
        if not form.is_valid():
            return self._decision_page(request, case, form, status=422)
        try:
            decision = services.decide(case.pk, **form.verdict(), by=request.user, now=clock.now())
        except DomainError as refusal:
            return self._refused(request, case.pk, form, refusal)
        self.message_user(
            request,
            _("%(number)s: %(outcome)s.") % {"number": case.number, "outcome": Outcome(decision.outcome).label},
            messages.SUCCESS,
        )
        return HttpResponseRedirect(self._onward(request))

    def _onward(self, request: HttpRequest) -> str:
        """The queue, or with "decide and open the next" the first of it."""
        waiting = self.get_queryset(request).filter(status=Status.ANSWERED).order_by(*self.get_ordering(request))
        first = waiting.first() if "next" in request.POST else None
        return reverse("admin:workorders_workorder_change", args=[first.pk]) if first else reverse(
            "admin:workorders_workorder_changelist"
        )

    def _refused(self, request: HttpRequest, pk: int, form: DecisionForm, refusal: DomainError) -> HttpResponse:
        """The page of the case as it is now, the sentence on top, everything typed kept."""
        case = self.get_queryset(request).get(pk=pk)
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        form.data = form.data.copy()
        form.data["version"] = case.version
        return self._decision_page(request, case, form, status=refusal.status_code, refusal=refusal)

    def _decision_page(
        self, request: HttpRequest, case: WorkOrder, form: DecisionForm, *, status: int, refusal: Any = None
    ) -> HttpResponse:
        context = {
            **self._frame(request, case.number),
            **decision_context(case, request.user, clock.now()),
            "form": form,
            "refusal": refusal,
        }
        return TemplateResponse(request, "admin/workorders/workorder/decision.html", context, status=status)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("shop", "order", "policy", "line")

    def _frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title}

    def refuse(self, request: HttpRequest) -> HttpResponse:
        """403 with a sentence."""
        return TemplateResponse(
            request, "admin/workorders/workorder/no.html", self._frame(request, _("Not yours")), status=403
        )


@admin.register(ParkedWorkOrder)
class ParkedWorkOrderAdmin(DeskAdmin):
    """Cases the forfeit job set aside: read why, put the cause right, put them back."""

    group = access.OPERATIONS
    actions = ["retry"]
    list_display = ["number", "shop", "order_number", "due_at", "parked_at", "parked_reason"]
    list_display_links = None
    list_select_related = ["shop", "order"]
    ordering = ["parked_at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).exclude(parked_at=None)

    @admin.display(description=gettext_lazy("order"))
    def order_number(self, case: WorkOrder) -> SafeString:
        return format_html('<span class="mono">{}</span>', case.order.number)

    @admin.action(description=gettext_lazy("Put back; the next run of the job takes it"), permissions=["view"])
    def retry(self, request: HttpRequest, queryset: QuerySet) -> None:
        for pk in queryset.values_list("pk", flat=True):
            try:
                services.retry_parked(pk, by=request.user, now=clock.now())
            except DomainError as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
