"""The evidence desk: one page, its verbs, and the blank proof to print (rules §6).

Every verb answers with the desk again, so the page works as plain forms; the script in static/js/desk.js sends the same
forms and swaps the parts of the answer in.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.files import services as files
from foundation.files.models import StoredFile
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.lifecycle.sentences import joined
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import desk as page
from ..models import Voucher, WorkOrder
from ..services import evidence

DESK = "workorders/desk.html"
MOST = 200  # pictures looked at in one request; a desk takes far fewer


@require_safe
@requires("workorders.view")
def desk(request: HttpRequest, number: str) -> HttpResponse:
    return render(request, DESK, page.context(_case(request, number), clock.now()))


@require_safe
@requires("workorders.view")
def sign_off_form(request: HttpRequest, number: str) -> HttpResponse:
    """A blank 签收证明 to print: order and tracking number filled in, the rest is written, signed and stamped."""
    case = _case(request, number)
    return render(request, "workorders/sign_off_form.html", {"case": case, "order": case.order})


@require_POST
@requires("workorders.answer")
def add_vouchers(request: HttpRequest, number: str) -> HttpResponse:
    """One or many files; each is taken or refused by itself, so a bad one never costs the good ones."""
    case = _case(request, number)
    uploads = request.FILES.getlist("files")  # reading this waits for the whole body: the clock is read after it
    slots = request.POST.getlist("slots")
    now = clock.now()
    error = _too_many(uploads, now)
    added, refusals = (0, [error]) if error else _add(case, uploads, slots, request.user, now)
    if request.headers.get("Accept", "").startswith("application/json"):
        return _as_json(added, refusals)
    if refusals:
        together = type(refusals[0])(joined(refusals), field="files")
        return refused(request, together, DESK, page.context(_case(request, number), now))
    said = ngettext("%(count)d picture lies on the desk now.", "%(count)d pictures lie on the desk now.", added)
    messages.success(request, said % {"count": added})
    return HttpResponseRedirect(_desk_url(request, number))


@require_POST
@requires("workorders.answer")
def reuse_file(request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
    stored = get_for_shop(StoredFile, request.shop, uuid=uuid)
    case = _case(request, number)
    return _done(request, number, lambda now: evidence.reuse_file(case.pk, stored, by=request.user, now=now))


@require_POST
@requires("workorders.answer")
def reuse_files(request: HttpRequest, number: str) -> HttpResponse:
    """Pictures ticked in the library, all or none."""
    case = _case(request, number)
    uuids = [uuid for uuid in map(_uuid, request.POST.getlist("file")[:MOST]) if uuid]
    chosen = list(StoredFile.objects.filter(shop_id=case.shop_id, order_id=case.order_id, uuid__in=uuids).order_by("pk"))
    return _done(request, number, lambda now: evidence.reuse_files(case.pk, chosen, by=request.user, now=now))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_POST
@requires("workorders.answer")
def update_voucher(request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
    case = _case(request, number)
    voucher = _voucher(case, uuid)
    form = page.voucher_form(voucher, case, request.POST)
    if not form.is_valid():
        error = Invalid(joined(sentence for errors in form.errors.values() for sentence in errors))
        return refused(request, error, DESK, page.context(case, clock.now(), {voucher.pk: form}))
    return _done(request, number, lambda now: evidence.update_voucher(
        voucher.pk, slots=form.cleaned_data["slots"], caption=form.cleaned_data["caption"], by=request.user, now=now
    ))


@require_POST
@requires("workorders.answer")
def turn_voucher(request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
    """A quarter to the left or to the right of how it lies now."""
    voucher = _voucher(_case(request, number), uuid)
    quarter = -90 if request.POST.get("turn") == "left" else 90
    return _done(request, number, lambda now: evidence.update_voucher(
        voucher.pk, rotation=(voucher.rotation + quarter) % 360, by=request.user, now=now
    ))


@require_POST
@requires("workorders.answer")
def move_voucher(request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
    voucher, direction = _voucher(_case(request, number), uuid), request.POST.get("direction", "")
    return _done(request, number, lambda now: evidence.move_voucher(
        voucher.pk, direction=direction, by=request.user, now=now
    ))


@require_POST
@requires("workorders.answer")
def remove_voucher(request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
    voucher = _voucher(_case(request, number), uuid)
    return _done(request, number, lambda now: evidence.remove_voucher(voucher.pk, by=request.user, now=now))


@require_POST
@requires("workorders.answer")
def order_vouchers(request: HttpRequest, number: str) -> HttpResponse:
    case, uuids = _case(request, number), request.POST.getlist("voucher")
    return _done(request, number, lambda now: evidence.order_vouchers(case.pk, uuids, by=request.user, now=now))


@require_POST
@requires("workorders.answer")
def compose_sheet(request: HttpRequest, number: str) -> HttpResponse:
    case = _case(request, number)
    return _done(request, number, lambda now: evidence.compose_sheet(case.pk, by=request.user, now=now), "#sheet")


def _case(request: Any, number: str) -> WorkOrder:
    return get_for_shop(WorkOrder.objects.select_related("order", "policy", "shop"), request.shop, number=number)


def _voucher(case: WorkOrder, uuid: UUID) -> Voucher:
    """Any voucher of the case; one that was taken off the desk is the service's to refuse."""
    return get_object_or_404(Voucher, work_order=case, uuid=uuid)


def _desk_url(request: Any, number: str) -> str:
    return shop_url(request.shop, "workorders:desk", number=number)


def _done(request: HttpRequest, number: str, verb: Callable[[Any], object], anchor: str = "") -> HttpResponse:
    """Do it and show the desk again; a refusal shows the desk as it is, with the sentence on top."""
    now = clock.now()
    try:
        verb(now)
    except DomainError as error:
        return refused(request, error, DESK, page.context(_case(request, number), now))
    return HttpResponseRedirect(_desk_url(request, number) + anchor)


def _too_many(uploads: list[Any], now: Any) -> DomainError | None:
    most = files.limits(now).files_per_upload
    if not uploads:
        return Invalid(_("Choose at least one picture."), field="files")
    if len(uploads) > most:
        return Invalid(_("Send at most %(most)d pictures at once.") % {"most": most}, field="files")
    return None


def _add(case: WorkOrder, uploads: list[Any], slots: list[str], by: Any, now: Any) -> tuple[int, list[DomainError]]:
    """How many were laid on the desk, and the refusals, each naming its file."""
    refusals: list[DomainError] = []
    for upload in uploads:
        try:
            evidence.add_voucher(case.pk, upload, by=by, now=now, slots=slots)
        except DomainError as error:
            name = files.display_name(upload.name)
            refusals.append(type(error)(_("“%(name)s”: %(why)s") % {"name": name, "why": error}, field="files"))
    return len(uploads) - len(refusals), refusals


def _as_json(added: int, refusals: list[DomainError]) -> JsonResponse:
    status = refusals[0].status_code if refusals else 200
    return JsonResponse({"added": added, "refused": [str(one) for one in refusals]}, status=status)
