"""拦截规则: the rules of a shop, one rule with what it would have done, and the verbs on it (rules §4)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.shell.charts import Bar, BarChart
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import rule_words
from ..models import InterceptionRule
from ..rule_forms import RuleForm, initial_of, terms_of
from ..services import rules
from ..whatif import DAYS, WhatIf, smallest_and_largest, what_if

LIST, FORM, PART = "logistics/rule_list.html", "logistics/rule_form.html", "logistics/_what_if.html"


@require_safe
@never_cache
@requires("logistics.view")
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules in the order they are asked, which overlap, and who changed them."""
    return render(request, LIST, _list_context(request))


def _list_context(request: HttpRequest) -> dict[str, Any]:
    return {
        "lines": rule_words.lines(rules.rules_of(request.shop.pk)),  # type: ignore[attr-defined]
        "happenings": rule_words.history(request.shop),  # type: ignore[attr-defined]
        "may_change": request.membership.can("logistics.rules"),  # type: ignore[attr-defined]
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("logistics.rules")
def new_rule(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST `step=try`: the same with what it would have done. POST: make it."""
    return _rule_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("logistics.rules")
def rule(request: HttpRequest, number: str) -> HttpResponse:
    """One rule: look at it, try other terms, change it."""
    return _rule_page(request, _get(request, number))


def _get(request: HttpRequest, number: str) -> InterceptionRule:
    return get_for_shop(InterceptionRule, request.shop, number=number, removed_at=None)  # type: ignore[attr-defined]


def _rule_page(request: HttpRequest, row: InterceptionRule | None) -> HttpResponse:
    posted = request.method == "POST"
    form = RuleForm(request.POST if posted else None, rule=row, initial=initial_of(row))
    if not posted or request.POST.get("step") == "try":
        return render(request, FORM, _context(request, row, form))
    try:
        if not form.is_valid():
            raise Invalid(_("The rule was not saved: look at the marked fields."))
        saved = _save(request, row, form)
    except DomainError as error:
        return refused(request, error, FORM, _context(request, row, form))
    messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
    return redirect(shop_url(request.shop, "logistics:interception-rules"))  # type: ignore[attr-defined]


def _save(request: HttpRequest, row: InterceptionRule | None, form: RuleForm) -> InterceptionRule:
    said, now = form.cleaned_data, clock.now()
    if row is None:
        return rules.create_rule(
            request.shop.pk, form.terms(), by=request.user, now=now, number=said["number"], enabled=said["enabled"]  # type: ignore[attr-defined]
        )  # fmt: skip
    version = said["version"] if said["version"] is not None else -1
    return rules.change_rule(row.pk, form.terms(), version=version, by=request.user, now=now)


def _context(request: HttpRequest, row: InterceptionRule | None, form: RuleForm) -> dict[str, Any]:
    shop, now = request.shop, clock.now()  # type: ignore[attr-defined]
    low, high = smallest_and_largest(shop, now)
    others = [one for one in rules.rules_of(shop.pk) if row is None or one.pk != row.pk]
    return {
        "rule": row,
        "form": form,
        "others": rule_words.lines(others),
        "happenings": rule_words.history(shop, row) if row else [],
        "least": low // 100,
        "most": -(-high // 100),
        **_looked_at(shop, form, now),
    }


def _looked_at(shop: Any, form: RuleForm, now: Any) -> dict[str, Any]:
    """What a rule as the form says it would have done; `found` None where it can't be read."""
    if form.is_bound:
        wrong = not form.is_valid() and {"amount_from", "amount_to", "carriers"} & set(form.errors)
        terms = None if wrong else terms_of(form.cleaned_data)
    else:
        terms = rules.Terms(
            "",
            form.initial.get("amount_from") or 0,
            form.initial.get("amount_to"),
            tuple(form.initial.get("carriers", ())),
        )
    if terms is None:
        return {"found": None, "days": DAYS}
    found = what_if(shop, from_minor=terms.from_minor, to_minor=terms.to_minor, carrier_ids=terms.carriers, now=now)
    return {
        "found": found,
        "days": DAYS,
        "chart": _chart(found),
        "range": rule_words.range_of(terms.from_minor, terms.to_minor),
    }


def _chart(found: WhatIf) -> BarChart:
    bars = [Bar(f"{week.monday:%m-%d}", week.caught, str(week.caught)) for week in found.weeks]
    return BarChart("caught", _("Caught a week"), str(found.caught), bars, "blue", "no-symbol", of="week")


@require_safe
@never_cache
@requires("logistics.rules")
def try_rule(request: HttpRequest) -> HttpResponse:
    """Only the part that says what a rule would have done; the form asks for it while it is being filled in."""
    form = RuleForm(request.GET)
    return render(request, PART, {"form": form, **_looked_at(request.shop, form, clock.now())})  # type: ignore[attr-defined]


def _verb(request: HttpRequest, number: str, done: Any, said: str) -> HttpResponse:
    """One verb on a rule; refused, the list again with the sentence."""
    row = _get(request, number)
    try:
        done(row)
    except DomainError as error:
        return refused(request, error, LIST, _list_context(request))
    messages.success(request, said % {"name": row.name})
    return redirect(shop_url(request.shop, "logistics:interception-rules"))  # type: ignore[attr-defined]


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


@require_POST
@requires("logistics.rules")
def switch_rule(request: HttpRequest, number: str) -> HttpResponse:
    on, asked = request.POST.get("on") == "1", {"version": _version(request), "by": request.user, "now": clock.now()}
    said = _("“%(name)s” is on: it acts on the next request.") if on else _("“%(name)s” is off.")
    return _verb(request, number, lambda row: rules.switch_rule(row.pk, on=on, **asked), said)


@require_POST
@requires("logistics.rules")
def move_rule(request: HttpRequest, number: str) -> HttpResponse:
    up = request.POST.get("to") == "up"
    said = _("“%(name)s” is asked earlier.") if up else _("“%(name)s” is asked later.")
    return _verb(request, number, lambda row: rules.move_rule(row.pk, up=up, by=request.user, now=clock.now()), said)


@require_POST
@requires("logistics.rules")
def remove_rule(request: HttpRequest, number: str) -> HttpResponse:
    asked = {"version": _version(request), "by": request.user, "now": clock.now()}
    return _verb(request, number, lambda row: rules.remove_rule(row.pk, **asked), _("Removed “%(name)s”."))
