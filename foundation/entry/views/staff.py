"""The shop's people: members, invitations, and the verbs on them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.accounts.models import Membership
from foundation.accounts.roles import Role
from foundation.entry import links, services
from foundation.entry.forms import InviteForm, RoleForm
from foundation.entry.models import Invitation
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

PAGE = "entry/staff.html"


def _roles_for(membership: Membership) -> list[tuple[str, Any]]:
    return [(value, label) for value, label in Role.choices if value != Role.OWNER or membership.role == Role.OWNER]


def _context(request: Any, form: InviteForm | None = None, **more: Any) -> dict[str, Any]:
    now = clock.now()
    members = Membership.objects.select_related("user").filter(shop=request.shop, ended_at=None).order_by("joined_at", "pk")
    roles = _roles_for(request.membership)
    waiting = Invitation.objects.filter(shop=request.shop).waiting(now).select_related("invited_by")
    return {
        "members": members,
        "roles": roles,
        "may_touch_owners": request.membership.role == Role.OWNER,
        "invitations": waiting.order_by("-created_at"),
        "form": form or InviteForm(roles=roles),
        "now": now,
        **more,
    }


@never_cache
@require_safe
@requires("staff.manage")
def staff(request: HttpRequest) -> HttpResponse:
    return render(request, PAGE, _context(request))


@never_cache
@require_POST
@requires("staff.manage")
def invite(request: Any) -> HttpResponse:
    """Answers with the page itself: the link is shown once and kept nowhere."""
    form = InviteForm(request.POST, roles=_roles_for(request.membership))
    if not form.is_valid():
        return render(request, PAGE, _context(request, form), status=422)
    try:
        invitation, token = services.invite(request.shop.pk, **form.cleaned_data, by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, PAGE, _context(request, form))
    return render(request, PAGE, _context(request, made=invitation, link=links.invitation_link(token)))


@require_POST
@requires("staff.manage")
def revoke_invitation(request: Any, number: str) -> HttpResponse:
    invitation = get_for_shop(Invitation, request.shop, number=number)
    try:
        services.revoke(invitation.pk, by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, PAGE, _context(request))
    messages.success(request, _("The link of %(who)s no longer works.") % {"who": invitation.name})
    return HttpResponseRedirect(shop_url(request.shop, "entry:staff"))


@require_POST
@requires("staff.manage")
def change_role(request: Any, username: str) -> HttpResponse:
    member = _member(request, username)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return render(request, PAGE, _context(request), status=422)
    try:
        services.change_role(member.pk, form.cleaned_data["role"], was=form.cleaned_data["was"], by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, PAGE, _context(request))
    messages.success(request, _("%(who)s: %(role)s from now on.") % {"who": member.user, "role": Role(form.cleaned_data["role"]).label})
    return HttpResponseRedirect(_back(request, member))


@require_POST
@requires("staff.manage")
def end_membership(request: Any, username: str) -> HttpResponse:
    member = _member(request, username)
    try:
        services.end_membership(member.pk, by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, PAGE, _context(request))
    messages.success(request, _("%(who)s no longer works here.") % {"who": member.user})
    return HttpResponseRedirect(_back(request, member))


def _member(request: Any, username: str) -> Membership:
    return get_for_shop(Membership.objects.select_related("user"), request.shop, user__username=username, ended_at=None)


def _back(request: Any, member: Membership) -> str:
    """Whoever changed their own place here may not be allowed to see the page any more."""
    return "/" if member.user_id == request.user.pk else shop_url(request.shop, "entry:staff")
