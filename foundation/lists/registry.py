"""The lists of the house by key: filled by each app's `lists.py`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .spec import ListSpec

_specs: dict[str, "ListSpec"] = {}


def register(spec: "ListSpec") -> "ListSpec":
    """Raises ValueError for a list without a key or with another list's."""
    if not spec.key or _specs.get(spec.key, spec) is not spec:
        raise ValueError(f"The key of a list is its own: {spec.key!r}")
    _specs[spec.key] = spec
    return spec


def get(key: str) -> "ListSpec":
    """Raises KeyError for a key nobody registered."""
    return _specs[key]


def every() -> list["ListSpec"]:
    return list(_specs.values())
