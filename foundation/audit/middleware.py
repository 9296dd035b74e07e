"""Gives each request an id, shown on error pages and written to audit rows and logs, and writes the request's one line."""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .context import fresh_request_id

log = structlog.get_logger("houtai.request")


class RequestIdMiddleware:
    """Outermost but one: whatever is logged inside carries the id.

    The line says who asked for which page and how that ended, never what was searched for or typed: no query, no body,
    no header. Style sheets, pictures of the house and the pages machines ask for each minute are not worth one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        with fresh_request_id() as request_id:
            request.request_id = request_id  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            if not (request.path.startswith(settings.UNLOGGED_PATHS) and response.status_code < 400):
                _write(request, response, time.perf_counter() - began)
            return response


def _write(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    user = getattr(request, "_cached_user", None)  # asking for request.user could cost a query
    write = log.error if response.status_code >= 500 else log.info
    write(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        user=user.pk if user is not None else None,
    )
