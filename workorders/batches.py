"""What can be done to many work orders at once: hand them to somebody, flag and note their orders."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Membership, User
from foundation.lists.verbs import BatchVerb
from orders import batches as of_orders
from orders import services as orders

from . import services
from .models import WorkOrder
from .states import CLOSED, Status


class AssignForm(forms.Form):
    """Whom the cases are handed to; nobody puts them back into the queue."""

    to = forms.ModelChoiceField(
        queryset=Membership.objects.none(), required=False, label=_("In charge"), empty_label=_("Nobody")
    )

    def __init__(self, data: Any = None, *, shop: Any):
        super().__init__(data)
        people = Membership.objects.filter(shop=shop, ended_at=None, user__is_active=True).select_related("user").order_by("pk")
        self.fields["to"].queryset = people  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda one: f"{one.user} · {one.get_role_display()}"  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        chosen = self.cleaned_data["to"]
        return {"to": chosen.user_id if chosen else None}


def assign(pks: list[int], *, to: int | None, by: Any, now: datetime) -> dict[int, str]:
    person = User.objects.get(pk=to) if to else None
    return services.assign_many(pks, to=person, by=by, now=now)


def closed(rows: QuerySet, now: datetime) -> dict[int, str]:
    """Nobody is in charge of a case that is over."""
    return {
        pk: gettext("This work order is already “%(state)s”.") % {"state": Status(status).label}
        for pk, status in rows.filter(status__in=CLOSED).values_list("pk", "status")
    }


def on_their_orders(verb: Callable[..., dict[int, str]]) -> Callable[..., dict[int, str]]:
    """A verb of orders, done to the orders of these cases; what it refuses is told of the cases."""

    def apply(pks: Iterable[int], **said: Any) -> dict[int, str]:
        order_of = dict(WorkOrder.objects.filter(pk__in=list(pks)).values_list("pk", "order_id"))
        refused = verb(set(order_of.values()), **said)
        return {pk: refused[order] for pk, order in order_of.items() if order in refused}

    return apply


VERBS = [
    BatchVerb(
        "assign", _("Assign"), "workorders.assign", assign, icon="user", done=_("Assigned"), form=AssignForm,
        excluded=closed, columns=("number", "clock", "state"),
    ),
    BatchVerb(
        "flag", _("Set the order's flag"), "orders.note", on_their_orders(orders.flag_many), icon="flag", done=_("Flagged"),
        form=of_orders.FlagForm, columns=("number", "order", "state"),
    ),
    BatchVerb(
        "note", _("Write a note on the order"), "orders.note", on_their_orders(orders.note_many), icon="pencil-square",
        done=_("Noted"), form=of_orders.NoteForm, columns=("number", "order", "state"),
    ),
]  # fmt: skip
