"""A person's own pages: shops, password, sessions, help."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts import passwords, permission_names, sessions
from foundation.accounts.forms import PasswordForm
from foundation.accounts.models import Membership
from foundation.accounts.redirects import home_of, landing_page
from foundation.accounts.roles import Role
from foundation.lifecycle import clock


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(home_of(request))


@never_cache
@require_safe
def switch(request: HttpRequest) -> HttpResponse:
    """The person's shops; htmx asks for the short list inside the account menu."""
    memberships = Membership.objects.select_related("shop").filter(user=request.user, ended_at=None).order_by("pk")
    shops = [(membership, landing_page(membership.shop)) for membership in memberships]
    asked_by_htmx = request.headers.get("HX-Request") == "true"
    template = "accounts/_shops.html" if asked_by_htmx else "accounts/shops.html"
    return render(request, template, {"shops": shops, "last_shop": request.session.get("last_shop")})


@never_cache
@sensitive_post_parameters("current", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None, user=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        user = passwords.change_password(
            request.user.pk, form.cleaned_data["password"], by=request.user, now=clock.now()  # type: ignore[arg-type]
        )
        old_key = request.session.session_key
        update_session_auth_hash(request, user)
        sessions.rebind(old_key, request.session.session_key)
        messages.success(request, _("Your password is changed. Everybody signed in with the old one was signed out."))
        return redirect("accounts:sessions")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    rows = [
        {"row": row, "device": sessions.device_name(row.device), "here": row.session_key == request.session.session_key}
        for row in sessions.alive(request.user)  # type: ignore[arg-type]
    ]
    return render(request, "accounts/sessions.html", {"rows": rows, "now": clock.now()})


@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    user = request.user
    ended = sessions.end_elsewhere(user, request.session.session_key, by=user, now=clock.now())  # type: ignore[arg-type]
    messages.success(
        request, ngettext("%(count)d other session ended.", "%(count)d other sessions ended.", ended) % {"count": ended}
    )
    return redirect("accounts:sessions")


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Keys, clocks, roles. Public: the sign-in page links to it."""
    context = {
        "roles": [role.label for role in Role],
        "rights": permission_names.table(),
        "keys_off": request.COOKIES.get("keys") == "off",
    }
    return render(request, "accounts/help.html", context)
