"""The frame of every page: menu by role, nothing inline, pages for what went wrong (rules S12, S43)."""

import re

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from foundation.accounts.tests.factories import make_member
from foundation.shell import search, views

pytestmark = pytest.mark.django_db


def page_of(client, shop, path="search/"):
    return client.get(f"/s/{shop.code}/{path}").content.decode()


def test_the_menu_shows_what_the_role_may_open(shop, owner, sign_in):
    assert f"/s/{shop.code}/staff/" in page_of(sign_in(owner), shop)
    assert f"/s/{shop.code}/staff/" not in page_of(sign_in(make_member(shop, "warehouse")), shop)


def test_one_entry_is_marked_as_the_page_one_is_on(shop, owner, sign_in):
    page = page_of(sign_in(owner), shop, "staff/")
    assert re.findall(r'class="side-link" href="([^"]*)" aria-current', page) == [f"/s/{shop.code}/staff/"]


def test_the_shop_id_is_on_every_page(shop, owner, sign_in):
    assert shop.number in page_of(sign_in(owner), shop)


@pytest.mark.parametrize("path", ["/login/", "/help/", "/account/shops/", "/account/password/", "/account/sessions/", "/s/qinghe/search/?q=1", "/s/qinghe/staff/", "/nowhere/"])
def test_nothing_is_inline(sign_in, owner, path):
    response = (Client() if path == "/login/" else sign_in(owner)).get(path)
    page = response.content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", page)
    for script in re.findall(r"<script[^>]*>", page):
        assert "src=" in script or "application/json" in script
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["search/?q=1", "staff/"])
def test_no_cache_keeps_a_page_of_a_shop(shop, owner, sign_in, path):
    said = sign_in(owner).get(f"/s/{shop.code}/{path}")["Cache-Control"]
    assert {"private", "no-store"} <= set(said.split(", "))


def test_one_exact_hit_is_jumped_to(shop, owner, sign_in, monkeypatch):
    monkeypatch.setattr(search, "_searchers", [lambda _member, text: [search.Hit("Order", text, "/help/")]])
    assert sign_in(owner).get(f"/s/{shop.code}/search/?q=42")["Location"] == "/help/"


def test_several_hits_are_listed(shop, owner, sign_in, monkeypatch):
    hits = [search.Hit("Order", "42-1", "/a", exact=False), search.Hit("Order", "42-2", "/b", exact=False)]
    monkeypatch.setattr(search, "_searchers", [lambda _member, _text: hits])
    assert page_of(sign_in(owner), shop, "search/?q=42").count("42-") >= 2


@pytest.mark.parametrize("text", ["", "%00", "%", "<script>alert(1)</script>", "长" * 500])
def test_odd_searches_find_nothing_and_break_nothing(shop, owner, sign_in, text):
    response = sign_in(owner).get(f"/s/{shop.code}/search/", {"q": text})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/s/other/search/", 404)])
def test_error_pages_name_the_request(sign_in, owner, path, status):
    response = sign_in(owner).get(path)
    assert response.status_code == status
    assert response["X-Request-ID"] in response.content.decode()


@pytest.mark.parametrize(
    ("view", "status"),
    [(views.bad_request, 400), (views.forbidden, 403), (views.not_found, 404), (views.server_error, 500), (views.csrf_failure, 403)],
)
def test_error_pages_need_nothing_but_a_request(view, status):
    request = RequestFactory().get("/")
    assert view(request).status_code == status


def test_a_post_without_a_token_is_refused_with_a_page():
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert response["X-Request-ID"] in response.content.decode()


def test_a_database_that_refuses_is_a_503_one_may_repeat(shop, owner, sign_in, monkeypatch):
    def deadlock(*_args):
        raise OperationalError("deadlock detected")

    client = sign_in(owner)
    client.raise_request_exception = False
    monkeypatch.setattr(search, "search", deadlock)
    response = client.get(f"/s/{shop.code}/search/?q=1")
    assert (response.status_code, response["Retry-After"]) == (503, views.RETRY_AFTER)
    assert "deadlock" not in response.content.decode()
