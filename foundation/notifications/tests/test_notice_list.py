"""The page a person reads, and opening a notice."""

import pytest
from django.utils.translation import gettext_lazy as _

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.notifications import kinds, services, views
from foundation.notifications.models import Notice
from foundation.shell.urls_for import shop_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch, shop, owner, now):
    """A function: tells the owner `count` things."""
    monkeypatch.setattr(kinds, "KINDS", dict(kinds.KINDS))
    kinds.register("tests.asked", text=_("Answer <%(number)s>"), perm="ledger.view")

    def tell(count=1, **fields):
        tells = [services.Tell(("tests.case", i), shop.pk, {"number": f"<b>{i}</b>"}, **fields) for i in range(count)]
        return services.tell_many("tests.asked", tells, now=now)

    return tell


def test_the_list_shows_what_is_unread_as_text(told, shop, owner, sign_in):
    told(2)
    page = sign_in(owner).get(shop_url(shop, "notifications:notices"))
    assert page.status_code == 200
    assert [line.notice.subject_id for line in page.context["lines"]] == [1, 0]
    assert b"<b>0</b>" not in page.content


def test_opening_a_notice_reads_it_and_leads_to_what_it_is_about(told, shop, owner, sign_in):
    [notice] = told(url="/s/qinghe/orders/")
    address = shop_url(shop, "notifications:open-notice", number=notice.number)
    client = sign_in(owner)
    assert client.get(address).status_code == 405
    answer = client.post(address)
    assert (answer.status_code, answer.url) == (302, "/s/qinghe/orders/")
    assert Notice.objects.get().read_at


def test_another_persons_notice_does_not_exist(told, shop, owner, sign_in):
    [notice] = told()
    finance = make_member(shop, "finance")
    address = shop_url(shop, "notifications:open-notice", number=notice.number)
    assert sign_in(finance).post(address).status_code == 404
    assert Notice.objects.get().read_at is None


def test_another_shops_list_does_not_exist(told, owner, sign_in):
    other = make_shop("other")
    assert sign_in(owner).get(shop_url(other, "notifications:notices")).status_code == 404


def test_everything_is_read_at_once(told, shop, owner, sign_in):
    told(3)
    client = sign_in(owner)
    assert client.post(shop_url(shop, "notifications:read-all")).status_code == 302
    assert not Notice.objects.unread().exists()
    page = client.get(shop_url(shop, "notifications:notices"), {"tab": "all"})
    assert len(page.context["lines"]) == 3


def test_pages_go_on_where_the_last_one_ended(told, shop, owner, sign_in):
    told(views.PAGE + 3)
    client = sign_in(owner)
    address = shop_url(shop, "notifications:notices")
    first = client.get(address)
    second = client.get(address, {"before": first.context["older"]})
    assert (len(first.context["lines"]), len(second.context["lines"])) == (views.PAGE, 3)
    assert client.get(address, {"before": "nonsense'\x00"}).status_code == 200
