"""Whose case it is: take the next one, claim, give back, hand over; and who else is on it (rules §6.12)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.accounts.access import get_for_shop, requires
from foundation.accounts.redirects import next_path
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.lifecycle.errors import DomainError
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import services
from ..forms import AssignForm
from ..models import WorkOrder
from ..services import presence
from ..whose import Whose
from .detail import DETAIL, cases, detail_context


@require_POST
@requires("workorders.answer")
def take_next(request: HttpRequest) -> HttpResponse:
    """The unassigned case with the least time left, claimed; with none left, the list says so."""
    try:
        case = services.take_next(request.shop, by=request.user, now=clock.now())
    except DomainError as error:
        messages.info(request, str(error))
        return HttpResponseRedirect(shop_url(request.shop, "workorders:work-orders"))
    messages.success(request, _claimed(case))
    return HttpResponseRedirect(page_of(case))


@require_POST
@requires("workorders.answer")
def claim_work_order(request: HttpRequest, number: str) -> HttpResponse:
    case = get_for_shop(cases(), request.shop, number=number)
    try:
        case = services.claim(case.pk, by=request.user, now=clock.now())
    except DomainError as error:
        return again(request, case, error)
    messages.success(request, _claimed(case))
    return HttpResponseRedirect(next_path(request, page_of(case)))


@require_POST
@requires("workorders.answer")
def release_work_order(request: HttpRequest, number: str) -> HttpResponse:
    case = get_for_shop(cases(), request.shop, number=number)
    try:
        services.release(case.pk, by=request.user, now=clock.now())
    except DomainError as error:
        return again(request, case, error)
    messages.success(request, _("Given back to the queue."))
    return HttpResponseRedirect(next_path(request, page_of(case)))


@require_POST
@requires("workorders.assign")
def assign_work_order(request: HttpRequest, number: str) -> HttpResponse:
    case = get_for_shop(cases(), request.shop, number=number)
    form = AssignForm(request.POST, work_order=case)
    if not form.is_valid():
        return render(request, DETAIL, {**detail_context(request, case, clock.now()), "assign_form": form}, status=422)
    to = form.cleaned_data["to"]
    try:
        services.assign(case.pk, to=to.user if to else None, by=request.user, now=clock.now())
    except DomainError as error:
        return again(request, case, error)
    messages.success(request, _("Handed to %(who)s.") % {"who": to.user} if to else _("Nobody is in charge now."))
    return HttpResponseRedirect(page_of(case))


@require_POST
@requires("workorders.view")
def mark_presence(request: HttpRequest, number: str) -> HttpResponse:
    """“I have it open”: asked every half minute by the page in front; says who else has, or 204 when that is known."""
    case = get_for_shop(cases(), request.shop, number=number)
    now = clock.now()
    if not case.is_closed:
        presence.mark(case, by=request.user, now=now)
    found = Whose(case, request.user, now)
    if request.POST.get("shown") == found.mark:
        return HttpResponse(status=204)
    return render(request, "workorders/_on_it.html", {"case": case, "now": now, "whose": found})


def again(request: HttpRequest, case: WorkOrder, error: DomainError) -> HttpResponse:
    """The detail page of the case as it is now, with the sentence on top."""
    return refused(request, error, DETAIL, detail_context(request, cases().get(pk=case.pk), clock.now()))


def page_of(case: WorkOrder) -> str:
    return shop_url(case.shop, "workorders:work-order", number=case.number)


def _claimed(case: WorkOrder) -> str:
    if case.claimed_until is None:
        return _("You are in charge of this work order.")
    return _("Yours until %(time)s; every draft and picture you save makes it longer.") % {
        "time": date_format(timezone.localtime(case.claimed_until, SHANGHAI), "H:i")
    }
