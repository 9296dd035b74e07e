"""The evidence library 凭证库 of one order: look, upload, describe (rules §6.13)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
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
from orders.models import Order
from orders.views.detail import clean

from .. import library as page
from ..services import library

LIBRARY = "workorders/library.html"


@require_safe
@requires("workorders.view")
def evidence_library(request: HttpRequest, number: str) -> HttpResponse:
    """Everything ever uploaded for the order: what used it, how long it is kept and why."""
    return render(request, LIBRARY, page.context(_order(request, number), clock.now()))


@require_POST
@requires("workorders.answer")
def add_to_library(request: HttpRequest, number: str) -> HttpResponse:
    """One or many files, with or without a case; each is taken or refused by itself."""
    order = _order(request, number)
    uploads = request.FILES.getlist("files")  # reading this waits for the whole body: the clock is read after it
    words = {"caption": request.POST.get("caption", ""), "kinds": request.POST.getlist("kinds")}
    now = clock.now()
    refusals = _add(order, uploads, words, request.user, now)
    if refusals:
        together = type(refusals[0])(joined(refusals), field="files")
        return refused(request, together, LIBRARY, page.context(order, now))
    said = ngettext("%(count)d picture is in the library.", "%(count)d pictures are in the library.", len(uploads))
    messages.success(request, said % {"count": len(uploads)})
    return HttpResponseRedirect(_url(request, number))


@require_POST
@requires("workorders.answer")
def describe_picture(request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
    order = _order(request, number)
    stored = get_for_shop(StoredFile, request.shop, uuid=uuid, order_id=order.pk)
    form, now = page.typed_form(stored, request.POST), clock.now()
    try:
        if not form.is_valid():
            raise Invalid(joined(sentence for errors in form.errors.values() for sentence in errors))
        library.describe(stored.pk, **form.cleaned_data, by=request.user, now=now)
    except DomainError as error:
        return refused(request, error, LIBRARY, page.context(order, now, {stored.pk: form}))
    messages.success(request, _("Kept. Pictures that were sent keep the words they went out with."))
    return HttpResponseRedirect(f"{_url(request, number)}#picture-{stored.uuid}")


def _order(request: Any, number: str) -> Order:
    return get_for_shop(Order, request.shop, number=clean(number))


def _url(request: Any, number: str) -> str:
    return shop_url(request.shop, "workorders:library", number=number)


def _add(order: Order, uploads: list[Any], words: dict[str, Any], by: Any, now: Any) -> list[DomainError]:
    """The refusals, each naming its file."""
    most = files.limits(now).files_per_upload
    if not uploads:
        return [Invalid(_("Choose at least one picture."), field="files")]
    if len(uploads) > most:
        return [Invalid(_("Send at most %(most)d pictures at once.") % {"most": most}, field="files")]
    refusals: list[DomainError] = []
    for upload in uploads:
        try:
            library.add_to_library(order.pk, upload, **words, by=by, now=now)
        except DomainError as error:
            name = files.display_name(upload.name)
            refusals.append(type(error)(_("“%(name)s”: %(why)s") % {"name": name, "why": error}, field="files"))
    return refusals
