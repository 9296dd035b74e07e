"""Shop in the URL (architecture law 5)."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from .models import Membership
from .services import touch_last_shop


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
        membership = (
            Membership.objects.select_related("shop").filter(user=request.user, shop__code=code, ended_at=None).first()
        )
        if membership is None:
            raise Http404
        request.membership = membership  # type: ignore[attr-defined]
        request.shop = membership.shop  # type: ignore[attr-defined]
        touch_last_shop(request.session, membership.shop)
