"""召回: the list, opening one, who is in charge, and how it ended (rules §4)."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.accounts.models import Shop, User
from foundation.files.models import Purpose, StoredFile
from foundation.files.services import discard, limits, store_image
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.lists.links import back_url
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url
from orders.models import ContactRecord

from ..care_forms import RECALLED, AssignForm, CloseRecallForm, RecallForm
from ..care_lists import RECALLS
from ..contact_card import card_of
from ..models import Parcel, Recall
from ..services import recalls as verbs
from ..services.shipping import carriers_offered
from ..states import RecallState

OPEN, DETAIL = "logistics/recall_open.html", "logistics/recall_detail.html"
MOST_CONTACTS = 20


@require_safe
@requires("logistics.view")
def recalls(request: HttpRequest) -> HttpResponse:
    """Open ones first."""
    return RECALLS.page(request, now=clock.now).render("logistics/recall_list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("logistics.recall")
def open_recall(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the form for a parcel without a number. POST: opened, once per form."""
    parcel = get_for_shop(Parcel.objects.select_related("order", "carrier"), request.shop, number=number)  # type: ignore[attr-defined]
    parcel.shop = parcel.order.shop = request.shop  # type: ignore[attr-defined]
    first = {
        "owner": request.user.pk, "carrier": parcel.carrier.code if parcel.carrier else "", "request_key": uuid.uuid4(),
    }  # fmt: skip
    data = request.POST if request.method == "POST" else None
    form = RecallForm(data, initial=first, carriers=carriers_offered(), members=_members(request.shop))  # type: ignore[attr-defined]
    if data is None:
        return render(request, OPEN, _open_context(request, parcel, form))
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was saved: look at the marked fields."))
        said = dict(form.cleaned_data)
        key = f"recall:{parcel.pk}:{said.pop('request_key')}"
        made = verbs.open_recall(parcel.pk, **said, key=key, by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, OPEN, _open_context(request, parcel, form))
    messages.success(request, _("Recall opened. A refund does not wait for it."))
    return redirect(_page(request, made))


def _open_context(request: HttpRequest, parcel: Parcel, form: RecallForm) -> dict[str, Any]:
    running = Recall.objects.filter(parcel=parcel, status=RecallState.TO_RECALL).first()
    return {
        "parcel": parcel,
        "order": parcel.order,
        "form": form,
        "running": running,
        "why_not": verbs.why_not(parcel, running),
        "back": back_url(request, shop_url(parcel.shop, "logistics:parcel", number=parcel.number)),
    }


@require_safe
@never_cache
@requires("logistics.view")
def recall(request: HttpRequest, number: str) -> HttpResponse:
    """Who is in charge, whom to call, what was said, what it cost, what shows it."""
    return render(request, DETAIL, _context(request, _get(request, number)))


@require_POST
@requires("logistics.recall")
def assign_recall(request: HttpRequest, number: str) -> HttpResponse:
    """Another person in charge, or the carrier."""
    row = _get(request, number)
    form = AssignForm(request.POST, carriers=carriers_offered(), members=_members(row.shop))
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was saved: look at the marked fields."))
        verbs.assign_recall(row.pk, **form.cleaned_data, by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, DETAIL, _context(request, _get(request, number), assign_form=form, form=form))
    messages.success(request, _("Saved."))
    return redirect(_page(request, row))


@require_POST
@requires("logistics.recall")
def close_recall(request: HttpRequest, number: str) -> HttpResponse:
    """Back, or not found. Pictures of a form that was refused are not kept."""
    row = _get(request, number)
    form = CloseRecallForm(request.POST, request.FILES, contacts=_contacts(row))
    stored: list[StoredFile] = []
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was closed yet: look at the marked fields."))
        said = dict(form.cleaned_data)
        recalled, cost, uploads = said.pop("result") == RECALLED, said.pop("cost") or 0, said.pop("files")
        _store(request, row, uploads, stored)
        verbs.close_recall(
            row.pk, **said, recalled=recalled, cost_minor=cost, files=stored, by=request.user, now=clock.now()
        )
    except DomainError as error:
        for one in stored:
            discard(one)
        return refused(request, error, DETAIL, _context(request, _get(request, number), form=form, close_form=form))
    messages.success(request, _("Recall closed."))
    return redirect(_page(request, row))


def _store(request: HttpRequest, row: Recall, uploads: list[Any], stored: list[StoredFile]) -> None:
    now = clock.now()
    most = limits(now).files_per_upload
    if len(uploads) > most:
        raise Invalid(_("Send at most %(most)d pictures at once.") % {"most": most}, field="files")
    for upload in uploads:
        stored.append(
            store_image(
                upload, shop=row.shop, by=request.user, now=now, order_id=row.order_id, purpose=Purpose.ATTACHMENT
            )
        )


def _get(request: HttpRequest, number: str) -> Recall:
    rows: QuerySet[Recall] = Recall.objects.select_related(
        "parcel", "order", "carrier", "owner", "contact", "opened_by"
    )
    row = get_for_shop(rows, request.shop, number=number)  # type: ignore[attr-defined]
    row.shop = row.order.shop = row.parcel.shop = request.shop  # type: ignore[attr-defined]
    row.parcel.order, row.parcel.carrier = row.order, row.carrier
    return row


def _context(request: HttpRequest, row: Recall, **more: Any) -> dict[str, Any]:
    now = clock.now()
    member = request.membership  # type: ignore[attr-defined]
    may = member.can("logistics.recall") and row.status == RecallState.TO_RECALL
    first = {"version": row.version, "owner": row.owner_id or "", "carrier": row.carrier.code if row.carrier else ""}
    shown: dict[str, Any] = {"assign_form": None, "close_form": None}
    if may:
        shown["assign_form"] = AssignForm(initial=first, carriers=carriers_offered(), members=_members(row.shop))
        shown["close_form"] = CloseRecallForm(initial={"version": row.version}, contacts=_contacts(row))
    for form in more.values():  # a refused form is for the version that is shown now
        form.data = form.data.copy()
        form.data["version"] = row.version
    proof = list(row.proof.order_by("pk"))
    return shown | {
        "recall": row,
        "order": row.order,
        "parcel": row.parcel,
        "proof": proof,
        "card": card_of(row.order, now, parcel=row.parcel),
        "now": now,
        "back": back_url(request, shop_url(row.shop, "logistics:recalls")),
    } | (more if may else {})  # fmt: skip


def _members(shop: Shop) -> list[User]:
    """Who may be put in charge."""
    rows = shop.memberships.filter(ended_at=None, user__is_active=True).select_related("user").order_by("pk")
    return [one.user for one in rows]


def _contacts(row: Recall) -> list[ContactRecord]:
    return list(ContactRecord.objects.filter(order_id=row.order_id).order_by("-at", "-pk")[:MOST_CONTACTS])


def _page(request: HttpRequest, row: Recall) -> str:
    return shop_url(request.shop, "logistics:recall", number=row.number)  # type: ignore[attr-defined]
