"""A list as a file."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.accounts.access import check, requires
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.shell.urls_for import shop_url

from .. import files, registry
from ..links import back_url
from ..selection import Asked
from ..sheets import CSV, MIME, XLSX


@require_POST
@requires("lists.export")
def export(request: HttpRequest, list: str) -> HttpResponse:
    """The ticked rows, or everything the list shows, with its columns: at once or, when long, by a job."""
    try:
        spec = registry.get(list)
    except KeyError:
        raise Http404 from None
    check(request, spec.perm)
    asked, now, shop = Asked.of(request.POST), clock.now(), request.shop
    form = XLSX if request.POST.get("format") == XLSX else CSV
    wanted = files.Wanted(spec, asked, asked.query(spec, shop, now, request.user), form)
    content = files.at_once(wanted, shop=shop, by=request.user, now=now)
    if content is not None:
        return _attachment(content, files.name_of(shop, spec, form, now), form)
    try:
        job = files.start(wanted, shop=shop, by=request.user, now=now)
    except DomainError as error:
        back = back_url(request, spec.url(shop))
        return render(request, "lists/export_refused.html", {"refusal": error, "back": back, "spec": spec}, status=error.status_code)
    messages.info(request, _("The file is being written. It is kept for 24 hours, for you and the shop's leaders."))
    return redirect(shop_url(shop, "jobs:job", number=job.number))


def _attachment(content: bytes, name: str, form: str) -> HttpResponse:
    response = HttpResponse(content, content_type=MIME[form])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
