"""The pages of an import: upload → (columns) → preview → run → result. Only the run writes orders."""

import csv
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.files.models import Purpose, StoredFile
from foundation.jobs.models import Job
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from ..states import OrderState
from . import columns, mappings, start, steps
from .forms import ON_BAD, ColumnsForm, ImportForm

RECENT = 10
TEMPLATE_COLUMNS = (
    "number", "status", "placed_at", "paid_at", "paid", "refunded", "item_title", "sku_name", "quantity", "carrier",
    "tracking_number", "buyer_name", "buyer_phone", "address", "buyer_remark",
)  # fmt: skip
TEMPLATE_NAMES = {
    "number": "订单号", "status": "订单状态", "placed_at": "下单时间", "paid_at": "支付时间", "paid": "实付金额",
    "refunded": "退款金额", "item_title": "商品名称", "sku_name": "商品规格", "quantity": "数量", "carrier": "物流公司",
    "tracking_number": "物流单号", "buyer_name": "收货人", "buyer_phone": "联系手机", "address": "收货地址",
    "buyer_remark": "买家留言",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires("orders.import")
def import_orders(request: HttpRequest) -> HttpResponse:
    """Choose a file. Columns it recognises go straight to the preview; others are asked for first."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_begin(request, form))
        except DomainError as error:
            return refused(request, error, "orders/import_upload.html", _upload_context(request, form))
    status = 422 if form.is_bound else 200
    return render(request, "orders/import_upload.html", _upload_context(request, form), status=status)


def _begin(request: HttpRequest, form: ImportForm) -> str:
    """Store the file and start the preview; the address to go to."""
    upload, now, data = form.cleaned_data["file"], clock.now(), form.cleaned_data
    head = start.head_of(upload)
    with transaction.atomic():
        stored = start.store_upload(upload, upload.name, shop=request.shop, by=request.user, now=now)
        try:
            mapping, recognised = start.resolve(request.shop, head, None)
        except Invalid:
            return shop_url(request.shop, "orders:import-columns", uuid=stored.uuid) + f"?on_bad={data['on_bad']}"
        job = start.start_preview(
            stored, mapping, recognised=recognised, on_bad=data["on_bad"], shop=request.shop, by=request.user, now=now,
            request_key=str(data["request_key"]),
        )  # fmt: skip
    return shop_url(request.shop, "orders:preview-import", number=job.number)


def _upload_context(request: HttpRequest, form: ImportForm) -> dict[str, Any]:
    jobs = Job.objects.for_shop(request.shop).filter(kind=start.RUN).select_related("by", "input_file", "shop")
    return {"form": form, "recent": jobs.order_by("-pk")[:RECENT]}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("orders.import")
def import_columns(request: HttpRequest, uuid: str) -> HttpResponse:
    """Say which column is what; kept for this shop's next file of the same shape."""
    stored = get_for_shop(StoredFile, request.shop, uuid=uuid, purpose=Purpose.IMPORT)
    head = _head(stored)
    mapping, _recognised = mappings.suggest(request.shop, head.header)
    on_bad = request.GET.get("on_bad", steps.SKIP)
    form = ColumnsForm(request.POST or None, header=head.header, mapping=mapping,
                       initial={"on_bad": on_bad if on_bad in dict(ON_BAD) else steps.SKIP})  # fmt: skip
    context = {"form": form, "stored": stored, "columns": _column_rows(form, head)}
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_begin_mapped(request, form, stored, head))
        except DomainError as error:
            return refused(request, error, "orders/import_columns.html", context)
    return render(request, "orders/import_columns.html", context, status=422 if form.is_bound else 200)


def _begin_mapped(request: HttpRequest, form: ColumnsForm, stored: StoredFile, head: start.Head) -> str:
    now, data = clock.now(), form.cleaned_data
    mapping = columns.check(form.mapping(), head.header)
    with transaction.atomic():
        mappings.keep(request.shop, head.header, mapping, by=request.user, now=now)
        job = start.start_preview(
            stored, mapping, recognised=False, on_bad=data["on_bad"], shop=request.shop, by=request.user, now=now,
            request_key=str(data["request_key"]),
        )  # fmt: skip
    return shop_url(request.shop, "orders:preview-import", number=job.number)


def _head(stored: StoredFile) -> start.Head:
    try:
        return start.head_of_stored(stored)
    except FileNotFoundError:
        raise Http404 from None


def _column_rows(form: ColumnsForm, head: start.Head) -> list[dict[str, Any]]:
    """Each column's choice with its first values."""
    return [
        {"name": name, "field": field, "values": [row[position] for row in head.rows if row[position]][:3]}
        for position, (name, field) in enumerate(zip(head.header, form.column_fields(), strict=True))
    ]


@require_safe
@requires("orders.import")
def preview_import(request: HttpRequest, number: str) -> HttpResponse:
    """What the import would do: counts, samples, reasons; or how far the preview is."""
    job = _job(request, number, start.PREVIEW)
    run = Job.objects.filter(request_key=f"import:{job.number}").first()
    return render(request, "orders/import_preview.html", _job_context(request, job) | {"run": run, "choices": ON_BAD})


@require_POST
@requires("orders.import")
def start_import(request: HttpRequest, number: str) -> HttpResponse:
    """Start the run of this preview, once."""
    preview = _job(request, number, start.PREVIEW)
    on_bad = steps.STOP if request.POST.get("on_bad") == steps.STOP else steps.SKIP
    try:
        job = start.start_run(preview, on_bad=on_bad, by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, "orders/import_preview.html",
                       _job_context(request, preview) | {"choices": ON_BAD})  # fmt: skip
    return redirect(shop_url(request.shop, "orders:import-result", number=job.number))


@require_safe
@requires("orders.import")
def import_result(request: HttpRequest, number: str) -> HttpResponse:
    """How far the run is, and then what it did."""
    return render(request, "orders/import_result.html", _job_context(request, _job(request, number, start.RUN)))


@require_safe
@requires("orders.import")
def import_template(request: HttpRequest) -> HttpResponse:
    """An empty table with the columns an import knows."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="orders-template.csv"'
    response.write("\ufeff")
    csv.writer(response).writerow([TEMPLATE_NAMES[code] for code in TEMPLATE_COLUMNS])
    return response


def _job(request: HttpRequest, number: str, kind: str) -> Job:
    jobs = Job.objects.select_related("shop", "by", "input_file", "output_file")
    return get_for_shop(jobs, request.shop, number=number, kind=kind)


def _job_context(request: HttpRequest, job: Job) -> dict[str, Any]:
    mapping = job.result.get("mapping", job.params["mapping"])
    return {
        "job": job,
        "found": steps.summary(job),
        "samples": _samples(job),
        "mapping": [(name, columns.TARGETS[code].label) for name, code in mapping.items() if code in columns.TARGETS],
        "buttons": {one.verb: one for one in job.LIFECYCLE.buttons(job.status, request.membership.can)},
        "poll_seconds": 2,
        "now": clock.now(),
    }


def _samples(job: Job) -> dict[str, list[dict[str, Any]]]:
    """The kept samples, with names in the reader's language."""
    samples = job.result.get("samples", {})
    return {
        "refused": samples.get("refused", []),
        "created": [one | {"state_label": OrderState(one["state"]).label} for one in samples.get("created", [])],
        "updated": [
            one | {"changes": [change | {"label": columns.label(change["column"])} for change in one["changes"]]}
            for one in samples.get("updated", [])
        ],
    }
