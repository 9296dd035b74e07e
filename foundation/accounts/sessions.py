"""Where a person is signed in, and for how long: 30 minutes idle, 12 hours at most (rules S14, S15)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from foundation.audit.services import record

from .models import SignIn, User
from .redirects import next_path

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
BEGAN, SEEN = "signed_in_at", "seen_at"
BACKGROUND = "X-Background"  # a page that asks by itself (a progress bar, the bell) is nobody at the keyboard


def begin(sender: object, request: HttpRequest, user: User, **_kwargs: object) -> None:
    """On signing in: start the two clocks and note the device."""
    second = time.time()
    request.session[BEGAN] = request.session[SEEN] = second
    if not request.session.session_key:
        request.session.save()
    moment = datetime.fromtimestamp(second, UTC)
    SignIn.objects.filter(user=user, last_seen_at__lt=moment - LONGEST).delete()
    SignIn.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user, "began_at": moment, "last_seen_at": moment, "address": _address(request),
            "device": request.META.get("HTTP_USER_AGENT", "")[:200],
        },
    )


def end(sender: object, request: HttpRequest, user: User | None, **_kwargs: object) -> None:
    """On signing out: forget the device."""
    SignIn.objects.filter(session_key=request.session.session_key).delete()


def rebind(old_key: str | None, new_key: str | None) -> None:
    """A session keeps its row when its key is changed (password change)."""
    SignIn.objects.filter(session_key=old_key).update(session_key=new_key)


def alive(user: User) -> list[SignIn]:
    """Where the person is signed in now, latest first; rows whose session is gone are swept."""
    rows = list(SignIn.objects.filter(user=user).order_by("-last_seen_at"))
    keys = [row.session_key for row in rows]
    moment = datetime.now(UTC)
    there = set(Session.objects.filter(session_key__in=keys, expire_date__gt=moment).values_list("pk", flat=True))
    gone = [row.pk for row in rows if row.session_key not in there or row.last_seen_at < moment - IDLE]
    SignIn.objects.filter(pk__in=gone).delete()
    return [row for row in rows if row.pk not in gone]


@transaction.atomic
def end_elsewhere(user: User, keep: str | None, *, by: User, now: datetime) -> int:
    """Sign the person out everywhere but in the session `keep`; says how many sessions ended."""
    rows = SignIn.objects.filter(user=user).exclude(session_key=keep)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    record("accounts.signed_out_elsewhere", user, by=by, now=now, data={"count": len(keys)})
    return len(keys)


def _address(request: HttpRequest) -> str:
    if "REMOTE_ADDR" not in request.META:
        return ""
    return str(import_string(settings.AXES_CLIENT_IP_CALLABLE)(request))[:45]


class SessionLimitsMiddleware:
    """Signs out whoever was idle for 30 minutes or signed in for 12 hours, before anything is looked up.

    Also turns the redirect to the sign-in page into a whole-page one when htmx asked for a fragment, and lets one of a
    form's POST lead back to the page the form stood on: the form's own address has nothing to show.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_over(request):
            logout(request)
            request.session["timed_out"] = True
        response = self.get_response(request)
        return self._whole_page(request, response)

    def _is_over(self, request: HttpRequest) -> bool:
        began, seen = request.session.get(BEGAN), request.session.get(SEEN)
        if began is None or seen is None:
            return False
        second = time.time()
        if second - seen > IDLE.total_seconds() or second - began > LONGEST.total_seconds():
            return True
        if second - seen > TOUCH_EVERY.total_seconds() and BACKGROUND not in request.headers:
            request.session[SEEN] = second
            SignIn.objects.filter(session_key=request.session.session_key).update(
                last_seen_at=datetime.fromtimestamp(second, UTC)
            )
        return False

    def _whole_page(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code != 302 or request.user.is_authenticated:
            return response
        if request.headers.get("HX-Request") == "true":
            path = _path_of(request.headers.get("HX-Current-URL", ""))
            return HttpResponse(status=204, headers={"HX-Redirect": redirect_to_login(path).url})
        if request.method == "POST" and f"?{REDIRECT_FIELD_NAME}=" in response.headers["Location"]:
            return redirect_to_login(next_path(request, _path_of(request.headers.get("Referer", ""))))
        return response


def _path_of(address: str) -> str:
    """The path of a page of ours, with its query; `/` if there is none."""
    return "/" + address.split("/", 3)[3] if address.count("/") >= 3 else "/"


def device_name(agent: str) -> str:
    """Browser and system in two words, from what the browser says of itself."""
    browsers: Any = (("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("HeadlessChrome", "Chrome"),
                     ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems: Any = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"),
                    ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))
    browser = next((name for mark, name in browsers if mark in agent), "")
    system = next((name for mark, name in systems if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part)
