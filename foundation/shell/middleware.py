"""Nets: addresses no row can have, and refusals no view turned into a page. Neither ends in a 500."""

import logging
from collections.abc import Callable

from django.core.exceptions import FieldDoesNotExist
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from foundation.lifecycle.errors import DomainError

from . import views

logger = logging.getLogger(__name__)


class DomainErrorMiddleware:
    """Renders `shell/refused.html` with the error's status for any DomainError a view lets through, and a page for 405.

    A number or text no column holds (a filter of the admin asks for id 2⁶⁴ or year −1) is the asker's mistake: 400, and logged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET":
            said = views.not_a_page(request)  # Django's own 405 is an empty screen
            said.headers["Allow"] = response.headers["Allow"]
            return said
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if _asks_for_nonsense(request, exception):
            logger.warning("a value no column holds: %s", type(exception).__name__)
            return views.bad_request(request)
        if not isinstance(exception, DomainError):
            return None
        return render(request, "shell/refused.html", {"refusal": exception}, status=exception.status_code)


def _asks_for_nonsense(request: HttpRequest, exception: Exception) -> bool:
    """A value the database refuses; on the admin's lists, which filter by anything in the URL, one Python refuses too.

    Of an admin page's `_to_field=` Django looks up the column called "".
    """
    match = request.resolver_match
    in_admin = bool(match and match.app_name == "admin")
    on_admin_list = in_admin and (match.url_name or "").endswith("_changelist")
    if isinstance(exception, DataError | OverflowError):
        return True
    return (on_admin_list and isinstance(exception, ValueError)) or (in_admin and isinstance(exception, FieldDoesNotExist))


class NoNulMiddleware:
    """PostgreSQL has no text with NUL: an address with one is an address that never was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        return self.get_response(request)
