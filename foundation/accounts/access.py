"""Who may do what: the one page of roles → permissions, and the checks every view uses (rules §1).

Too little right is 403 (the page names the roles that may); another shop's object is 404, as if it did not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from foundation.lifecycle.errors import Forbidden

from .roles import Role

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponse]

EVERYBODY = frozenset(Role.values)
OWNER, ADMINISTRATOR, SERVICE, WAREHOUSE, FINANCE = (
    Role.OWNER.value, Role.ADMINISTRATOR.value, Role.SERVICE.value, Role.WAREHOUSE.value, Role.FINANCE.value,
)
LEADERS = frozenset({OWNER, ADMINISTRATOR})

PERMISSIONS: dict[str, frozenset[str]] = {
    "dashboard.view": EVERYBODY,
    "notifications.view": EVERYBODY,
    "jobs.view": EVERYBODY,
    "files.view": EVERYBODY,
    "orders.view": EVERYBODY,
    "orders.note": LEADERS | {SERVICE, WAREHOUSE},
    "orders.contact": LEADERS | {SERVICE, WAREHOUSE},
    "orders.reveal": LEADERS | {SERVICE},
    "orders.import": LEADERS,
    "orders.refund": frozenset({OWNER, FINANCE}),
    "logistics.view": EVERYBODY,
    "logistics.ship": LEADERS | {SERVICE, WAREHOUSE},
    "logistics.attach": LEADERS | {SERVICE, WAREHOUSE},
    "logistics.ask_refund": LEADERS | {SERVICE},
    "logistics.intercept": LEADERS | {SERVICE},
    "logistics.cancel_interception": LEADERS,
    "logistics.rules": LEADERS,
    "logistics.recall": LEADERS | {SERVICE, WAREHOUSE},
    "logistics.solve_loss": LEADERS | {SERVICE},
    "logistics.hook": LEADERS,
    "workorders.view": EVERYBODY,
    "workorders.answer": LEADERS | {SERVICE, WAREHOUSE},
    "workorders.submit_evidence": LEADERS | {SERVICE},
    "workorders.agree_refund": frozenset({OWNER, FINANCE}),
    "workorders.assign": LEADERS | {SERVICE},
    "deposits.view": LEADERS | {FINANCE},
    "deposits.pay_in": frozenset({OWNER, FINANCE}),
    "deposits.apply": frozenset({OWNER, FINANCE}),
    "deposits.freeze": frozenset({OWNER, FINANCE}),
    "lists.share": LEADERS,
    "lists.export": LEADERS | {FINANCE, SERVICE},
    "ledger.view": LEADERS | {FINANCE},
    "staff.manage": LEADERS,
}

# Reviewers are Django groups, one per queue, plus two desks.
REVIEW_WORK_ORDERS = "review work orders"
REVIEW_DEPOSITS = "review deposits"
RULES = "rules"
OPERATIONS = "operations"
GROUPS = (REVIEW_WORK_ORDERS, REVIEW_DEPOSITS, RULES, OPERATIONS)


def roles_that_may(permission: str) -> list[str]:
    """Names of the roles holding `permission`, for the sentence on the 403 page."""
    return [str(Role(role).label) for role in Role.values if role in PERMISSIONS[permission]]


def check(request: HttpRequest, permission: str) -> None:
    """Raise Forbidden, naming whom to ask, unless the signed-in member's role holds `permission`."""
    if not request.membership.can(permission):  # type: ignore[attr-defined]
        raise Forbidden(
            _("Your role can't do this. Ask one of: %(roles)s.")
            % {"roles": pgettext("between things in a row", ", ").join(roles_that_may(permission))},
            code=permission,
        )


def requires(permission: str) -> Callable[[View], View]:
    """View decorator: 403 for a member whose role does not hold `permission` (checked before the body is read)."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            check(request, permission)
            return view(request, *args, **kwargs)

        checked.permission = permission  # type: ignore[attr-defined]
        return checked

    return decorate


def get_for_shop(model: "type[M] | QuerySet[M]", shop: Model, **lookup: Any) -> M:
    """The shop's own row or Http404: another shop's looks exactly like one that never was."""
    rows = model if isinstance(model, QuerySet) else model._default_manager.all()
    try:
        return rows.get(shop_id=shop.pk, **lookup)
    except (rows.model.DoesNotExist, ValueError):
        raise Http404 from None


def is_reviewer(user: Any, group: str) -> bool:
    """Whether a platform person works in `group`; superusers work in all."""
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return False
    return user.is_superuser or group in _group_names(user)


def _group_names(user: Any) -> set[str]:
    if not hasattr(user, "_group_names"):
        user._group_names = set(user.groups.values_list("name", flat=True))
    return user._group_names


def conflict_of_interest(user: Any, shop_id: int) -> bool:
    """A reviewer with a membership in the case's shop, ended ones too, can't decide it (rules §1)."""
    return user.memberships.filter(shop_id=shop_id).exists()


def reviewers(group: str) -> "QuerySet[Any]":
    """Active platform people of a group, for notices to the platform."""
    return get_user_model()._default_manager.filter(is_active=True, is_staff=True, groups__name=group)
