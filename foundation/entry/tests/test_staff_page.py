"""The staff page: who sees it, what it changes, and that a shop never loses its last owner."""

from uuid import uuid4

import pytest

from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.entry import services
from foundation.entry.models import Invitation
from foundation.lifecycle.errors import Blocked, Forbidden, IllegalMove, Stale

pytestmark = pytest.mark.django_db


def url(shop, path=""):
    return f"/s/{shop.code}/staff/{path}"


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("administrator", 200), ("service", 403), ("warehouse", 403), ("finance", 403)]
)
def test_leaders_see_the_page(shop, sign_in, role, status):
    assert sign_in(make_member(shop, role)).get(url(shop)).status_code == status


def test_another_shops_page_is_not_there(shop, owner, sign_in):
    assert sign_in(owner).get(url(make_shop("other"))).status_code == 404


def test_the_link_is_shown_once_in_the_answer(shop, owner, sign_in):
    client = sign_in(owner)
    fields = {"name": "小李", "role": "service", "phone": "", "request_key": str(uuid4())}
    first = client.post(url(shop, "invite/"), fields)
    assert first.status_code == 200
    assert "/invite/" in first.context["link"]
    assert "/invite/" not in client.get(url(shop)).content.decode().replace("/staff/invite/", "")
    assert client.post(url(shop, "invite/"), fields).status_code == 409
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("fields", [{"name": ""}, {"role": "king"}, {"role": "owner"}, {"phone": "１３８00010001"}, {"request_key": "x"}])
def test_a_bad_invitation_is_refused_next_to_its_field(shop, owner, sign_in, fields):
    client = sign_in(make_member(shop, "administrator"))
    good = {"name": "小李", "role": "service", "phone": "", "request_key": str(uuid4())}
    response = client.post(url(shop, "invite/"), {**good, **fields})
    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_a_role_is_changed_recorded_and_told(shop, owner, sign_in):
    member = make_member(shop, "service", "zhaomin")
    response = sign_in(owner).post(url(shop, "members/zhaomin/role/"), {"role": "finance", "was": "service"})
    assert response.status_code == 302
    assert Membership.objects.get(user=member).role == "finance"
    assert Entry.objects.get(verb="accounts.role_changed").data["role"] == "Finance"


def test_a_role_changed_meanwhile_is_not_overwritten(shop, owner, now):
    row = make_member(shop, "warehouse").membership
    with pytest.raises(Stale):
        services.change_role(row.pk, "finance", was="service", by=owner, now=now)


def test_the_last_owner_stays(shop, owner, now, sign_in):
    row = owner.membership
    with pytest.raises(Blocked):
        services.end_membership(row.pk, by=owner, now=now)
    with pytest.raises(Blocked):
        services.change_role(row.pk, "service", was="owner", by=owner, now=now)
    response = sign_in(owner).post(url(shop, f"members/{owner.username}/end/"))
    assert response.status_code == 409
    assert Membership.objects.get(pk=row.pk).ended_at is None


def test_one_of_two_owners_may_go(shop, owner, now):
    second = make_member(shop, "owner", "second")
    services.end_membership(owner.membership.pk, by=second, now=now)
    with pytest.raises(Blocked):
        services.end_membership(second.membership.pk, by=second, now=now)


def test_an_administrator_touches_no_owner(shop, owner, now):
    make_member(shop, "owner", "second")
    administrator = make_member(shop, "administrator")
    with pytest.raises(Forbidden):
        services.end_membership(owner.membership.pk, by=administrator, now=now)
    with pytest.raises(Forbidden):
        services.change_role(administrator.membership.pk, "owner", was="administrator", by=administrator, now=now)


def test_whoever_was_removed_is_out_at_the_next_request(shop, owner, sign_in):
    client = sign_in(make_member(shop, "service", "zhaomin"))
    assert client.get(f"/s/{shop.code}/search/").status_code == 200
    sign_in(owner).post(url(shop, "members/zhaomin/end/"))
    assert client.get(f"/s/{shop.code}/search/").status_code == 404


def test_a_member_is_removed_once(shop, owner, now):
    row = make_member(shop, "service").membership
    services.end_membership(row.pk, by=owner, now=now)
    with pytest.raises(IllegalMove):
        services.end_membership(row.pk, by=owner, now=now)
    assert Entry.objects.filter(verb="accounts.member_ended").count() == 1


def test_people_of_other_shops_can_not_be_named(shop, owner, sign_in):
    make_member(make_shop("other"), "service", "stranger")
    client = sign_in(owner)
    assert client.post(url(shop, "members/stranger/end/")).status_code == 404
    assert client.post(url(shop, "members/stranger/role/"), {"role": "finance", "was": "service"}).status_code == 404


def test_another_shops_invitation_can_not_be_taken_back(shop, owner, now, sign_in):
    other = make_shop("other")
    boss = make_member(other, "owner")
    invitation, _token = services.invite(
        other.pk, role="service", name="x", phone="", request_key=uuid4(), by=boss, now=now
    )
    assert sign_in(owner).post(url(shop, f"invitations/{invitation.number}/revoke/")).status_code == 404
    assert sign_in(boss).post(f"/s/other/staff/invitations/{invitation.number}/revoke/").status_code == 302
