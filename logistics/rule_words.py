"""Interception rules in words: range, carriers, which of them overlap, and what became of them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from foundation.audit.history import Happening, happenings, yuan
from foundation.audit.models import Entry

from .models import Carrier, InterceptionRule

SHOWN = 50


@dataclass(frozen=True)
class Line:
    """A rule in the order it is asked; `taken_by` are the rules above it, on as it is, that may take the same order."""

    rule: InterceptionRule
    place: int
    range: str
    carriers: str
    taken_by: tuple[InterceptionRule, ...]
    is_first: bool
    is_last: bool


def lines(rules: list[InterceptionRule]) -> list[Line]:
    """The rules of a shop, as `services.rules.rules_of` gives them."""
    found = []
    for place, rule in enumerate(rules):
        above = tuple(other for other in rules[:place] if other.enabled and rule.enabled and overlap(other, rule))
        found.append(
            Line(rule, place + 1, range_of(rule.from_minor, rule.to_minor), carriers_of(rule), above, place == 0,
                 place == len(rules) - 1)
        )  # fmt: skip
    return found


def overlap(one: InterceptionRule, other: InterceptionRule) -> bool:
    """Whether an order exists that both would take."""
    ends = [rule.to_minor for rule in (one, other) if rule.to_minor is not None]
    if ends and max(one.from_minor, other.from_minor) > min(ends):
        return False
    mine, theirs = ({carrier.pk for carrier in rule.carriers.all()} for rule in (one, other))
    return not mine or not theirs or bool(mine & theirs)


def range_of(from_minor: int, to_minor: int | None) -> str:
    if to_minor is None and not from_minor:
        return _("any amount")
    if to_minor is None:
        return _("from %(low)s") % {"low": yuan(from_minor)}
    return _("%(low)s to %(high)s") % {"low": yuan(from_minor), "high": yuan(to_minor)}


def carriers_of(rule: InterceptionRule) -> str:
    return names([one.name for one in rule.carriers.all()])


def names(carriers: list[str]) -> str:
    return pgettext("between things in a row", ", ").join(carriers) or _("every carrier that can intercept")


def history(shop: Any, rule: InterceptionRule | None = None) -> list[Happening]:
    """Who changed which rule how, newest first; of one rule or of all of the shop."""
    pks = [rule.pk] if rule else list(InterceptionRule.objects.filter(shop=shop).values_list("pk", flat=True))
    kind = InterceptionRule._meta.label_lower
    entries = list(Entry.objects.filter(subject_type=kind, subject_id__in=pks).order_by("-id")[:SHOWN])
    by_code = {one.code: one.name for one in Carrier.objects.all()}
    for entry in entries:
        entry.data = {key: _readable(key, value, by_code) for key, value in entry.data.items()}
    return happenings(entries)


def _readable(key: str, value: Any, by_code: dict[str, str]) -> Any:
    if isinstance(value, list):
        return names([by_code.get(code, code) for code in value])
    return _("no upper end") if value is None and key.startswith("to_minor") else value
