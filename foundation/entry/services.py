"""Verbs on who works in a shop. Each locks the shop first, so two people can't remove each other's last owner."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import Membership, Shop, ShopStatus, User
from foundation.accounts.roles import Role, source_name
from foundation.accounts.services import add_member
from foundation.accounts.signals import membership_ended
from foundation.audit.services import record
from foundation.lifecycle.errors import Blocked, Forbidden, IllegalMove, Invalid, Stale
from foundation.lifecycle.locks import lock
from foundation.lifecycle.randoms import public_number
from foundation.notifications.services.queueing import queue_sms
from foundation.notifications.services.telling import tell

from .links import hashed, invitation_link, new_token
from .models import Invitation

VALID_FOR = timedelta(days=3)


@transaction.atomic
def invite(
    shop_pk: int, *, role: str, name: str, phone: str, request_key: UUID, by: User, now: datetime
) -> tuple[Invitation, str]:
    """Make a link for one person; returned once, kept only as a hash. A phone gets it as a text message (rules §1).

    Refused: a closed shop (Blocked), an administrator who hands out the owner's role (Forbidden), the same form sent
    again (Stale), a phone that already works here (Invalid).
    """
    shop = _lock_shop(shop_pk)
    if shop.status != ShopStatus.ACTIVE:
        raise Blocked(_("This shop is closed; nobody new can join."))
    _may_hand_out(role, shop, by)
    if phone and Membership.objects.filter(shop=shop, ended_at=None, user__phone=phone).exists():
        raise Invalid(_("Somebody with this phone already works here."), field="phone")
    if Invitation.objects.filter(request_key=request_key).exists():
        raise Stale(_("This invitation was made already. Take it back and make a new one if its link is lost."))
    token = new_token()
    invitation = Invitation.objects.create(
        shop=shop, number=public_number("IN", 8), role=role, name=name, phone=phone, token_hash=hashed(token),
        request_key=request_key, invited_by=by, created_at=now, expires_at=now + VALID_FOR,
    )
    record("entry.invited", shop, by=by, now=now, data={"who": name, "role": source_name(role)})
    if phone:
        text = _("%(by)s invites you to work in “%(shop)s”. Within 3 days: %(link)s")
        body = text % {"by": by, "shop": shop.name, "link": invitation_link(token)}
        queue_sms(phone, body, key=f"invitation:{invitation.pk}", now=now, shop_id=shop.pk)
    return invitation, token


@transaction.atomic
def revoke(invitation_pk: int, *, by: User, now: datetime) -> Invitation:
    """Take an invitation back; refused once it was used."""
    invitation = lock(Invitation.objects.filter(pk=invitation_pk))[0]
    if invitation.accepted_at:
        raise IllegalMove(_("This invitation was used already."))
    if invitation.revoked_at is None:
        invitation.revoked_at = now
        invitation.save(update_fields=["revoked_at"])
        record("entry.invitation_revoked", invitation.shop, by=by, now=now, data={"who": invitation.name})
    return invitation


def find(token: str, now: datetime) -> Invitation | None:
    """The usable invitation behind a link."""
    found = Invitation.objects.select_related("shop", "invited_by").filter(token_hash=hashed(token)).first()
    return found if found and found.is_usable(now) else None


@transaction.atomic
def accept(token: str, *, user: User, now: datetime) -> Membership:
    """Use the link: `user` joins in its role. Refused when used, over or revoked meanwhile, or already a member."""
    found = find(token, now)
    shop = _lock_shop(found.shop_id) if found else None
    rows = lock(Invitation.objects.filter(pk=found.pk)) if found else []
    if shop is None or not rows or not rows[0].is_usable(now):
        raise Blocked(_("This invitation can't be used any more. Ask for a new link."))
    invitation = rows[0]
    if Membership.objects.filter(shop=shop, user=user, ended_at=None).exists():
        raise Blocked(_("You already work in this shop; the invitation stays open for somebody else."))
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    membership = add_member(shop, user, invitation.role, by=user, now=now)
    tell("entry.joined", shop, shop_id=shop.pk, data={"who": str(user)}, now=now, users=_leaders(shop, but=user))
    return membership


@transaction.atomic
def accept_as_new(token: str, *, username: str, display_name: str, password: str, now: datetime) -> Membership:
    """Make an account and join with it. The phone comes from the invitation alone, which reached it; nobody types one."""
    found = find(token, now)
    phone = found.phone if found else ""
    if phone and User.objects.filter(phone=phone).exists():
        phone = ""  # another account has it; that is nobody else's business
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, password=password, display_name=display_name, phone=phone)
    except IntegrityError:
        raise Invalid(_("This user name is taken."), field="username") from None
    return accept(token, user=user, now=now)


@transaction.atomic
def change_role(membership_pk: int, role: str, *, was: str, by: User, now: datetime) -> Membership:
    """Give a member another role. Refused: the last owner's, an owner's by an administrator, one changed meanwhile."""
    membership = _lock_member(membership_pk, by)
    if membership.role != was:
        raise Stale(
            _("Somebody gave %(who)s another role meanwhile: %(role)s.")
            % {"who": membership.user, "role": membership.get_role_display()}
        )
    _may_hand_out(role, membership.shop, by)
    if role == membership.role:
        return membership
    _not_the_last_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    record("accounts.role_changed", membership.shop, by=by, now=now, data=_words(membership))
    tell(
        "entry.role_changed", membership.shop, shop_id=membership.shop_id, now=now, users=[membership.user],
        data={"shop": membership.shop.name, "by": str(by)},
    )
    return membership


@transaction.atomic
def end_membership(membership_pk: int, *, by: User, now: datetime) -> Membership:
    """A person stops working here from the next request on. The row stays: it is a conflict of interest (rules §1)."""
    membership = _lock_member(membership_pk, by)
    _not_the_last_owner(membership)
    membership.ended_at = now
    membership.save(update_fields=["ended_at"])
    record("accounts.member_ended", membership.shop, by=by, now=now, data=_words(membership))
    membership_ended.send(Membership, membership=membership, by=by, now=now)
    return membership


def _lock_shop(shop_pk: int) -> Shop:
    return lock(Shop.objects.filter(pk=shop_pk))[0]


def _lock_member(membership_pk: int, by: User) -> Membership:
    """The row as it is now, its shop locked before it; refused when it ended or is an owner's and `by` is not one."""
    shop = _lock_shop(Membership.objects.values_list("shop_id", flat=True).get(pk=membership_pk))
    membership = lock(Membership.objects.select_related("shop", "user").filter(pk=membership_pk))[0]
    if membership.ended_at:
        raise IllegalMove(_("%(who)s does not work here any more.") % {"who": membership.user})
    if membership.role == Role.OWNER:
        _must_be_owner(shop, by)
    return membership


def _may_hand_out(role: str, shop: Shop, by: User) -> None:
    if role == Role.OWNER:
        _must_be_owner(shop, by)


def _must_be_owner(shop: Shop, by: User) -> None:
    if not Membership.objects.filter(shop=shop, user=by, role=Role.OWNER, ended_at=None).exists():
        raise Forbidden(_("Only an owner may make, change or remove an owner."))


def _not_the_last_owner(membership: Membership) -> None:
    if membership.role != Role.OWNER:
        return
    owners = Membership.objects.filter(shop=membership.shop, role=Role.OWNER, ended_at=None)
    if not owners.exclude(pk=membership.pk).exists():
        raise Blocked(_("A shop needs an owner: make somebody else owner first."))


def _leaders(shop: Shop, but: User) -> list[User]:
    rows = Membership.objects.select_related("user").filter(
        shop=shop, ended_at=None, role__in=[Role.OWNER, Role.ADMINISTRATOR]
    )
    return [row.user for row in rows if row.user_id != but.pk]


def _words(membership: Membership) -> dict[str, Any]:
    return {"who": str(membership.user), "role": source_name(membership.role)}
