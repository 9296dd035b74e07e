"""The list of a shop's jobs, one job with its progress, and the two verbs on it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from foundation.accounts.access import check, get_for_shop, requires
from foundation.files import access
from foundation.lifecycle import clock
from foundation.shell.urls_for import shop_url

from . import kinds, services
from .models import Job

PAGE = 50
POLL_SECONDS = 2


@require_safe
@requires("jobs.view")
def jobs(request: HttpRequest) -> HttpResponse:
    """The shop's jobs, newest first, PAGE at a time; `before` is the pk the next page starts below."""
    allowed = [code for code, kind in kinds.KINDS.items() if request.membership.can(kind.perm)]
    rows = Job.objects.for_shop(request.shop).filter(kind__in=allowed).select_related("by", "shop").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[: PAGE + 1])
    context = {"jobs": page[:PAGE], "older": page[PAGE - 1].pk if len(page) > PAGE else None, "first": not before}
    return render(request, "jobs/job_list.html", context | {"now": clock.now()})


@require_safe
@never_cache
@requires("jobs.view")
def job(request: HttpRequest, number: str) -> HttpResponse:
    """One job: what it does, how far it is, what came of it. Leave and come back at will."""
    row = _get(request, number)
    return render(request, "jobs/job_detail.html", _context(request, row))


@require_safe
@never_cache
@requires("jobs.view")
def job_progress(request: HttpRequest, number: str) -> HttpResponse:
    """The part that moves, asked every POLL_SECONDS; a kind that goes on sends the browser to its result."""
    row = _get(request, number)
    kind = kinds.KINDS.get(row.kind)
    if row.status == "done" and kind and kind.goes_on and row.result_url and request.htmx:
        return HttpResponseClientRedirect(row.result_url)
    return render(request, "jobs/_progress.html", _context(request, row))


@require_POST
@requires("jobs.view")
def cancel_job(request: HttpRequest, number: str) -> HttpResponse:
    row = _get(request, number, steering=True)
    services.cancel(row.pk, by=request.user, now=clock.now())
    messages.info(request, _("Job %(number)s is cancelled. What it had already written stays.") % {"number": number})
    return redirect(shop_url(request.shop, "jobs:job", number=number))


@require_POST
@requires("jobs.view")
def retry_job(request: HttpRequest, number: str) -> HttpResponse:
    row = _get(request, number, steering=True)
    services.retry(row.pk, by=request.user, now=clock.now())
    messages.info(request, _("Job %(number)s goes on from where it stopped.") % {"number": number})
    return redirect(shop_url(request.shop, "jobs:job", number=number))


def _get(request: HttpRequest, number: str, *, steering: bool = False) -> Job:
    """The shop's job, if this person's role may watch its kind, or, `steering`, do to it what it does."""
    row = get_for_shop(Job.objects.select_related("shop", "by", "output_file", "input_file"), request.shop, number=number)
    if row.kind in kinds.KINDS:
        kind = kinds.get(row.kind)
        check(request, kind.perm_to_steer(row) if steering else kind.perm)
    return row


def _context(request: HttpRequest, row: Job) -> dict:
    kind, can = kinds.KINDS.get(row.kind), request.membership.can  # type: ignore[attr-defined]
    steers = kind is None or can(kind.perm_to_steer(row))
    buttons = {one.verb: one for one in row.LIFECYCLE.buttons(row.status, can)} if steers else {}
    openable = row.output_file_id is not None and access.may_open(request, row.output_file)
    return {"job": row, "openable": openable, "buttons": buttons, "now": clock.now(), "poll_seconds": POLL_SECONDS}
