"""Refund applications for reviewers of deposits: queue → decision page → the same services (rules §7.5)."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import DateTimeField, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts import access
from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Forbidden, Invalid
from foundation.shell.templatetags.houtai import countdown, status_badge, when

from ..deciding import decision_context, not_theirs, waiting_for
from ..models import RefundApplication
from ..review_forms import FORMS, VerbForm
from ..services import applications
from ..states import ENDED, HOLDS, WITH_US, Status

FOLDER = "admin/deposits/refundapplication"


class QueueFilter(admin.SimpleListFilter):
    """What is shown: by default what the platform has to decide; asked for by status alone, all of that status."""

    title = gettext_lazy("queue")
    parameter_name = "queue"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any):
        self.default = "everything" if "status__exact" in params else "decide"
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("decide", gettext_lazy("To decide")),
            ("mine", gettext_lazy("Mine")),
            ("queue", gettext_lazy("Taken by nobody")),
            ("second", gettext_lazy("Needs a second agreement")),
            ("late", gettext_lazy("Not decided in time")),
            ("waits", gettext_lazy("Waits for something")),
            ("shop", gettext_lazy("With the shop")),
            ("ended", gettext_lazy("Ended")),
            ("everything", gettext_lazy("Everything")),
        ]

    def choices(self, changelist: Any) -> Any:
        for key, label in self.lookup_choices:
            yield {
                "selected": self.value() == key,
                "query_string": changelist.get_query_string({self.parameter_name: key}, ["status__exact"]),
                "display": label,
            }

    def value(self) -> str:
        asked = super().value()
        return asked if asked in dict(self.lookup_choices) else self.default

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(
            {
                "decide": Q(status__in=WITH_US),
                "mine": Q(status__in=[Status.IN_REVIEW, Status.NEED_INFO], reviewer=request.user),
                "queue": Q(status=Status.APPLIED),
                "second": Q(status=Status.IN_REVIEW, first_by__isnull=False),
                "late": Q(status__in=WITH_US, escalated_at__isnull=False),
                "waits": Q(status__in=HOLDS) & ~Q(waits_for=""),
                "shop": Q(status=Status.NEED_INFO),
                "ended": Q(status__in=ENDED),
                "everything": Q(),
            }[self.value()]
        )


@admin.register(RefundApplication)
class RefundApplicationAdmin(ReadOnly, admin.ModelAdmin):
    """The queue; a row opens the decision page. Status is never an editable field."""

    list_display = ["number", "shop", "amount", "state", "applied", "due", "reviewer", "first_by"]
    list_filter = [QueueFilter, "status"]
    search_fields = ["=number", "=shop__code", "shop__name"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.is_reviewer(request.user, access.REVIEW_DEPOSITS)

    def has_view_permission(self, request: HttpRequest, obj: RefundApplication | None = None) -> bool:
        return access.is_reviewer(request.user, access.REVIEW_DEPOSITS)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """The nearest promise first; what is over, the newest first."""
        return ["-pk"] if request.GET.get("queue") in ("ended", "everything") else ["review_due_at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """All rows are looked at at one moment."""
        rows = super().get_queryset(request).annotate(looked_at=Value(clock.now(), DateTimeField()))
        return rows.select_related(
            "shop", "policy", "applied_by", "reviewer", "first_by", "decided_by", "stopped_by__policy"
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Deposit refunds to review"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("amount"), ordering="amount_minor")
    def amount(self, row: RefundApplication) -> str:
        return yuan(row.amount_minor)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, row: RefundApplication) -> SafeString:
        badge = status_badge(row)
        waits = row.waits_for and row.status in HOLDS
        return format_html('{} <span class="badge tone-amber" title="{}">{}</span>', badge, row.waits_for, _("waits")) if waits else badge

    @admin.display(description=gettext_lazy("applied"), ordering="applied_at")
    def applied(self, row: RefundApplication) -> str:
        return when(row.applied_at)

    @admin.display(description=gettext_lazy("review due"), ordering="review_due_at")
    def due(self, row: Any) -> str:
        """The clock while we have the ball; it stands still while the shop has it."""
        if row.status in WITH_US:
            return countdown(row.review_due_at, row.looked_at)
        if row.status == Status.NEED_INFO:
            return countdown(row.review_due_at, row.asked_at or row.looked_at, paused=True)
        return "—"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The decision page; POST is one of the four verbs."""
        if not self.has_view_permission(request):
            return TemplateResponse(request, f"{FOLDER}/no.html", self._frame(request, _("Not yours")), status=403)
        application = self.get_object(request, object_id)
        if application is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST":
            return self._decide(request, application)
        return self._page(request, application, clock.now())

    def _decide(self, request: HttpRequest, application: RefundApplication) -> HttpResponse:
        """One verb by its service; a refusal is the page as it is now, what was typed kept."""
        form, now = None, clock.now()
        try:
            self._must_be_of_the_desk(request, application)
            form = self._form(request, application)
            if not form.is_valid():
                return self._page(request, application, now, form, status=422)
            done = getattr(applications, form.verb)(application.pk, **form.said(), by=request.user, now=now)
        except DomainError as refusal:
            return self._refused(request, application.pk, now, form, refusal)
        self.message_user(request, _done(form.verb, done), messages.SUCCESS)
        return HttpResponseRedirect(self._onward(request, done, form.verb))

    def _must_be_of_the_desk(self, request: HttpRequest, application: RefundApplication) -> None:
        conflict = access.conflict_of_interest(request.user, application.shop_id)
        why = not_theirs(request.user, conflict=conflict)
        if why:
            raise Forbidden(why)

    def _form(self, request: HttpRequest, application: RefundApplication) -> VerbForm:
        verb = request.POST.get("verb", "")
        if verb not in FORMS:
            raise Invalid(_("Choose what to do with it."))
        return FORMS[verb](request.POST, application=application)

    def _onward(self, request: HttpRequest, application: RefundApplication, verb: str) -> str:
        """What was taken is looked at; after a decision the next one this reviewer can go on with, else the queue."""
        following = application if verb == "take" else waiting_for(request.user).first()
        if following is None:
            return reverse("admin:deposits_refundapplication_changelist")
        return reverse("admin:deposits_refundapplication_change", args=[following.pk])

    def _refused(
        self, request: HttpRequest, pk: int, now: datetime, form: VerbForm | None, refusal: DomainError
    ) -> HttpResponse:
        """The page of the application as it is now, the sentence on top."""
        application = self.get_queryset(request).get(pk=pk)
        if form is not None:
            if refusal.field in form.fields:
                form.add_error(refusal.field, str(refusal))
            form.is_asked_on(application.version)
        return self._page(request, application, now, form, status=refusal.status_code, refusal=refusal)

    def _page(
        self, request: HttpRequest, application: RefundApplication, now: datetime, typed: VerbForm | None = None, *,
        status: int = 200, refusal: DomainError | None = None,
    ) -> HttpResponse:  # fmt: skip
        context = {
            **self._frame(request, application.number),
            **decision_context(application, request, now, typed),
            "refusal": refusal,
        }
        return TemplateResponse(request, f"{FOLDER}/decision.html", context, status=status)

    def _frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title}


def _done(verb: str, application: RefundApplication) -> str:
    """What happened, as the next page says it."""
    said = {"number": application.number, "shop": application.shop.name, "amount": yuan(application.amount_minor)}
    if verb == "approve" and application.status == Status.IN_REVIEW:
        return _("%(number)s, %(shop)s: you agreed to %(amount)s. Another reviewer must agree too.") % said
    return {
        "take": _("%(number)s, %(shop)s: taken into review, it is yours."),
        "ask": _("%(number)s, %(shop)s: the shop was asked; the clock stands still until it answers."),
        "approve": _("%(number)s, %(shop)s: approved, %(amount)s are paid shortly."),
        "reject": _("%(number)s, %(shop)s: rejected; what was held is deposit again."),
    }[verb] % said
