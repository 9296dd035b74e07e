"""What one person was told in one shop: the list, opening one, marking all as read."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.access import requires
from foundation.audit import subjects
from foundation.lifecycle import clock
from foundation.shell.urls_for import shop_url

from . import kinds, services
from .models import Notice

PAGE = 30


@dataclass(frozen=True)
class Line:
    """One row of the list."""

    notice: Notice
    sentence: str
    icon: str
    importance: str


@require_safe
@never_cache
@requires("notifications.view")
def notices(request: HttpRequest) -> HttpResponse:
    """Newest first, PAGE at a time; `before` is the number of the notice the page starts below."""
    rows = Notice.objects.told(request.user, request.shop.pk).order_by("-pk")
    tab = "all" if request.GET.get("tab") == "all" else "unread"
    if tab == "unread":
        rows = rows.unread()
    start = _start(request)
    if start:
        rows = rows.filter(pk__lt=start)
    page = list(rows[: PAGE + 1])
    context = {
        "lines": [_line(notice) for notice in page[:PAGE]],
        "older": page[PAGE - 1].number if len(page) > PAGE else "",
        "tab": tab,
        "first": start is None,
        "now": clock.now(),
    }
    return render(request, "notifications/notice_list.html", context)


@require_POST
@requires("notifications.view")
def open_notice(request: HttpRequest, number: str) -> HttpResponse:
    """Seen; on to what it is about."""
    notice = get_object_or_404(Notice.objects.told(request.user, request.shop.pk), number=number)
    services.open_notice(notice.pk, by=request.user, now=clock.now())
    return redirect(_target(notice) or shop_url(request.shop, "notifications:notices"))


@require_POST
@requires("notifications.view")
def read_all(request: HttpRequest) -> HttpResponse:
    services.read_all(by=request.user, shop_id=request.shop.pk, now=clock.now())
    return redirect(shop_url(request.shop, "notifications:notices"))


def _start(request: HttpRequest) -> int | None:
    """The pk the page starts below; None for the first page and for nonsense."""
    number = request.GET.get("before", "")
    if not (number.isascii() and number.isalnum()):
        return None
    told = Notice.objects.told(request.user, request.shop.pk)
    return told.filter(number=number).values_list("pk", flat=True).first()


def _line(notice: Notice) -> Line:
    kind = kinds.KINDS.get(notice.kind)
    importance = kind.importance if kind else kinds.INFO
    return Line(notice, kinds.sentence(notice.kind, notice.data), kinds.ICONS[importance], importance)


def _target(notice: Notice) -> str | None:
    """The address it was told with, else the subject's own page; only ever one of ours."""
    if notice.url:
        return notice.url
    subject = subjects.resolve(notice.subject_type, {notice.subject_id}).get(notice.subject_id)
    return subjects.SUBJECTS[notice.subject_type].url(subject) if subject else None
