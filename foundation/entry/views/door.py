"""The invitation's door: join with the account you have, or make one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from foundation.accounts.models import Membership
from foundation.accounts.redirects import landing_page
from foundation.entry import services
from foundation.entry.forms import NewAccountForm
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.shell.responses import refused

BACKEND = "django.contrib.auth.backends.ModelBackend"
PAGE = "entry/accept.html"


@never_cache
@login_not_required
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """One page for every link that does not work, whatever the reason; 404 tells nothing about shops."""
    invitation = services.find(token, clock.now())
    if invitation is None:
        return render(request, "entry/invitation_over.html", status=404)
    joining = request.user.is_authenticated
    form = None if joining else NewAccountForm(request.POST or None)
    context = {"invitation": invitation, "form": form, "now": clock.now()}
    if request.method != "POST":
        return render(request, PAGE, context)
    if form is not None and not form.is_valid():
        return render(request, PAGE, context, status=422)
    try:
        membership = _join(request, token, form)
    except DomainError as error:
        return refused(request, error, PAGE, context)
    messages.success(request, _("Welcome to “%(shop)s”.") % {"shop": invitation.shop.name})
    return HttpResponseRedirect(landing_page(membership.shop))


def _join(request: Any, token: str, form: NewAccountForm | None) -> Membership:
    if form is None:
        return services.accept(token, user=request.user, now=clock.now())
    typed = form.cleaned_data
    membership = services.accept_as_new(
        token, username=typed["username"], display_name=typed["display_name"], password=typed["password"], now=clock.now()
    )
    login(request, membership.user, backend=BACKEND)
    return membership
