"""Nobody loses their place: a verb's redirect keeps the `next` of the page it was clicked on."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest, HttpResponse

from .links import inside, joined


class KeepNextMiddleware:
    """After a POST on a page opened from a list, the page it redirects to still knows that list.

    Only inside the shop, only if the redirect says no `next` of its own and is not that list itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and response.status_code == 302 and getattr(request, "shop", None):
            kept = _kept(request, response["Location"])
            if kept:
                response["Location"] = kept
        return response


def _kept(request: HttpRequest, location: str) -> str:
    """`location` with the `next` of the page the POST came from; "" if there is nothing to keep."""
    try:
        came_from = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # "http://[": no address at all
        return ""
    asked = parse_qs(came_from.query).get("next", [""])[0]
    there = inside(request, asked) if came_from.netloc == request.get_host() else ""
    to = urlsplit(location)
    if not there or not inside(request, location) or to.path == urlsplit(there).path or "next" in parse_qs(to.query):
        return ""
    return to._replace(query=urlsplit(joined(f"?{to.query}" if to.query else "", next=there)).query).geturl()
