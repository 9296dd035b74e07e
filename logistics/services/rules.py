"""Interception rules of a shop: made, changed, switched, put in order, removed; every change is recorded with who (rules §4).

Verbs lock the shop's rules by pk; what adds one or puts them in order locks the shop's row first, which is there when no
rule is yet. A rule in force acts on the next refund request; what it started stays as it is when the rule changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.audit.services import record
from foundation.lifecycle.errors import Invalid, Stale
from foundation.lifecycle.locks import lock

from ..models import Carrier, InterceptionRule
from ..models.rules import rule_number

STEP = 10  # between two priorities
MOST_RULES = 50
MOST_MINOR = 10_000_000_00


@dataclass(frozen=True)
class Terms:
    """What a rule says: both ends of the order amount belong to the range, in fen; no carriers means every one that can."""

    name: str
    from_minor: int = 0
    to_minor: int | None = None
    carriers: tuple[int, ...] = ()


def rules_of(shop_pk: int) -> list[InterceptionRule]:
    """The shop's rules in the order they are asked, with their carriers; removed ones are left out. Two statements."""
    rows = InterceptionRule.objects.filter(shop_id=shop_pk, removed_at=None).prefetch_related("carriers")
    return list(rows.order_by("priority", "pk"))


@transaction.atomic
def create_rule(
    shop_pk: int, terms: Terms, *, by: Any, now: datetime, number: str = "", enabled: bool = False
) -> InterceptionRule:
    """A new rule, asked after all others. The same `number` again gives the first; one of another shop's is not taken.

    Invalid for an empty name, a range that ends before it begins, a carrier that can't intercept, or the 51st rule.
    """
    carriers = _checked(terms)
    mine = _locked_all(shop_pk)
    if len(mine) >= MOST_RULES and number not in {one.number for one in mine}:
        raise Invalid(_("At most %(count)d rules. Change or remove one.") % {"count": MOST_RULES})
    theirs = bool(number) and InterceptionRule.objects.filter(number=number).exclude(shop_id=shop_pk).exists()
    rule, is_new = InterceptionRule.objects.get_or_create(
        number=rule_number() if theirs or not number else number, shop_id=shop_pk,
        defaults={
            "name": terms.name.strip(), "from_minor": terms.from_minor, "to_minor": terms.to_minor, "enabled": enabled,
            "priority": max((one.priority for one in mine), default=0) + STEP, "created_by": by, "created_at": now,
            "updated_at": now,
        },
    )  # fmt: skip
    if not is_new:
        return rule
    rule.carriers.set(carriers)
    record("logistics.rule_created", rule, by=by, now=now, data=_said(rule, carriers))
    if enabled:
        record("logistics.rule_enabled", rule, by=by, now=now, data={"name": rule.name})
    return rule


@transaction.atomic
def change_rule(rule_pk: int, terms: Terms, *, version: int, by: Any, now: datetime) -> InterceptionRule:
    """Say something else; from the next request on. Stale when a colleague changed it meanwhile, Invalid as in create_rule.

    Nothing said anew changes nothing and is not recorded.
    """
    carriers = _checked(terms)
    rule = _locked(rule_pk, version)
    before = _said(rule, rule.carriers.order_by("position", "code"))
    rule.name, rule.from_minor, rule.to_minor = terms.name.strip(), terms.from_minor, terms.to_minor
    after = _said(rule, carriers)
    if after == before:
        return rule
    rule.carriers.set(carriers)
    _save(rule, now, "name", "from_minor", "to_minor")
    record(
        "logistics.rule_changed", rule, by=by, now=now, data=after | {f"{key}_was": was for key, was in before.items()}
    )
    return rule


