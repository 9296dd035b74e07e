"""Invitations: made once, used once, over after three days, and telling strangers nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from foundation.accounts.models import Membership, User
from foundation.accounts.tests.factories import make_member, make_shop, make_user
from foundation.audit.models import Entry
from foundation.entry import services
from foundation.entry.links import hashed
from foundation.entry.models import Invitation
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Blocked, Forbidden, IllegalMove, Stale
from foundation.notifications.models import Notice, OutboxMessage

pytestmark = pytest.mark.django_db


def make_invitation(shop, by, now, role="service", phone="", key=None):
    return services.invite(shop.pk, role=role, name="小李", phone=phone, request_key=key or uuid4(), by=by, now=now)


def new_account(**changes):
    return {"display_name": "李明", "username": "liming", "password": "kiln-42-otter", "again": "kiln-42-otter", **changes}


def test_only_the_hash_of_a_link_is_kept(shop, owner, now):
    invitation, token = make_invitation(shop, owner, now)
    assert invitation.token_hash == hashed(token)
    assert token not in str(Invitation.objects.values().get())
    assert not Entry.objects.filter(data__icontains=token).exists()


def test_a_phone_gets_the_link_as_a_text_message(shop, owner, now):
    _invitation, token = make_invitation(shop, owner, now, phone="13800010009")
    message = OutboxMessage.objects.get()
    assert message.to == "13800010009"
    assert f"/invite/{token}/" in message.body


def test_a_new_person_makes_an_account_and_is_in(shop, owner, now, client):
    _invitation, token = make_invitation(shop, owner, now, phone="13800010009")
    assert client.get(f"/invite/{token}/").status_code == 200
    response = client.post(f"/invite/{token}/", new_account())
    assert response.status_code == 302
    member = Membership.objects.get(user__username="liming")
    assert (member.shop, member.role, member.user.phone) == (shop, "service", "13800010009")
    assert client.get(f"/s/{shop.code}/search/").status_code == 200
    assert Notice.objects.filter(user=owner, kind="entry.joined").count() == 1


def test_somebody_with_an_account_joins_with_it(shop, owner, now, sign_in):
    _invitation, token = make_invitation(shop, owner, now)
    user = make_user("zhaomin")
    assert sign_in(user).post(f"/invite/{token}/").status_code == 302
    assert Membership.objects.get(shop=shop, user=user).role == "service"
    assert User.objects.count() == 2


def test_a_link_works_once(shop, owner, now, client):
    _invitation, token = make_invitation(shop, owner, now)
    client.post(f"/invite/{token}/", new_account())
    assert Client().get(f"/invite/{token}/").status_code == 404
    with pytest.raises(Blocked):
        services.accept(token, user=make_user("second"), now=now)


def test_a_link_holds_up_to_its_last_second(shop, owner, now):
    _invitation, token = make_invitation(shop, owner, now)
    assert services.find(token, now + timedelta(days=3))
    assert services.find(token, now + timedelta(days=3, seconds=1)) is None


def test_a_revoked_link_a_used_one_and_an_invented_one_look_alike(shop, owner, now, client):
    invitation, token = make_invitation(shop, owner, now)
    services.revoke(invitation.pk, by=owner, now=now)
    _other, late = make_invitation(shop, owner, now - timedelta(days=4))
    pages = {client.get(f"/invite/{one}/").status_code for one in (token, late, "invented")}
    assert pages == {404}
    assert shop.name not in client.get(f"/invite/{token}/").content.decode()


def test_the_same_form_twice_is_one_invitation(shop, owner, now):
    key = uuid4()
    make_invitation(shop, owner, now, key=key)
    with pytest.raises(Stale):
        make_invitation(shop, owner, now, key=key)
    assert Invitation.objects.count() == 1


def test_an_administrator_can_not_make_owners(shop, owner, now):
    administrator = make_member(shop, "administrator")
    with pytest.raises(Forbidden):
        make_invitation(shop, administrator, now, role="owner")


def test_a_used_invitation_can_not_be_taken_back(shop, owner, now):
    invitation, token = make_invitation(shop, owner, now)
    services.accept(token, user=make_user("zhaomin"), now=now)
    with pytest.raises(IllegalMove):
        services.revoke(invitation.pk, by=owner, now=now)


def test_a_member_does_not_use_the_link_up(shop, owner, now):
    _invitation, token = make_invitation(shop, owner, now)
    with pytest.raises(Blocked):
        services.accept(token, user=owner, now=now)
    assert services.find(token, now)


def test_a_closed_shop_invites_nobody(shop, owner, now):
    shop.status = "closed"
    shop.save(update_fields=["status"])
    with pytest.raises(Blocked):
        make_invitation(shop, owner, now)


def test_a_taken_phone_is_left_out_without_a_word(shop, owner, now):
    make_user("somebody", phone="13800010009")
    _invitation, token = make_invitation(shop, owner, now, phone="13800010009")
    fields = {"username": "liming", "display_name": "李明", "password": "kiln-42-otter"}
    assert services.accept_as_new(token, **fields, now=now).user.phone == ""


@pytest.mark.parametrize(
    "changes",
    [{"username": "13800010001"}, {"username": "WangFang"}, {"username": "a b"}, {"password": "short1"},
     {"again": "kiln-42-otteR"}, {"password": "xliming12", "again": "xliming12"}, {"display_name": ""}],
)
def test_bad_input_is_refused_with_what_was_typed_kept(shop, owner, now, client, changes):
    make_user("wangfang")
    _invitation, token = make_invitation(shop, owner, now)
    response = client.post(f"/invite/{token}/", new_account(**changes))
    assert response.status_code == 422
    assert "is-invalid" in response.content.decode()
    assert services.find(token, clock.now())


def test_hidden_fields_give_nobody_more(shop, owner, now, client):
    _invitation, token = make_invitation(shop, owner, now)
    client.post(f"/invite/{token}/", new_account(role="owner", is_staff="on", is_superuser="on", shop=make_shop("b").pk))
    user = User.objects.get(username="liming")
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert user.memberships.get().role == "service"
