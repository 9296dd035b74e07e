"""Writing a contact record."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.accounts.access import get_for_shop, requires
from foundation.files.models import Purpose, StoredFile
from foundation.files.services import store_image
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.lists.links import back_url
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import services
from ..forms import ContactForm
from ..models import Order
from . import detail

MOST_FILES = 10


@require_POST
@requires("orders.contact")
def record_contact(request: HttpRequest, number: str) -> HttpResponse:
    """Uploaded pictures are kept even if the form is refused: it names them again."""
    order = get_for_shop(Order, request.shop, number=detail.clean(number))
    form = ContactForm(request.POST, request.FILES)
    kept = _kept(request, order)
    try:
        kept += _stored(request, order, form, MOST_FILES - len(kept))
        _record(request, order, form, kept)
    except DomainError as error:
        page = detail.context(request, order, clock.now(), contact_form=form, form=form, kept_files=kept)
        return refused(request, error, detail.TEMPLATE, page)
    messages.success(request, _("Contact record written."))
    return redirect(back_url(request, shop_url(request.shop, "orders:order", number=order.number) + "#contacts"))


def _record(request: HttpRequest, order: Order, form: ContactForm, files: list[StoredFile]) -> None:
    if not form.is_valid():
        raise Invalid(_("The contact record was not written: look at the marked fields."))
    said = dict(form.cleaned_data, files=files)
    key, now = str(said.pop("request_key")), clock.now()
    said["at"] = said["at"] or now
    services.record_contact(order.pk, **said, by=request.user, now=now, key=f"contact:{key}")


def _kept(request: HttpRequest, order: Order) -> list[StoredFile]:
    """Files an earlier, refused sending of this form already stored: only this person's, on this order."""
    uuids = [found for text in request.POST.getlist("kept_file")[:MOST_FILES] if (found := _uuid(text))]
    mine: dict[str, Any] = {"purpose": Purpose.ATTACHMENT, "uploaded_by": request.user, "order_id": order.pk}
    return list(StoredFile.objects.filter(shop_id=order.shop_id, uuid__in=uuids, **mine))


def _stored(request: HttpRequest, order: Order, form: ContactForm, room: int) -> list[StoredFile]:
    uploads = request.FILES.getlist("files")
    if len(uploads) > room:
        raise Invalid(_("At most %(count)d pictures on one record.") % {"count": MOST_FILES}, field="files")
    now = clock.now()
    return [
        store_image(upload, shop=request.shop, by=request.user, now=now, order_id=order.pk, purpose=Purpose.ATTACHMENT)
        for upload in uploads
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text[:40])
    except ValueError:
        return None
