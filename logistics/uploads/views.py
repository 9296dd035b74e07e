"""The pages of a file of numbers."""

import csv
import uuid
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.jobs.models import Job
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from . import reading, steps

UPLOAD, FILE = "logistics/number_upload.html", "logistics/number_file.html"
RECENT, SHOWN = 10, 100
DOES = {
    "ships": _("ship the order with this number"), "enters": _("enter the missing number"),
    "changes": _("replace another number"), "same": _("stand there already"), "refused": _("are refused"),
}  # fmt: skip


class UploadForm(forms.Form):
    """A file of numbers."""

    file = forms.FileField(
        label=_("CSV or XLSX file"), max_length=200, allow_empty_file=True,
        help_text=_("Order number, carrier and tracking number, names of the columns in the first row; at most 5,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )  # fmt: skip
    request_key = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("logistics.ship")
def upload_numbers(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is looked at, nothing is entered."""
    form = UploadForm(request.POST or None, request.FILES or None, initial={"request_key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                job = steps.start_preview(
                    form.cleaned_data["file"], shop=request.shop, by=request.user, now=clock.now(),  # type: ignore[attr-defined]
                    request_key=str(form.cleaned_data["request_key"]),
                )  # fmt: skip
            return redirect(shop_url(request.shop, "logistics:preview-numbers", number=job.number))  # type: ignore[attr-defined]
        except DomainError as error:
            return refused(request, error, UPLOAD, _upload_context(request, form))
    return render(request, UPLOAD, _upload_context(request, form), status=422 if form.is_bound else 200)


def _upload_context(request: HttpRequest, form: UploadForm) -> dict[str, Any]:
    jobs = Job.objects.filter(shop=request.shop, kind=steps.RUN).select_related("by", "input_file")  # type: ignore[attr-defined]
    return {
        "form": form,
        "recent": jobs.order_by("-pk")[:RECENT],
    }


@require_safe
@requires("logistics.ship")
def number_template(request: HttpRequest) -> HttpResponse:
    """The first row of a file, in the reader's language."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tracking-numbers.csv"'
    response.write("\ufeff")
    zh = (get_language() or "").startswith("zh")
    csv.writer(response).writerow(
        [chinese if zh else str(label) for label, chinese, _names in reading.COLUMNS.values()]
    )
    return response


@require_safe
@requires("logistics.ship")
def preview_numbers(request: HttpRequest, number: str) -> HttpResponse:
    """What each row would do, or how far the look is."""
    return render(request, FILE, _context(request, _job(request, number, steps.PREVIEW)))


@require_POST
@requires("logistics.ship")
def start_numbers(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what the preview showed, once."""
    preview = _job(request, number, steps.PREVIEW)
    try:
        job = steps.start_run(preview, by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, FILE, _context(request, preview))
    return redirect(shop_url(request.shop, "logistics:number-upload", number=job.number))  # type: ignore[attr-defined]


@require_safe
@requires("logistics.ship")
def number_upload(request: HttpRequest, number: str) -> HttpResponse:
    """How far it is, and then what became of each row."""
    return render(request, FILE, _context(request, _job(request, number, steps.RUN)))


def _job(request: HttpRequest, number: str, kind: str) -> Job:
    jobs = Job.objects.select_related("shop", "by", "input_file", "output_file")
    return get_for_shop(jobs, request.shop, number=number.replace("\x00", ""), kind=kind)  # type: ignore[attr-defined]


def _context(request: HttpRequest, job: Job) -> dict[str, Any]:
    counts = steps.counts_of(job)
    run = Job.objects.filter(request_key=f"numbers:{job.number}").first() if job.kind == steps.PREVIEW else None
    return {
        "job": job,
        "is_preview": job.kind == steps.PREVIEW,
        "run": run,
        "counts": [(DOES[name], count) for name, count in counts.items() if count],
        "good": counts["ships"] + counts["enters"] + counts["changes"],
        "problems": job.result.get("problems", [])[:SHOWN],
        "more_problems": max(counts["refused"] - SHOWN, 0),
        "warned": job.result.get("warned", [])[:SHOWN],
        "buttons": {one.verb: one for one in job.LIFECYCLE.buttons(job.status, request.membership.can)},  # type: ignore[attr-defined]
        "poll_seconds": 2,
    }
