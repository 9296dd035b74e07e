"""The statement 台账 as a list: one account a tab, narrowed by movement and period."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.lists import registry
from foundation.lists.spec import ListSpec, Sort, Tab

from .export import table
from .filters import StatementFilter
from .models import Entry
from .naming import with_numbers
from .statement import SHOWN_ORDER

STATEMENT = registry.register(
    ListSpec(
        key="statement",
        title=_("Statement"),
        perm="ledger.view",
        page_name="ledger:statement",
        ident="pk",
        rows=lambda shop, now: Entry.objects.filter(shop_id=shop.pk),
        table=table,
        tabs=[Tab(kind.value, kind.label, Q(kind=kind)) for kind in SHOWN_ORDER],
        sorts=[Sort("at", "at", _("Booked"))],
        default_sort="-at",
        filterset=StatementFilter,
        steady=True,
        dress=with_numbers,
        only=("kind", "amount_minor", "balance_after_minor", "order_id", "transaction"),
        related=("transaction", "transaction__by"),
    )
)
