"""The admin page "Import past days" under the listing days: table → what each row would do → what each row did."""

import csv
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts.access import OPERATIONS, is_reviewer
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError

from .day_import import CHANGES, COLUMNS, Becomes, DayRow, decoded, import_days, plan

TEMPLATE = "admin/catalog/listingday/import.html"
SHOWN = 200  # rows on the page; those that are left out or change something come first
ORDER = [
    Becomes.REFUSED, Becomes.KEPT, Becomes.LOWERED, Becomes.RAISED, Becomes.NEW, Becomes.SAME,
]  # fmt: skip


class DaysForm(forms.Form):
    """A file, or the text of the file that was just looked at."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"), required=False, max_length=200, allow_empty_file=True,
        help_text=gettext_lazy("Shop code or ID, day, listed products; column names in the first row. UTF-8 or GBK; at most 1 MB and 5,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt"}),
    )  # fmt: skip
    text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    lower = forms.BooleanField(
        label=gettext_lazy("Also replace higher counts that are recorded"), required=False,
    )

    def table(self) -> str:
        """The table's text; Invalid for a file that is none."""
        upload = self.cleaned_data["file"]
        return decoded(upload.read()) if upload else self.cleaned_data["text"]


def urls(desk: Any) -> list[URLPattern]:
    """Routes of the page and its template; `desk` is the listing days' admin."""

    def route(address: str, view: Any, name: str) -> URLPattern:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if not is_reviewer(request.user, OPERATIONS):
                raise PermissionDenied
            return view(request, desk)

        return path(address, desk.admin_site.admin_view(guarded), name=name)

    return [
        route("import/", import_page, "catalog_import_days"),
        route("import/template.csv", template, "catalog_import_days_template"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest, desk: Any) -> HttpResponse:
    """GET: choose a file. POST: look at it; with `do=import` write the rows that were looked at, judged once more."""
    form = DaysForm(request.POST, request.FILES) if request.method == "POST" else DaysForm()
    context = {**desk.admin_site.each_context(request), "opts": desk.opts, "title": _("Import past days"), "form": form}
    status = 200
    if form.is_bound and form.is_valid():
        try:
            context |= _outcome(request, form)
        except DomainError as refusal:
            form.add_error("file", str(refusal))
    if form.is_bound and not form.is_valid():
        status = 422
    return TemplateResponse(request, TEMPLATE, context, status=status)


def _outcome(request: HttpRequest, form: DaysForm) -> dict[str, Any]:
    text, lower, now = form.table(), form.cleaned_data["lower"], clock.now()
    done = request.POST.get("do") == "import"
    rows = import_days(text, lower=lower, by=request.user, now=now) if done else plan(text, now=now, lower=lower)
    return {"done": done, "text": text, "lower": lower, **_figures(rows)}


def _figures(rows: list[DayRow]) -> dict[str, Any]:
    counts = {kind: sum(row.becomes == kind for row in rows) for kind in ORDER}
    return {
        "counts": [(kind, kind.label, count) for kind, count in counts.items() if count],
        "rows": sorted(rows, key=lambda row: (ORDER.index(Becomes(row.becomes)), row.place))[:SHOWN],
        "left_out": max(len(rows) - SHOWN, 0),
        "changes": sum(counts[kind] for kind in CHANGES),
        "kept": counts[Becomes.KEPT],
    }


@require_safe
def template(request: HttpRequest, desk: Any) -> HttpResponse:
    """The first row of a table, in the reader's language."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="listing-days-template.csv"'
    zh = (get_language() or "").startswith("zh")
    csv.writer(response).writerow([name_zh if zh else label for label, name_zh, _names in COLUMNS.values()])
    return response
