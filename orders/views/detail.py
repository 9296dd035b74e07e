"""One order: everything staff need to know about it on one page."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deposits.services import quota
from foundation.accounts.access import get_for_shop, requires, roles_that_may
from foundation.ledger.services import order_story
from foundation.ledger.services.story import net_of
from foundation.lifecycle import clock
from foundation.lifecycle.prepared import Prepared
from foundation.lists.links import back_url
from foundation.shell.urls_for import shop_url

from .. import panels
from ..forms import NoteForm
from ..models import ContactRecord, Order, OrderLine

TEMPLATE = "orders/order_detail.html"
LINES = Prepared(
    lambda order: OrderLine.objects.select_related("product__picture").filter(order=order).order_by("position"), int
)
CONTACTS = Prepared(
    lambda order: ContactRecord.objects.select_related("by")
    .annotate(file_uuid=F("files__uuid"), file_name=F("files__name"), file_removed_at=F("files__removed_at"))
    .filter(order=order)
    .order_by("-at", "-pk", "files__pk"),
    int,
)


@require_safe
@never_cache
@requires("orders.view")
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Lines, money story, upper apps' panels, notes, contact records, timeline (rules §3)."""
    row: Any = get_for_shop(Order.objects.annotate(read_at=clock.Reading()), request.shop, number=clean(number))
    return render(request, TEMPLATE, context(request, row, clock.now(row.read_at)))


def clean(number: str) -> str:
    """An order number from the URL, fit to be asked for."""
    return number.replace("\x00", "")[:100]


def context(request: HttpRequest, row: Order, now: datetime, **more: Any) -> dict[str, Any]:
    """What the page shows; `more` replaces a part, such as a form that was refused."""
    row.shop = request.shop  # known: no query when the template asks for it
    member = request.membership  # type: ignore[attr-defined]
    story = order_story(row.pk)
    buttons = row.LIFECYCLE.buttons(row.status, member.can)
    found = {
        "order": row,
        "lines": lines_of(row),
        "story": story,
        "net_minor": net_of(story),
        "panels": panels.drawn(request, row, now),
        "contacts": contacts_of(row),
        "buttons": buttons,
        "quota": quota.state(row.shop_id, now) if any(one.verb == "refund" and one.enabled for one in buttons) else None,
        "may_see_quota": member.can("deposits.view"),
        "note_form": NoteForm(initial={"note": row.staff_note, "flag": row.flag, "version": row.version}),
        "contact_form": None,  # the refused one; an empty one draws itself
        "back": back_url(request, shop_url(request.shop, "orders:orders")),
        "kept_files": [],
        "buyer": None,
        "reveal_roles": ", ".join(roles_that_may("orders.reveal")),
    }
    return found | more


def lines_of(row: Order) -> list[OrderLine]:
    return LINES.rows(row.pk)


def contacts_of(row: Order) -> list[ContactRecord]:
    """Contact records, newest first, with who wrote them and `pictures`: (uuid, name, removed at) of each file. One
    query."""
    return with_pictures(CONTACTS.rows(row.pk))


def with_pictures(rows: list[ContactRecord]) -> list[ContactRecord]:
    """One of each of the rows of CONTACTS, which are one per picture."""
    found: dict[int, ContactRecord] = {}
    for contact in rows:
        kept = found.setdefault(contact.pk, contact)
        kept.pictures = [*getattr(kept, "pictures", []), *_picture(contact)]  # type: ignore[attr-defined]
    return list(found.values())


def _picture(contact: ContactRecord) -> list[tuple[object, str, object]]:
    return [(contact.file_uuid, contact.file_name, contact.file_removed_at)] if contact.file_uuid else []  # type: ignore[attr-defined]
