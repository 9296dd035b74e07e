"""What can be done to many parcels at once: enter their numbers, flag and note their orders."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.lists.verbs import BatchVerb
from orders import batches as of_orders
from orders import services as orders

from .models import Parcel


def on_their_orders(verb: Callable[..., dict[int, str]]) -> Callable[..., dict[int, str]]:
    """A verb of orders, done to the orders of these parcels; what it refuses is told of the parcels."""

    def apply(pks: Iterable[int], **said: Any) -> dict[int, str]:
        order_of = dict(Parcel.objects.filter(pk__among=list(pks)).values_list("pk", "order_id"))
        refused = verb(set(order_of.values()), **said)
        return {pk: refused[order] for pk, order in order_of.items() if order in refused}

    return apply


ENTER_NUMBERS = BatchVerb(
    "numbers", _("Enter tracking numbers"), "logistics.ship", icon="qr-code", page="logistics:enter-numbers"
)
VERBS = [
    ENTER_NUMBERS,
    BatchVerb(
        "flag", _("Set the order's flag"), "orders.note", on_their_orders(orders.flag_many), icon="flag", done=_("Flagged"),
        form=of_orders.FlagForm, columns=("number", "order", "state"),
    ),
    BatchVerb(
        "note", _("Write a note on the order"), "orders.note", on_their_orders(orders.note_many), icon="pencil-square",
        done=_("Noted"), form=of_orders.NoteForm, columns=("number", "order", "state"),
    ),
]  # fmt: skip
of_orders.register(ENTER_NUMBERS)
