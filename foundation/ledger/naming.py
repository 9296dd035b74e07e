"""What a booking was for, in words and with a link, without knowing the rooms above (audit's registry of subjects)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from foundation.accounts.models import Shop
from foundation.audit import subjects

from .models import Transaction

ORDER = "orders.order"


@dataclass(frozen=True)
class Named:
    """`text` is the subject's own name (an order number …), `url` its page of this shop or ""."""

    label: str
    text: str
    url: str


Reference = tuple[str, int]


class Booked(Protocol):
    """What a transaction, or a row of an export, says of what it was for."""

    @property
    def subject_type(self) -> Any: ...
    @property
    def subject_id(self) -> Any: ...
    @property
    def order_id(self) -> Any: ...


def reference_of(booked: Booked) -> Reference | None:
    """The subject it was booked for, else its order."""
    if booked.subject_type and booked.subject_id is not None:
        return booked.subject_type, booked.subject_id
    return (ORDER, booked.order_id) if booked.order_id is not None else None


def name_many(booked: Iterable[Transaction], shop: Shop) -> dict[Reference | None, Named]:
    """The subjects of many bookings of one shop: one query per type."""
    named: dict[Reference | None, Named] = {}
    for kind, pks in _by_type(map(reference_of, booked)).items():
        label = subjects.label_of(kind)
        for pk, subject in subjects.resolve(kind, pks).items():
            if getattr(subject, "shop_id", None) == shop.pk:
                subject.shop = shop  # type: ignore[attr-defined]  # its page's address needs the code: no query per row
                named[kind, pk] = Named(label, str(subject), subjects.SUBJECTS[kind].url(subject) or "")
    return named


def text_many(references: Iterable[Reference | None], shop: Shop) -> dict[Reference | None, str]:
    """Only their names: public numbers where the subject has one, without building the objects."""
    texts: dict[Reference | None, str] = {}
    for kind, pks in _by_type(references).items():
        registered = subjects.SUBJECTS.get(kind)
        if registered is None:
            continue
        fields = {field.name for field in registered.model._meta.get_fields()}
        rows = registered.model._default_manager.filter(pk__in=pks)
        if {"number", "shop"} <= fields:
            found: Iterable[tuple[int, Any]] = rows.filter(shop=shop).values_list("pk", "number")
        else:
            found = [(row.pk, row) for row in rows if getattr(row, "shop_id", None) == shop.pk]
        texts |= {(kind, pk): str(name) for pk, name in found}
    return texts


def _by_type(references: Iterable[Reference | None]) -> dict[str, set[int]]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for reference in references:
        if reference:
            wanted[reference[0]].add(reference[1])
    return wanted
