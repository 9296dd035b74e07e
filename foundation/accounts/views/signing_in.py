"""The doors: signing in and out."""

from typing import Any

from axes.utils import reset
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.accounts import tries
from foundation.accounts.forms import SignInForm
from foundation.accounts.models import User
from foundation.accounts.redirects import home_of, next_path

WRONG = 422
LOCKED = 429


@never_cache
@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One answer for a wrong name and a wrong password, after the same work (rules S17, S18)."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_path(request, home_of(request)))
    form = SignInForm(request.POST or None, request=request)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=WRONG)
    user = authenticate(request, username=form.account(), password=form.cleaned_data["password"])
    if user is None:
        form.add_error(None, _("User name and password don't match"))
        return _page(request, form, status=WRONG)
    return _welcome(request, user)


def _welcome(request: HttpRequest, user: Any) -> HttpResponse:
    target = next_path(request, "")
    login(request, user)
    reset(username=user.get_username())  # wrong tries of this account only; those of the address stay counted
    tries.forget(user.get_username())
    return HttpResponseRedirect(target or home_of(request))


def _page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": next_path(request, ""), "timed_out": request.session.get("timed_out", False)}
    return render(request, "accounts/sign_in.html", context, status=status)


def locked_out(request: HttpRequest, response: HttpResponse, credentials: Any = None) -> HttpResponse:
    """What django-axes answers while an account or an address is locked, known to us or not."""
    form = SignInForm(request.POST, request=request)
    form.is_valid()
    form.add_error(None, _("Too many wrong tries. Signing in is closed for 15 minutes for this account or this network."))
    answer = _page(request, form, status=LOCKED)
    answer.headers["Retry-After"] = str(15 * 60)
    return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("accounts:login")


@login_not_required
@require_GET
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin has no door of its own: the same throttling and the same page for everybody."""
    if isinstance(request.user, User):
        if not request.user.is_staff:
            raise PermissionDenied  # signed in already, but not as a platform person
        return redirect("admin:index")
    return redirect_to_login(next_path(request, "/admin/"))
