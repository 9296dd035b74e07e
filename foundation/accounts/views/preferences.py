"""Language, theme and keys: small choices kept in cookies, for visitors too."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.views.decorators.http import require_POST

from foundation.accounts.redirects import next_path

YEAR = 365 * 24 * 3600
THEMES = ("light", "dark", "auto")


def _remember(request: HttpRequest, cookie: str, value: str, allowed: tuple[str, ...], http_only: bool) -> HttpResponse:
    if value not in allowed:
        return HttpResponseBadRequest()
    response = HttpResponseRedirect(next_path(request, "/"))
    response.set_cookie(
        cookie, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=http_only
    )
    return response


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    known = tuple(code for code, _name in settings.LANGUAGES)
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, request.POST.get("language", ""), known, http_only=True)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the system; theme.js reads the cookie where the server did not write it into the page."""
    return _remember(request, "theme", request.POST.get("theme", ""), THEMES, http_only=False)


@login_not_required
@require_POST
def keys(request: HttpRequest) -> HttpResponse:
    """Single-key shortcuts on or off (keys.js reads the cookie)."""
    return _remember(request, "keys", request.POST.get("keys", ""), ("on", "off"), http_only=False)
