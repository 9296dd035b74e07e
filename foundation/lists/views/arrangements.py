"""Columns, page size and saved views: each a POST that leads back to the list."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.accounts import access
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError

from .. import arranging, registry
from ..arrangements import Arrangements
from ..links import back_url
from ..models import Kind, SavedView
from ..spec import ListSpec


def spec_of(request: HttpRequest, key: str) -> ListSpec:
    """The list this member may see: 404 for a list nobody registered, 403 for one that is not their role's."""
    try:
        spec = registry.get(key)
    except KeyError:
        raise Http404 from None
    access.check(request, spec.perm)
    return spec


@require_POST
def save_columns(request: HttpRequest, list: str) -> HttpResponse:
    """Columns and their order, density, or the page size; "restore" brings back the list's own."""
    spec, now = spec_of(request, list), clock.now()
    changes = _arrangement(request.POST, spec)
    view = Arrangements.of(request.user, request.shop, spec.key).view(request.POST.get("view", ""))
    leave_view = False
    if view and "columns" in changes:
        if arranging.may_change(view, request.membership):
            columns = arranging.known_columns(spec, changes.pop("columns"))
            arranging.change_view(view, columns=columns, membership=request.membership, now=now)
        else:
            leave_view = bool(view.columns)
    arranging.arrange(spec, by=request.user, now=now, **changes)
    opened = {"columns": "1"} if request.POST.get("move") else {}
    dropped = ("size", "after", "before", "last") if "size" in changes else ()
    return _back(request, spec, without=("columns", *dropped, *(["view"] if leave_view else [])), **opened)


def _arrangement(posted: QueryDict, spec: ListSpec) -> dict[str, Any]:
    if posted.get("size"):
        return {"size": int(posted["size"])} if posted["size"] in {str(size) for size in spec.sizes} else {}
    if posted.get("restore"):
        return {"columns": [], "roomy": False}
    ticked, order = set(posted.getlist("show")), posted.getlist("order")
    wanted = [key for key in _moved(order, posted.get("move", "")) if key in ticked]
    return {"columns": wanted, "roomy": posted.get("roomy") == "1"}


def _moved(order: list[str], move: str) -> list[str]:
    """`order` with one key a place earlier ("up:paid") or later ("down:paid")."""
    way, _colon, key = move.partition(":")
    if key not in order:
        return order
    at = order.index(key)
    to = min(max(at + (1 if way == "down" else -1), 0), len(order) - 1)
    moved = [one for one in order if one != key]
    return [*moved[:to], key, *moved[to:]]


@require_POST
def save_view(request: HttpRequest, list: str) -> HttpResponse:
    """Keep the list as it is on the screen under a name."""
    spec, now, posted = spec_of(request, list), clock.now(), request.POST
    shown = [
        column.key
        for column in spec.query(request.shop, QueryDict(posted.get("query", "")[:20_000]), now, request.user).columns
    ]
    try:
        view = arranging.save_view(
            spec, request.shop, name=posted.get("name", ""), query=posted.get("query", ""),
            columns=shown if posted.get("with_columns") else [], shared=posted.get("kind") == Kind.SHARED,
            pinned=bool(posted.get("pinned")), membership=request.membership, now=now,
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, str(error))
        return _back(request, spec, views="1")
    if posted.get("begin"):
        arranging.begin_with(spec, request.shop, view.uuid, by=request.user, now=now)
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return HttpResponseRedirect(address(spec, request.shop, view))


@require_POST
def change_view(request: HttpRequest, list: str, uuid: UUID) -> HttpResponse:
    """One change of a view: `do` is rename, pin, unpin, share, unshare, update, begin, not_begin or delete."""
    spec, now, posted = spec_of(request, list), clock.now(), request.POST
    view = get_object_or_404(arranging.views_of(spec, request.shop, request.user), uuid=uuid)
    do = posted.get("do", "")
    try:
        if do == "delete":
            arranging.delete_view(view, membership=request.membership, now=now)
        elif do in ("begin", "not_begin"):
            arranging.begin_with(spec, request.shop, view.uuid if do == "begin" else None, by=request.user, now=now)
        elif do in CHANGES:
            arranging.change_view(view, membership=request.membership, now=now, **CHANGES[do](posted, spec))
    except DomainError as error:
        messages.error(request, str(error))
    return _back(request, spec, without=("view",) if do == "delete" else (), views="1")


CHANGES: dict[str, Any] = {
    "rename": lambda posted, spec: {"name": posted.get("name", "")},
    "pin": lambda posted, spec: {"pinned": True},
    "unpin": lambda posted, spec: {"pinned": False},
    "share": lambda posted, spec: {"kind": Kind.SHARED},
    "unshare": lambda posted, spec: {"kind": Kind.PRIVATE},
    "update": lambda posted, spec: {"query": arranging.cleaned(spec, posted.get("query", ""))},
}


def address(spec: ListSpec, shop: Any, view: SavedView) -> str:
    """The list under this view."""
    return f"{spec.url(shop)}?view={view.uuid}{'&' if view.query else ''}{view.query}"


def _back(request: HttpRequest, spec: ListSpec, *, without: tuple[str, ...] = (), **opened: str) -> HttpResponse:
    """To the list as it was, `without` some parameters and with a panel opened or all closed."""
    parts = urlsplit(back_url(request, spec.url(request.shop)))  # type: ignore[attr-defined]
    params = QueryDict(parts.query, mutable=True)
    for name in (*without, "columns", "views"):
        params.pop(name, None)
    for name, value in opened.items():
        params[name] = value
    return HttpResponseRedirect(f"{parts.path}?{params.urlencode()}" if params else parts.path)
