"""The door: who comes in, who does not, and what a stranger can't learn (rules S14, S17, S18, S30)."""

import re

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import hashers
from django.urls import reverse

from .factories import PASSWORD, make_member, make_shop, make_superuser, make_user

pytestmark = pytest.mark.django_db
URL = "/login/"


def try_to_sign_in(client, username, password=PASSWORD, **more):
    return client.post(URL, {"username": username, "password": password, **more})


def test_the_owner_comes_in_with_user_name_or_phone(client):
    make_user("wangfang", phone="13800010001")
    assert try_to_sign_in(client, "13800010001").status_code == 302
    client.post("/logout/")
    assert try_to_sign_in(client, "wangfang").status_code == 302


def test_spaces_around_a_password_are_part_of_it(client):
    make_user("wangfang")
    assert try_to_sign_in(client, "wangfang", f" {PASSWORD} ").status_code == 422


def test_wrong_name_and_wrong_password_look_alike(client):
    make_user("wangfang")
    pages = []
    for name, password in (("wangfang", "wrong-pass1"), ("nobody-at-all", "wrong-pass1")):
        response = try_to_sign_in(client, name, password)
        text = re.sub(r"[A-Za-z0-9]{64}", "TOKEN", response.content.decode().replace(name, "NAME"))
        pages.append((response.status_code, text, sorted(response.headers.keys() - {"Content-Length"})))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("name", ["wangfang", "nobody-at-all", "gone"])
def test_every_refused_try_hashes_once(client, name, monkeypatch):
    make_user("wangfang")
    make_user("gone", is_active=False)
    hashed = []
    hasher = type(hashers.get_hasher())
    genuine = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *args, **kw: hashed.append(1) or genuine(*args, **kw))
    try_to_sign_in(client, name, "wrong-pass1")
    assert len(hashed) == 1


def test_ten_wrong_tries_close_the_account_even_for_the_right_password(client):
    make_user("wangfang", phone="13800010001")
    names = ["wangfang", "13800010001"] * 5
    codes = [try_to_sign_in(client, name, "wrong-pass1", REMOTE_ADDR=f"10.0.0.{n}").status_code for n, name in enumerate(names)]
    assert codes == [422] * 9 + [429]
    assert try_to_sign_in(client, "wangfang").status_code == 429


def test_a_forged_forwarded_address_does_not_reset_the_count(client):
    for number in range(10):
        last = client.post(
            URL, {"username": f"nobody{number}", "password": "wrong-pass1"}, headers={"X-Forwarded-For": f"9.9.9.{number}"}
        )
    assert last.status_code == 429


def test_signing_in_with_an_own_account_does_not_clear_the_address(client):
    make_user("attacker")
    for _number in range(9):
        try_to_sign_in(client, "victim", "wrong-pass1")
    try_to_sign_in(client, "attacker")
    client.post("/logout/")
    assert try_to_sign_in(client, "victim", "wrong-pass1").status_code == 429


def test_signing_in_clears_the_accounts_own_count(client):
    make_user("wangfang")
    for _number in range(3):
        try_to_sign_in(client, "wangfang", "wrong-pass1")
    try_to_sign_in(client, "wangfang")
    assert not AccessAttempt.objects.filter(username="wangfang").exists()


def test_a_locked_account_and_a_locked_unknown_name_look_alike(client):
    make_user("wangfang")
    codes = set()
    for name in ("wangfang", "nobody"):
        AccessAttempt.objects.all().delete()
        for _number in range(10):
            response = try_to_sign_in(client, name, "wrong-pass1")
        codes.add((response.status_code, response.headers["Retry-After"]))
    assert codes == {(429, "900")}


def test_the_session_gets_a_new_id_at_the_door(client):
    make_user("wangfang")
    client.get(URL)
    client.session["before"] = 1
    session = client.session
    session["marker"] = 1
    session.save()
    before = session.session_key
    try_to_sign_in(client, "wangfang")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target",
    ["https://evil.test/", "//evil.test/", "///evil.test", "/\\evil.test", "\\\\evil.test", "http:evil.test", "javascript:alert(1)",
     "http://testserver.evil.test/", "/\t/evil.test", "https:///evil.test", " //evil.test", "http://testserver/help/"],
)
def test_next_never_leaves_the_house(client, target):
    make_user("wangfang")
    response = try_to_sign_in(client, "wangfang", next=target)
    assert response.status_code == 302
    assert response["Location"] == reverse("accounts:switch")


def test_next_leads_on_inside_the_house(client):
    make_user("wangfang")
    assert try_to_sign_in(client, "wangfang", next="/help/?a=1")["Location"] == "/help/?a=1"


def test_signing_out_is_a_post(client, owner, sign_in):
    client = sign_in(owner)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert client.get("/account/shops/").status_code == 302


def test_the_admin_has_no_door_of_its_own(client):
    response = client.get("/admin/login/?next=/admin/axes/")
    assert response["Location"] == "/login/?next=/admin/axes/"
    make_superuser("platform")
    try_to_sign_in(client, "platform")
    assert client.get("/admin/").status_code == 200


def test_a_seller_who_tries_the_admin_is_told_no(sign_in, owner):
    response = sign_in(owner).get("/admin/", follow=True)
    assert response.status_code == 403


def test_home_leads_to_the_shop_last_worked_in(sign_in):
    first, second = make_shop("aaa"), make_shop("bbb")
    user = make_member(first, "owner", "wangfang")
    client = sign_in(user)
    assert "/s/aaa/" in client.get("/")["Location"]
    user.memberships.create(shop=second, role="service")
    assert client.get("/")["Location"] == "/account/shops/"
    client.get("/s/bbb/search/")
    assert "/s/bbb/" in client.get("/")["Location"]


def test_a_nul_byte_or_an_endless_name_is_a_wrong_name(client):
    assert try_to_sign_in(client, "a\x00b").status_code == 422
    assert try_to_sign_in(client, "a" * 5000).status_code == 422


@pytest.mark.parametrize(
    ("target", "carried"),
    [("/a\nb", "/a%0Ab"), ("/a&b=c", "/a%26b%3Dc"), ("/中", "/%E4%B8%AD"), ("//evil.test", "/admin/")],
)
def test_the_admins_door_carries_any_next_whole(client, target, carried):
    assert client.get("/admin/login/", {"next": target})["Location"] == f"/login/?next={carried}"
