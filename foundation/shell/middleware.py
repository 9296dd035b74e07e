"""Nets: addresses no row can have, and refusals no view turned into a page. Neither ends in a 500."""

import logging
from collections.abc import Callable

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from foundation.lifecycle.errors import DomainError

from . import views

logger = logging.getLogger(__name__)


class DomainErrorMiddleware:
    """Renders `shell/refused.html` with the error's status for any DomainError a view lets through.

    A number or text no column holds (a filter of the admin asks for id 2⁶⁴ or year −1) is the asker's mistake: 400, and logged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if _asks_for_nonsense(request, exception):
            logger.warning("a value no column holds: %s", type(exception).__name__)
            return views.bad_request(request)
        if not isinstance(exception, DomainError):
            return None
        return render(request, "shell/refused.html", {"refusal": exception}, status=exception.status_code)


def _asks_for_nonsense(request: HttpRequest, exception: Exception) -> bool:
    """A value the database refuses; on the admin's lists, which filter by anything in the URL, one Python refuses too."""
    match = request.resolver_match
    on_admin_list = bool(match and match.app_name == "admin" and (match.url_name or "").endswith("_changelist"))
    return isinstance(exception, DataError | OverflowError) or (on_admin_list and isinstance(exception, ValueError))


class NoNulMiddleware:
    """PostgreSQL has no text with NUL: an address with one is an address that never was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        return self.get_response(request)
