"""Verbs of the shop on a work order: POST only, one service call, redirect; a refusal is the page again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import services
from ..forms import ANSWER_FORMS, AcknowledgeForm, AnswerForm, ConfirmForm
from ..models import Draft, WorkOrder
from ..preflight import SOFT, check
from ..services import evidence
from ..services.cases import local
from ..states import Branch, Status
from .detail import CONFIRM, DETAIL, agreeing, cases, confirm_context, detail_context, draft_of


@require_POST
@requires("workorders.answer")
def save_draft(request: HttpRequest, number: str) -> HttpResponse:
    case = get_for_shop(cases(), request.shop, number=number)
    form_class = ANSWER_FORMS.get(request.POST.get("branch", ""), ANSWER_FORMS[Branch.EVIDENCE])
    form = form_class(request.POST, work_order=case, draft=draft_of(case))
    if not form.is_valid():
        return render(request, DETAIL, detail_context(request, case, clock.now(), form), status=422)
    version = form.cleaned_data["version"]
    try:
        services.save_draft(case.pk, form.writing(), version=version, by=request.user, now=clock.now())
    except DomainError as error:
        return draft_again(request, case, form, error)
    if request.POST.get("go") == "confirm":
        return prepared(request, case)
    messages.success(request, _("Draft kept. Nothing has gone out yet."))
    return HttpResponseRedirect(f"{page_of(case)}?branch={form.branch}")


@require_POST
@requires("workorders.submit_evidence")
def acknowledge(request: HttpRequest, number: str) -> HttpResponse:
    """One click: the button says what it does, nothing else is to be looked at."""
    case = get_for_shop(cases(), request.shop, number=number)
    form = AcknowledgeForm(request.POST, work_order=case, draft=draft_of(case))
    if not form.is_valid():
        return render(request, DETAIL, detail_context(request, case, clock.now(), form), status=422)
    typed = form.cleaned_data
    try:
        services.acknowledge(
            case.pk, note=typed["note"], version=typed["version"], by=request.user, now=clock.now()
        )
    except DomainError as error:
        return draft_again(request, case, form, error)
    return sent(request, case)


@require_POST
@requires("workorders.answer")
def prepare_answer(request: HttpRequest, number: str) -> HttpResponse:
    return prepared(request, get_for_shop(cases(), request.shop, number=number))


def prepared(request: HttpRequest, case: WorkOrder) -> HttpResponse:
    """Compose the sheet if there are pictures, then show what goes out."""
    try:
        if evidence.vouchers_of(case):
            evidence.compose_sheet(case.pk, by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, DETAIL, detail_context(request, fresh(case), clock.now()))
    return HttpResponseRedirect(shop_url(case.shop, "workorders:confirmation", number=case.number))


@require_POST
@requires("workorders.submit_evidence")
def submit_answer(request: HttpRequest, number: str) -> HttpResponse:
    case = get_for_shop(cases(), request.shop, number=number)
    draft, now = draft_of(case), clock.now()
    warned = any(finding.level == SOFT for finding in check(case, draft, now))
    form = ConfirmForm(request.POST, work_order=case, warned=warned)
    if not form.is_valid():
        return render(request, CONFIRM, confirm_context(case, draft, now, form), status=422)
    typed = form.cleaned_data
    try:
        services.submit_answer(
            case.pk, branch=draft.branch, version=typed["version"], sheet_hash=typed["sheet_hash"],
            by=request.user, now=clock.now(),
        )
    except DomainError as error:
        return refused(request, error, CONFIRM, confirm_again(case, draft_of(fresh(case)), typed["tail"]))
    return sent(request, case)


def sent(request: HttpRequest, case: WorkOrder) -> HttpResponse:
    """Say what comes next: a reviewer, or the next stage with its deadline."""
    now_is = fresh(case)
    if now_is.status == Status.ANSWERED:
        messages.success(request, _("The answer went out. A reviewer decides; you are told."))
    else:
        messages.success(
            request,
            _("The answer went out. Stage %(stage)d “%(name)s” is open until %(when)s (UTC+8).")
            % {"stage": now_is.stage, "name": now_is.step.name, "when": local(now_is.due_at)},
        )
    return HttpResponseRedirect(page_of(case))


@require_POST
@requires("workorders.agree_refund")
def agree_refund(request: HttpRequest, number: str) -> HttpResponse:
    case = get_for_shop(cases(), request.shop, number=number)
    form = ConfirmForm(request.POST, work_order=case)
    if not form.is_valid():
        return render(request, CONFIRM, confirm_context(case, agreeing(case), clock.now(), form), status=422)
    try:
        services.agree_refund(case.pk, version=form.cleaned_data["version"], by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, CONFIRM, confirm_again(case, agreeing(case), form.cleaned_data["tail"]))
    messages.success(request, _("The refund is paid and the work order is settled."))
    return HttpResponseRedirect(page_of(case))


def confirm_again(case: WorkOrder, draft: Draft, tail: str) -> dict[str, Any]:
    """The confirm page after a refusal: of the case as it is now, with what was typed."""
    context = confirm_context(fresh(case), draft, clock.now())
    context["form"].initial["tail"] = tail
    return context


def draft_again(request: HttpRequest, case: WorkOrder, form: AnswerForm, error: DomainError) -> HttpResponse:
    """The detail page after a refused save: everything typed stands, on top of the case as it is now."""
    now_is = fresh(case)
    form.data = form.data.copy()
    form.data["version"] = now_is.version
    return refused(request, error, DETAIL, detail_context(request, now_is, clock.now(), form))


def fresh(case: WorkOrder) -> WorkOrder:
    return cases().get(pk=case.pk)


def page_of(case: WorkOrder) -> str:
    return shop_url(case.shop, "workorders:work-order", number=case.number)
