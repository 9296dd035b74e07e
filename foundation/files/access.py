"""Who may open a stored file. Each app registers a rule for the purposes it stores; a purpose without one is closed."""

from collections.abc import Callable

from django.http import HttpRequest

from .models import StoredFile

Rule = Callable[[HttpRequest, StoredFile], bool]
_rules: dict[str, list[Rule]] = {}


def register(purpose: str, rule: Rule) -> None:
    """`rule(request, stored)`; `request.shop` is the member's shop on seller pages and missing on reviewers' pages.

    Several apps may store the same purpose: one rule that allows is enough. The file's shop is checked before: on a
    seller page the rule is only asked about the shop's own files.
    """
    rules = _rules.setdefault(purpose, [])
    if rule not in rules:
        rules.append(rule)


def may_open(request: HttpRequest, stored: StoredFile) -> bool:
    return any(rule(request, stored) for rule in _rules.get(stored.purpose, []))
