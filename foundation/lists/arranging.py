"""What people do with their lists: arrange columns, keep views, share them. None of it touches a case or money."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.lifecycle.errors import Blocked, Forbidden, Invalid
from foundation.lifecycle.locks import lock

from .models import Kind, SavedView

if TYPE_CHECKING:
    from .spec import ListSpec

MOST = 30  # views one person keeps of one list of one shop
LONGEST_QUERY = 2000


def arrange(spec: "ListSpec", *, by: Any, now: datetime, **changes: Any) -> SavedView:
    """Keep `columns` (keys in order), `size` or `roomy` for this person's list, in every shop.

    Keys nobody knows are left out; none left means the list's own columns.
    """
    if "columns" in changes:
        changes["columns"] = known_columns(spec, changes["columns"])
    layout, _made = SavedView.objects.update_or_create(
        owner=by, list_key=spec.key, kind=Kind.LAYOUT, defaults={**changes, "updated_at": now}
    )
    return layout


def known_columns(spec: "ListSpec", keys: list[str]) -> list[str]:
    known = [key for key in dict.fromkeys(keys) if key in spec.columns_by_key and not spec.columns_by_key[key].fixed]
    return [] if known == [column.key for column in spec.columns if column.shown and not column.fixed] else known


def views_of(spec: "ListSpec", shop: Any, by: Any) -> QuerySet[SavedView]:
    """The views this person sees on this shop's list."""
    found = SavedView.objects.filter(shop=shop, list_key=spec.key).exclude(kind=Kind.LAYOUT)
    return found.filter(kind=Kind.SHARED) | found.filter(owner=by)


def cleaned(spec: "ListSpec", text: str) -> str:
    """A query string with only what a view keeps. Raises Invalid for one too long to keep."""
    asked = QueryDict(text[: LONGEST_QUERY * 10])
    kept = QueryDict(mutable=True)
    for name in spec.parameter_names - {"size", "view"}:
        values = [value.replace("\x00", "") for value in asked.getlist(name)[:200] if value]
        if values:
            kept.setlist(name, values)
    found = kept.urlencode()
    if len(found) > LONGEST_QUERY:
        raise Invalid(_("These filters are too long to be kept: search for fewer numbers."))
    return found


def save_view(
    spec: "ListSpec", shop: Any, *, name: str, query: str, columns: list[str], shared: bool, pinned: bool,
    membership: Any, now: datetime,
) -> SavedView:  # fmt: skip
    """Keep what is on the screen under a name. Refused: no name, a name this person has, too many, sharing as staff."""
    by = membership.user
    if shared:
        _may_share(membership)
    view = SavedView(
        owner=by, shop=shop, list_key=spec.key, kind=Kind.SHARED if shared else Kind.PRIVATE, name=_named(name),
        query=cleaned(spec, query), columns=known_columns(spec, columns), pinned=pinned, updated_at=now,
    )  # fmt: skip
    with transaction.atomic():
        lock(User.objects.filter(pk=by.pk))  # two tabs of one person count one after the other
        if SavedView.objects.filter(owner=by, shop=shop, list_key=spec.key).count() >= MOST:
            raise Blocked(_("You keep %(most)d views of this list already; delete one first.") % {"most": MOST})
        _saved(view, force_insert=True)
    return view


def change_view(view: SavedView, *, membership: Any, now: datetime, **changes: Any) -> SavedView:
    """Rename, pin, share or refill a view. Refused to all but its owner and, if it is shared, those who may share."""
    must_hold(view, membership)
    if changes.get("kind") == Kind.SHARED:
        _may_share(membership)
    if "name" in changes:
        changes["name"] = _named(changes["name"])
    for name, value in changes.items():
        setattr(view, name, value)
    view.updated_at = now
    _saved(view, update_fields=[*changes, "updated_at"])
    return view


def delete_view(view: SavedView, *, membership: Any, now: datetime) -> None:
    """Gone for good, for everybody it was shared with; that of a shared one is recorded. Refused as `change_view` is."""
    must_hold(view, membership)
    with transaction.atomic():
        if view.kind == Kind.SHARED:
            record("lists.view_deleted", view, by=membership.user, now=now, data={"name": view.name})
        view.delete()


def begin_with(spec: "ListSpec", shop: Any, uuid: UUID | None, *, by: Any, now: datetime) -> None:
    """The view this person's list of this shop opens with, if the address names none; None for no view."""
    with transaction.atomic():
        layout = arrange(spec, by=by, now=now)
        layout = SavedView.objects.select_for_update().get(pk=layout.pk)
        others = {key: value for key, value in layout.begins_with.items() if key != str(shop.pk)}
        layout.begins_with = others | ({str(shop.pk): str(uuid)} if uuid else {})
        layout.save(update_fields=["begins_with"])


def may_change(view: SavedView, membership: Any) -> bool:
    """Its owner; a leader too, once it is everybody's."""
    return view.owner_id == membership.user_id or (view.kind == Kind.SHARED and membership.can("lists.share"))


def must_hold(view: SavedView, membership: Any) -> None:
    if not may_change(view, membership):
        raise Forbidden(_("This view belongs to somebody else; its owner or a leader of the shop changes it."))


def _may_share(membership: Any) -> None:
    if not membership.can("lists.share"):
        raise Forbidden(_("Views for everybody are made by the owner and administrators."))


def _named(name: str) -> str:
    found = " ".join(name.replace("\x00", "").split())[:60]
    if not found:
        raise Invalid(_("A view needs a name."))
    return found


def _saved(view: SavedView, **how: Any) -> None:
    try:
        with transaction.atomic():
            view.save(**how)
    except IntegrityError:
        raise Invalid(_("You have a view called “%(name)s” already.") % {"name": view.name}) from None
