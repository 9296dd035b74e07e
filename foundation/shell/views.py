"""The search box's page, and the pages for what went wrong (rules S43): each says the request id, none says more."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.audit.context import request_id

from . import search as registry

RETRY_AFTER = "5"  # seconds


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """One exact hit is jumped to; several are listed."""
    text = request.GET.get("q", "").strip()[: registry.MAX_LENGTH]
    hits = registry.search(request.membership, text)  # type: ignore[attr-defined]
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1:
        return HttpResponseRedirect(exact[0].url)
    return render(request, "shell/search.html", {"search_text": text, "hits": hits})


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {
        "status": status,
        "error_title": title,
        "error_text": text,
        "request_id": getattr(request, "request_id", "") or request_id(),
        "theme": request.COOKIES.get("theme", "auto"),
        "request": request,
    }
    return HttpResponse(render_to_string("shell/error.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request, 400, _("This request can't be understood"),
        _("Nothing was changed. Go back, reload the page and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request, 403, _("You may not do this"),
        _("Nothing was changed. Ask your shop's owner or an administrator if you need it for your work."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request, 404, _("There is no such page"),
        _("The address may be mistyped, or it belongs to a shop you don't work for."),
    )


def not_a_page(request: HttpRequest) -> HttpResponse:
    """Asked for by its address, what only a form of another page may send."""
    return _error(
        request, 405, _("This is not a page of its own"),
        _("Nothing was changed. It only takes what a form sends: open the list again and choose from there."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database itself refused (full, restarting, a circle of locks): then it is safe to repeat."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        busy = _error(
            request, 503, _("Too much is going on at this moment"),
            _("It was most likely not saved. Wait a few seconds, look, and send it again."),
        )
        busy.headers["Retry-After"] = RETRY_AFTER
        return busy
    return _error(
        request, 500, _("Something went wrong on our side"),
        _("What you did may not have been saved: look before you repeat it. If it happens again, tell us the number below."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(
        request, 403, _("This page was open too long"),
        _("Nothing was changed. Go back, reload the page and send it again; cookies must be allowed."),
    )
