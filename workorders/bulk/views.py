"""The pages "Open in bulk" under the work-order admin: upload → what each row would do → open → what became of each."""

import csv
from collections.abc import Callable, Iterator
from functools import partial, wraps
from itertools import chain
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.jobs.states import JobStatus
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.lists.sheets import harmless

from ..models import QuestionFile, QuestionRow
from ..models.bulk import RowOutcome
from . import files
from .columns import COLUMNS
from .forms import BulkForm

PAGE = 100
RECENT = 10
REFRESH = "3"  # seconds, while a job is at work
SHOWN = (RowOutcome.REFUSED, RowOutcome.OPENS, RowOutcome.QUEUES, RowOutcome.OPENED, RowOutcome.QUEUED)
View = Callable[..., HttpResponse]


def urls(desk: Any) -> list[URLPattern]:
    """Routes of the pages; `desk` is the work-order admin, whose people may ask."""

    def route(address: str, view: View, name: str) -> URLPattern:
        return path(f"bulk/{address}", desk.admin_site.admin_view(_guarded(view, desk)), name=f"workorders_{name}")

    return [
        route("", upload, "bulk"),
        route("template.csv", template, "bulk_template"),
        route("<str:number>/", question_file, "questionfile"),
        route("<str:number>/start/", start, "questionfile_start"),
        route("<str:number>/again/", again, "questionfile_again"),
        route("<str:number>/go-on/", go_on, "questionfile_go_on"),
        route("<str:number>/refused.csv", refused_rows, "questionfile_refused"),
    ]


def _guarded(view: View, desk: Any) -> View:
    """403 for everybody but those who may ask a shop a question."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not desk.has_add_permission(request):
            return TemplateResponse(
                request, "admin/workorders/workorder/no.html", _frame(request, desk, _("Not yours")), status=403
            )
        return view(request, desk, **kwargs)

    return guarded


def upload(request: HttpRequest, desk: Any) -> HttpResponse:
    """Choose a file; it is looked at, nothing is asked."""
    form = BulkForm(request.POST, request.FILES) if request.method == "POST" else BulkForm()
    if form.is_valid():
        try:
            file, new = files.take_in(form.cleaned_data["file"], by=request.user, now=clock.now())
        except DomainError as refusal:
            form.add_error("file", str(refusal))
        else:
            if not new:
                messages.warning(request, _("This very file is here already: nothing was taken in twice."))
            return HttpResponseRedirect(_page(file))
    context = {
        **_frame(request, desk, _("Open work orders in bulk")),
        "form": form,
        "columns": COLUMNS.values(),
        "recent": QuestionFile.objects.select_related("by", "job").order_by("-pk")[:RECENT],
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "admin/workorders/bulk/upload.html", context, status=status)


def template(request: HttpRequest, desk: Any) -> HttpResponse:
    """The first row of a file, in the reader's language."""
    response = _csv("work-orders-template.csv")
    zh = (get_language() or "").startswith("zh")
    csv.writer(response).writerow([column.zh if zh else column.en for column in COLUMNS.values()])
    return response


def question_file(request: HttpRequest, desk: Any, number: str) -> HttpResponse:
    """What each row would do, or did; how far a job is."""
    return _file_page(request, desk, _get(number))


def _file_page(request: HttpRequest, desk: Any, file: QuestionFile, *, status: int = 200, error: str = "") -> HttpResponse:
    counts = dict.fromkeys(RowOutcome.values, 0)
    counts |= dict(file.rows.values_list("outcome").annotate(count=Count("pk")))
    tabs = [(outcome, counts[outcome]) for outcome in SHOWN if counts[outcome]]
    show = request.GET.get("show") if request.GET.get("show") in dict(tabs) else (tabs[0][0].value if tabs else "")
    rows = _rows(file, show, request.GET.get("after", ""))
    working = bool(file.job and not file.job.is_finished)
    context = {
        **_frame(request, desk, _("Open work orders in bulk")),
        "file": file, "job": file.job, "counts": counts, "tabs": tabs, "show": show, "error": error,
        "rows": rows[:PAGE], "more": rows[PAGE - 1].place if len(rows) > PAGE else None,
        "good": counts[RowOutcome.OPENS] + counts[RowOutcome.QUEUES],
        "asked": counts[RowOutcome.OPENED] + counts[RowOutcome.QUEUED],
        "working": working,
        "stopped": bool(file.job and file.job.status == JobStatus.FAILED),
        "held_back": bool(file.job and file.job.result.get("stopped")),
    }  # fmt: skip
    answer = TemplateResponse(request, "admin/workorders/bulk/file.html", context, status=status)
    if working:
        answer.headers["Refresh"] = REFRESH
    return answer


def _rows(file: QuestionFile, show: str, after: str) -> list[QuestionRow]:
    rows = file.rows.filter(outcome=show).select_related("work_order").order_by("place")
    if after.isascii() and after.isdigit() and len(after) < 10:
        rows = rows.filter(place__gt=int(after))
    return list(rows[: PAGE + 1])


def start(request: HttpRequest, desk: Any, number: str) -> HttpResponse:
    """Open the good rows, or all or none."""
    only_all = request.POST.get("which") == "all"
    return _verb(request, desk, number, partial(files.start, only_all=only_all))


def again(request: HttpRequest, desk: Any, number: str) -> HttpResponse:
    """Look once more at what has not been asked."""
    return _verb(request, desk, number, files.look_again)


def go_on(request: HttpRequest, desk: Any, number: str) -> HttpResponse:
    return _verb(request, desk, number, files.go_on)


def _verb(request: HttpRequest, desk: Any, number: str, verb: Callable[..., Any]) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    file = _get(number)
    try:
        verb(file.pk, by=request.user, now=clock.now())
    except DomainError as refusal:
        return _file_page(request, desk, _get(number), status=refusal.status_code, error=str(refusal))
    return HttpResponseRedirect(_page(file))


def refused_rows(request: HttpRequest, desk: Any, number: str) -> HttpResponse:
    """The refused rows as they came, with column, expected and got behind; put right, they can be uploaded as they are."""
    file = _get(number)
    names = [file.header.get(code) for code in COLUMNS if code in file.header]
    head = [*names, _("Row"), _("Column"), _("Expected"), _("Got")]
    lines = ([harmless(cell) for cell in line] for line in chain([head], _refused_lines(file)))
    return StreamingHttpResponse(  # type: ignore[return-value]
        _written(lines), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="refused-{file.number}.csv"', "Cache-Control": "private, no-store"},
    )  # fmt: skip


def _refused_lines(file: QuestionFile) -> Iterator[list[str]]:
    codes = [code for code in COLUMNS if code in file.header]
    for row in file.rows.filter(outcome=RowOutcome.REFUSED).order_by("place").iterator(chunk_size=1000):
        why = [" / ".join(problem[part] for problem in row.problems) for part in ("column", "expected", "got")]
        yield [*(row.cells.get(code, "") for code in codes), str(row.place), *why]


class _Echo:
    def write(self, text: str) -> str:
        return text


def _written(lines: Iterator[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for line in lines:
        yield writer.writerow(line)


def _csv(name: str) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    return response


def _frame(request: HttpRequest, desk: Any, title: str) -> dict[str, Any]:
    return {**desk.admin_site.each_context(request), "opts": desk.opts, "title": title}


def _get(number: str) -> QuestionFile:
    file = QuestionFile.objects.select_related("job", "by").filter(number=number.replace("\x00", "")).first()
    if file is None:
        raise Http404
    return file


def _page(file: QuestionFile) -> str:
    return reverse("admin:workorders_questionfile", args=[file.number])