@transaction.atomic
def switch_rule(rule_pk: int, *, on: bool, version: int, by: Any, now: datetime) -> InterceptionRule:
    """Switch a rule on or off. Stale when it changed meanwhile; the state it has already changes nothing."""
    rule = _locked(rule_pk, version)
    if rule.enabled != on:
        rule.enabled = on
        _save(rule, now, "enabled")
        record(
            "logistics.rule_enabled" if on else "logistics.rule_disabled",
            rule,
            by=by,
            now=now,
            data={"name": rule.name},
        )
    return rule


@transaction.atomic
def remove_rule(rule_pk: int, *, version: int, by: Any, now: datetime) -> InterceptionRule:
    """Take a rule out; its row stays for what it started. Stale when it changed meanwhile."""
    rule = _locked(rule_pk, version)
    rule.enabled, rule.removed_at = False, now
    _save(rule, now, "enabled", "removed_at")
    record("logistics.rule_removed", rule, by=by, now=now, data={"name": rule.name})
    return rule


@transaction.atomic
def move_rule(rule_pk: int, *, up: bool, by: Any, now: datetime) -> InterceptionRule:
    """Ask a rule before the one above it, or after the one below. At the end of the row nothing changes."""
    shop = InterceptionRule.objects.filter(pk=rule_pk).values_list("shop_id", flat=True).first()
    mine = _locked_all(shop) if shop is not None else []
    place = next((place for place, one in enumerate(mine) if one.pk == rule_pk), None)
    if place is None:
        raise Http404
    rule, other = mine[place], place + (-1 if up else 1)
    if not 0 <= other < len(mine):
        return rule
    mine[place], mine[other] = mine[other], mine[place]
    for position, one in enumerate(mine, start=1):
        if one.priority != position * STEP:
            one.priority = position * STEP
            _save(one, now, "priority")
    record("logistics.rule_moved", rule, by=by, now=now, data={"name": rule.name, "place": other + 1, "was": place + 1})
    return rule


def _locked_all(shop_pk: int) -> list[InterceptionRule]:
    """Every rule of the shop under lock, in the order they are asked; one at a time, also for the first of them."""
    lock(Shop.objects.filter(pk=shop_pk))
    rows = lock(InterceptionRule.objects.filter(shop_id=shop_pk, removed_at=None))
    return sorted(rows, key=lambda one: (one.priority, one.pk))


def _locked(rule_pk: int, version: int) -> InterceptionRule:
    rows = lock(InterceptionRule.objects.filter(pk=rule_pk, removed_at=None))
    if not rows:
        raise Http404
    if rows[0].version != version:
        raise Stale(_("A colleague changed this rule meanwhile. Look at it again, then repeat what you wanted."))
    return rows[0]


def _save(rule: InterceptionRule, now: datetime, *fields: str) -> None:
    rule.version += 1
    rule.updated_at = now
    rule.save(update_fields=[*fields, "version", "updated_at"])


def _checked(terms: Terms) -> list[Carrier]:
    """The carriers meant, in their order. Invalid names the field."""
    if not terms.name.strip():
        raise Invalid(_("Give the rule a name."), field="name")
    if not 0 <= terms.from_minor <= MOST_MINOR or (terms.to_minor or 0) > MOST_MINOR:
        raise Invalid(_("No order costs that much."), field="from_minor")
    if terms.to_minor is not None and terms.to_minor < terms.from_minor:
        raise Invalid(_("The range ends before it begins."), field="to_minor")
    found = list(Carrier.objects.filter(pk__in=terms.carriers, active=True).order_by("position", "code"))
    if len(found) != len(set(terms.carriers)) or not all(one.can_intercept for one in found):
        raise Invalid(_("One of these carriers can't intercept."), field="carriers")
    return found


def _said(rule: InterceptionRule, carriers: Iterable[Carrier]) -> dict[str, Any]:
    """The rule as the record keeps it; carriers by code, none of them for all."""
    return {
        "name": rule.name, "from_minor": rule.from_minor, "to_minor": rule.to_minor,
        "carriers": [one.code for one in carriers],
    }  # fmt: skip
