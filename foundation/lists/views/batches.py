"""One verb over many rows: the preview, its confirmation, and the page that says what became of it."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.access import check, get_for_shop
from foundation.jobs.models import Job
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid, Stale
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import batches, registry
from ..export import table_of
from ..fields import TypedCount
from ..links import back_url
from ..models import Batch
from ..selection import Asked, Selection
from ..spec import ListSpec
from ..verbs import BatchVerb

PREVIEW = "lists/batch_preview.html"
SAMPLE, LEFT_OUT, REFUSED = 10, 50, 200
POLL_SECONDS = 1


@require_POST
def batch(request: HttpRequest, list: str, verb: str) -> HttpResponse:
    """Without a hash the preview, which writes nothing; with one the confirmation of exactly that set."""
    spec, chosen = _verb(request, list, verb)
    done = batches.known(_key(request), request.shop)
    if done:
        return redirect(_result_url(request, done))
    asked = Asked.of(request.POST)
    selection = Selection(asked, chosen, asked.query(spec, request.shop, clock.now(), request.user))
    confirmed = "set_hash" in request.POST
    form = chosen.form(request.POST if confirmed else None, shop=request.shop) if chosen.form else None
    try:
        if chosen.typed and form is not None:
            form.fields["typed_count"] = TypedCount(len(selection.pks))
        job = _confirm(request, selection, form) if confirmed else None
        if job is not None:
            return redirect(_result_url(request, job))
        return render(request, PREVIEW, _context(request, selection, form))
    except DomainError as error:
        return refused(request, error, PREVIEW, _refused_context(request, selection, form))


def _confirm(request: HttpRequest, selection: Selection, form: Any) -> Job:
    """Start the batch. Stale when the set is not the one the preview showed; Invalid for what the form refuses."""
    if request.POST["set_hash"] != selection.set_hash:
        raise Stale(_("The rows changed since you looked: these are the ones it would be done to now."))
    if form is not None and not form.is_valid():
        raise Invalid(_("Nothing was done yet: look at the marked fields."))
    return batches.start(
        selection, form.said() if form is not None else {}, shop=request.shop, by=request.user, now=selection.query.now,
        key=_key(request) or None, back=_back(request, selection.spec),
    )  # fmt: skip


def _verb(request: HttpRequest, list_key: str, verb_key: str) -> tuple[ListSpec, BatchVerb]:
    """The list and the verb, if this member's role may see the one and do the other."""
    try:
        spec = registry.get(list_key)
        verb = batches.verb_of(spec, verb_key)
    except KeyError:
        raise Http404 from None
    check(request, spec.perm)
    check(request, verb.perm)
    return spec, verb


def _key(request: HttpRequest) -> str:
    """What makes a second click the same click; "" for anything that is no key of ours."""
    try:
        return f"batch:{uuid.UUID(request.POST.get('request_key', ''))}"
    except ValueError:
        return ""


def _back(request: HttpRequest, spec: ListSpec) -> str:
    return back_url(request, spec.url(request.shop))


def _context(request: HttpRequest, selection: Selection, form: Any) -> dict[str, Any]:
    """What the preview shows. Invalid when there are more rows than a batch takes, or none."""
    if not selection.names:
        raise Invalid(_("No row is selected. Tick rows of the list, or choose all that match."))
    left_out = selection.left_out
    return {
        "spec": selection.spec, "verb": selection.verb, "asked": selection.asked, "selection": selection, "form": form,
        "count": len(selection.pks), "sum_minor": selection.sum_minor, "left_out": left_out[:LEFT_OUT],
        "left_out_more": max(len(left_out) - LEFT_OUT, 0), "sample": _sample(selection),
        "sample_more": max(len(selection.pks) - SAMPLE, 0), "set_hash": selection.set_hash,
        "request_key": _key(request).removeprefix("batch:") or str(uuid.uuid4()),
        "back": _back(request, selection.spec),
    }  # fmt: skip


def _refused_context(request: HttpRequest, selection: Selection, form: Any) -> dict[str, Any]:
    """The fresh preview under the refusal; only the way back where there is nothing to show."""
    try:
        return _context(request, selection, form)
    except DomainError:
        return {"spec": selection.spec, "verb": selection.verb, "back": _back(request, selection.spec), "form": None}


def _sample(selection: Selection) -> dict[str, Any]:
    """The first rows it would be done to, as the verb's columns say them."""
    spec = selection.spec
    shown = [spec.columns_by_key[key] for key in selection.verb.columns] or [*spec.columns[:3]]
    rows = spec.dress(selection.query.all_rows).filter(pk__in=selection.pks[:SAMPLE])
    table = table_of(selection.query, columns=shown, rows=rows)
    cells = [
        [{"kind": kind, "value": cell} for kind, cell in zip(table.kinds, row, strict=True)]
        for columns in table.chunks
        for row in zip(*columns, strict=True)
    ]
    return {"labels": table.labels, "rows": cells}


def _result_url(request: HttpRequest, job: Job) -> str:
    return shop_url(request.shop, "lists:batch-result", number=job.number)


def _batch(request: HttpRequest, number: str) -> Batch:
    """The shop's batch, if this member's role may do its verb."""
    jobs = Job.objects.select_related("shop", "by", "output_file")
    job = get_for_shop(jobs, request.shop, number=number, kind=batches.KIND)
    found = Batch.objects.get(job=job)
    found.job = job
    _verb(request, found.list_key, found.verb)
    return found


@require_safe
@never_cache
def batch_result(request: HttpRequest, number: str) -> HttpResponse:
    """How far the batch is, and then how many rows it took and which it left alone, with reasons."""
    return render(request, "lists/batch_result.html", _result_context(request, _batch(request, number)))


def _result_context(request: HttpRequest, found: Batch) -> dict[str, Any]:
    job = found.job
    spec = registry.get(found.list_key)
    refusals = found.refusals.order_by("pk")
    count = refusals.count()
    buttons: Mapping[str, Any] = {one.verb: one for one in job.LIFECYCLE.buttons(job.status, request.membership.can)}
    verb, now = batches.verb_of(spec, found.verb), clock.now()
    return {
        "batch": found, "job": job, "spec": spec, "verb": verb,
        "after": verb.after(found, request.shop, request.user, now) if verb.after and job.is_finished else "",
        "taken": job.result.get("taken", 0), "refused_count": count, "refusals": refusals[:REFUSED],
        "refused_more": max(count - REFUSED, 0), "waiting": len(found.pks) - job.cursor,
        "request_key": str(uuid.uuid4()), "buttons": buttons, "poll_seconds": POLL_SECONDS, "now": now,
        "back": found.back or spec.url(request.shop),
    }  # fmt: skip


@require_POST
def retry_batch(request: HttpRequest, number: str) -> HttpResponse:
    """The refused rows once more, as a batch of their own."""
    found = _batch(request, number)
    job = batches.known(_key(request), request.shop)
    try:
        job = job or batches.retry(found, by=request.user, now=clock.now(), key=_key(request) or None)
    except DomainError as error:
        return refused(request, error, "lists/batch_result.html", _result_context(request, found))
    return redirect(_result_url(request, job))


@require_safe
def batch_file(request: HttpRequest, number: str) -> HttpResponse:
    """Every row of the batch and what became of it, as CSV."""
    found = _batch(request, number)
    response = HttpResponse(batches.result_csv(found, clock.now()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.list_key}-{found.verb}-{found.job.number}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response

