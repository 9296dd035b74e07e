"""Type → label and address, so that audit, ledger and notices (below) can link to pages of apps above them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model


@dataclass(frozen=True)
class SubjectType:
    """`url(obj)` gives the seller page's address, or None; `admin_url(obj)` the platform's."""

    model: type[Model]
    label: Any
    url: Callable[[Any], str | None]
    admin_url: Callable[[Any], str | None]


SUBJECTS: dict[str, SubjectType] = {}


def register(
    model: type[Model],
    label: Any,
    url: Callable[[Any], str | None] = lambda obj: None,
    admin_url: Callable[[Any], str | None] = lambda obj: None,
) -> None:
    SUBJECTS[model._meta.label_lower] = SubjectType(model, label, url, admin_url)


def subject_type_of(obj: Model) -> str:
    return obj._meta.label_lower


def resolve(subject_type: str, subject_ids: set[int]) -> dict[int, Model]:
    """The subjects of one type by id, in one query; unknown types and vanished rows are simply missing."""
    kind = SUBJECTS.get(subject_type)
    if kind is None:
        return {}
    return kind.model._default_manager.in_bulk(subject_ids)


def label_of(subject_type: str) -> str:
    kind = SUBJECTS.get(subject_type)
    return str(kind.label) if kind else subject_type
