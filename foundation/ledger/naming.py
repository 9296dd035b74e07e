"""What a booking was for, in words and with a link, without knowing the rooms above (audit's registry of subjects)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Case, CharField, Model, OuterRef, Q, QuerySet, Subquery, When

from foundation.accounts.models import Shop
from foundation.audit import subjects

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


def with_numbers(entries: QuerySet) -> QuerySet:
    """Entries with `booked_number`: the public number of what each was booked for, if it is this shop's and has one."""

    def number(kind: str, pk: str) -> Subquery:
        found = subjects.SUBJECTS[kind].model._default_manager.filter(pk=OuterRef(pk), shop=OuterRef("shop_id"))
        return Subquery(found.order_by().values("number"), output_field=CharField())

    ways = [
        When(
            transaction__subject_type=kind,
            transaction__subject_id__isnull=False,
            then=number(kind, "transaction__subject_id"),
        )
        for kind in subjects.SUBJECTS
        if _is_numbered(kind)
    ]
    by_order = [
        When(Q(transaction__subject_type="") | Q(transaction__subject_id=None), then=number(ORDER, "order_id"))
    ] if _is_numbered(ORDER) else []  # fmt: skip
    return entries.annotate(booked_number=Case(*ways, *by_order, default=None, output_field=CharField()))


def name_lines(lines: Iterable[Any], shop: Shop) -> None:
    """Give each of a shop's lines, read `with_numbers`, its `named`; what has no number costs a query per type."""
    lines, others = list(lines), []
    named: dict[Reference | None, Named | None] = {}
    for line in lines:
        reference = reference_of(line.transaction)
        if reference and _is_numbered(reference[0]):
            named[reference] = _named(reference[0], _numbered(*reference, line.booked_number, shop))
        else:
            others.append(reference)
    for kind, pks in _by_type(others).items():
        for pk, subject in subjects.resolve(kind, pks).items():
            if getattr(subject, "shop_id", None) == shop.pk:
                subject.shop = shop  # type: ignore[attr-defined]  # its page's address needs the code: no query per row
                named[kind, pk] = _named(kind, subject)
    for line in lines:
        line.named = named.get(reference_of(line.transaction))


def _is_numbered(kind: str) -> bool:
    """Whether a subject of this type is a shop's and bears a public number."""
    registered = subjects.SUBJECTS.get(kind)
    return registered is not None and {"number", "shop"} <= {field.name for field in registered.model._meta.fields}


def _numbered(kind: str, pk: int, number: str | None, shop: Shop) -> Model | None:
    """The subject with what its page's address needs; anything else of it would be read when asked for."""
    if number is None:
        return None
    model = subjects.SUBJECTS[kind].model
    known = {model._meta.pk.attname: pk, "number": number, "shop_id": shop.pk}
    names = [field.attname for field in model._meta.concrete_fields if field.attname in known]
    subject: Any = model.from_db(model._default_manager.db, names, [known[name] for name in names])
    subject.shop = shop
    return subject


def _named(kind: str, subject: Model | None) -> Named | None:
    if subject is None:
        return None
    return Named(subjects.label_of(kind), str(subject), subjects.SUBJECTS[kind].url(subject) or "")


def text_many(references: Iterable[Reference | None], shop: Shop) -> dict[Reference | None, str]:
    """Only their names: public numbers where the subject has one, without building the objects."""
    texts: dict[Reference | None, str] = {}
    for kind, pks in _by_type(references).items():
        registered = subjects.SUBJECTS.get(kind)
        if registered is None:
            continue
        rows = registered.model._default_manager.filter(pk__in=pks)
        if _is_numbered(kind):
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
