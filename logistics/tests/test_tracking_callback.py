"""The shop's page of its callback: address and salt for leaders, another salt once it is confirmed."""

import pytest

from foundation.accounts.tests.factories import make_member
from foundation.audit.models import Entry
from foundation.shell.urls_for import shop_url
from logistics.models import ShopHook

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(shop):
    return shop_url(shop, "logistics:tracking-callback")


@pytest.fixture
def renewing(shop):
    return shop_url(shop, "logistics:renew-callback")


def test_leaders_see_address_and_salt(sign_in_in_english, shop, owner, page):
    answer = sign_in_in_english(owner).get(page)
    text = answer.content.decode()
    assert ShopHook.objects.get(shop=shop).salt in text
    assert f"/hooks/kuaidi100/{shop.code}/" in text and f"/hooks/interception/{shop.code}/" in text
    assert "no-cache" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("role", ["service", "warehouse", "finance"])
def test_nobody_else_sees_or_renews_it(sign_in, shop, page, renewing, role):
    client = sign_in(make_member(shop, role))
    assert (client.get(page).status_code, client.post(renewing, {"sure": "yes"}).status_code) == (403, 403)


def test_the_salt_is_renewed_only_when_confirmed(sign_in_in_english, shop, owner, page, renewing):
    client = sign_in_in_english(owner)
    client.get(page)
    before = ShopHook.objects.get(shop=shop).salt
    assert "Make another salt?" in client.get(f"{page}?renew").content.decode()
    assert client.post(renewing).status_code == 422
    assert ShopHook.objects.get(shop=shop).salt == before
    assert client.post(renewing, {"sure": "yes"}).status_code == 302
    hook = ShopHook.objects.get(shop=shop)
    assert hook.salt != before and hook.renewed_at is not None
    assert Entry.objects.filter(verb="logistics.hook_renewed", shop_id=shop.pk).count() == 1


def test_the_salt_stands_in_no_record(sign_in, shop, owner, page, renewing):
    client = sign_in(owner)
    client.get(page)
    client.post(renewing, {"sure": "yes"})
    assert ShopHook.objects.get(shop=shop).salt not in str(list(Entry.objects.values()))
