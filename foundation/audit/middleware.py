"""Gives each request an id, shown on error pages and written to audit rows and logs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .context import fresh_request_id


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with fresh_request_id() as request_id:
            request.request_id = request_id  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            return response
