"""The staff note and its flag."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.lists.links import back_url
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import services
from ..forms import NoteForm
from ..models import Order
from . import detail


@require_POST
@requires("orders.note")
def note_order(request: HttpRequest, number: str) -> HttpResponse:
    order = get_for_shop(Order, request.shop, number=detail.clean(number))
    form, now = NoteForm(request.POST), clock.now()
    try:
        if not form.is_valid():
            raise Invalid(_("The note was not saved: look at the marked fields."))
        services.add_staff_note(order.pk, **form.cleaned_data, by=request.user, now=now)
    except DomainError as error:
        order.refresh_from_db()
        return refused(request, error, detail.TEMPLATE, detail.context(request, order, now, note_form=form, form=form))
    messages.success(request, _("Note saved."))
    return redirect(back_url(request, shop_url(request.shop, "orders:order", number=order.number)))
