"""Who asks, and the shop in the URL (architecture law 5)."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from foundation.lifecycle.prepared import Prepared

from .models import Membership, User
from .services import touch_last_shop

MEMBERSHIP = Prepared(
    lambda user_pk, code: Membership.objects.select_related("shop", "user")
    .filter(user=user_pk, shop__code=code, ended_at=None)
    .order_by("pk")[:1],
    int, str,
)  # fmt: skip
PAGE_OF_SHOP = re.compile(r"/s/([-\w]+)/")


class PersonMiddleware(AuthenticationMiddleware):
    """Django's own; on a shop's pages person, membership and shop come in one statement instead of two.

    Whatever is not plainly this session's person and an active member – no membership, another password since, a
    disabled account – is left to Django, which asks again.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        page = PAGE_OF_SHOP.match(request.path_info)
        if page:
            request.user = SimpleLazyObject(lambda: _member(request, page[1]) or get_user(request))  # type: ignore[assignment]


def _member(request: HttpRequest, code: str) -> User | None:
    pk = request.session.get(SESSION_KEY)
    membership = active_membership(pk, code) if pk and not hasattr(request, "_cached_user") else None
    if membership is None or not _is_of_session(request, membership.user):
        return None
    request._found_membership = membership  # type: ignore[attr-defined]
    request._cached_user = membership.user  # type: ignore[attr-defined]  # where Django keeps it
    return membership.user


def _is_of_session(request: HttpRequest, user: User) -> bool:
    """What `django.contrib.auth.get_user` looks at: the backend is still one of ours, the password is still the same."""
    known = request.session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    there = request.session.get(HASH_SESSION_KEY) or ""
    return known and user.is_active and constant_time_compare(there, user.get_session_auth_hash())


def active_membership(user_pk: Any, code: str) -> Membership | None:
    return MEMBERSHIP.first(user_pk, code)


class ShopMiddleware:
    """For URLs under `/s/<shop_code>/`: `request.shop` and `request.membership`, or 404 for whoever is not a member.

    Takes `shop_code` out of the view's arguments. Runs after LoginRequiredMiddleware, so a stranger is asked to sign
    in before anything is looked up. A shop's pages are kept by no cache, so that nothing comes back after signing out;
    files and exports say so themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if hasattr(request, "shop") and response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        code = kwargs.pop("shop_code", None)
        if code is None or not request.user.is_authenticated:
            return
        membership = getattr(request, "_found_membership", None) or active_membership(request.user.pk, code)
        if membership is None or membership.shop.code != code or membership.user_id != request.user.pk:
            raise Http404
        request.membership = membership  # type: ignore[attr-defined]
        request.shop = membership.shop  # type: ignore[attr-defined]
        touch_last_shop(request.session, membership.shop)
