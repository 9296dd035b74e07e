"""Every URL × every person: who gets in, who is told 403, for whom it does not exist."""

import pytest
from django.urls import URLPattern, get_resolver, reverse

from foundation.accounts import access
from foundation.accounts.roles import Role

from . import scene
from .routes import MEMBER, PUBLIC, ROUTES, SIGNED_IN

LET_IN = {200, 302, 400, 409, 422}  # a verb asked without its form is refused politely, never with 403, 404 or 500


def every_route(patterns=None, namespace=""):
    """Names of all addresses but the admin's own (those stand in test_admin_urls)."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            if not str(pattern.pattern).startswith("admin/"):
                yield f"{namespace}:{pattern.name}".lstrip(":")
        elif not str(pattern.pattern).startswith("admin/"):
            yield from every_route(pattern.url_patterns, pattern.namespace or namespace)


def test_every_route_has_its_row_and_every_row_its_route():
    assert set(every_route()) == set(ROUTES)


@pytest.fixture
def qinghe(db):
    return scene.build("qinghe")


@pytest.fixture
def other(db):
    return scene.build("other")


def address(name, world, things=None):
    route = ROUTES[name]
    kwargs = {} if route.who in (PUBLIC, SIGNED_IN) else {"shop_code": world.shop.code}
    keys = dict(zip(route.keys, route.things, strict=True))
    kwargs |= {key: "no-such-token" if key == "token" else (things or world.things)[thing] for key, thing in keys.items()}
    return reverse(name, kwargs=kwargs)


def ask(client, name, url):
    return client.post(url) if ROUTES[name].is_verb else client.get(url)


SHOP_PAGES = [name for name, route in ROUTES.items() if route.who not in (PUBLIC, SIGNED_IN)]
COMMON = {"list", "verb"}  # what every shop has alike
WITH_A_THING = [name for name in SHOP_PAGES if set(ROUTES[name].things) - COMMON]


def roles_of(name):
    who = ROUTES[name].who
    return set(Role.values) if who == MEMBER else access.PERMISSIONS[who]


def test_a_stranger_is_asked_to_sign_in(qinghe):
    client = scene.signed_in(None)
    for name in SHOP_PAGES:
        answer = ask(client, name, address(name, qinghe))
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("accounts:login")), name


def test_each_role_gets_in_where_its_permissions_say_and_403_elsewhere(qinghe):
    for role in Role.values:
        for name in SHOP_PAGES:
            client = scene.signed_in(qinghe.staff[role])  # a verb may end the session
            answer = ask(client, name, address(name, qinghe, {**qinghe.things, **qinghe.own[role]}))
            if role in roles_of(name):
                assert answer.status_code in LET_IN, (name, role, answer.status_code)
            else:
                assert answer.status_code == 403, (name, role, answer.status_code)


def test_whoever_does_not_work_here_finds_nothing(qinghe, other):
    outsiders = {**scene.reviewers(), "owner of another shop": other.staff["owner"]}
    for who, user in outsiders.items():
        client = scene.signed_in(user)
        for name in SHOP_PAGES:
            assert ask(client, name, address(name, qinghe)).status_code == 404, (name, who)


def test_another_shops_thing_looks_like_one_that_never_was(qinghe, other):
    never = {
        **dict.fromkeys(other.things, "NOSUCHTHING"),
        **dict.fromkeys(("file", "import_file", "voucher", "view"), "00000000-0000-4000-8000-000000000000"),
    }
    for name in WITH_A_THING:
        client = scene.signed_in(qinghe.staff["owner"])
        foreign = ask(client, name, address(name, qinghe, other.things))
        unknown = ask(client, name, address(name, qinghe, never))
        assert (foreign.status_code, unknown.status_code) == (404, 404), name
        assert without_ids(foreign) == without_ids(unknown), name


def without_ids(answer):
    """The page with the request id taken out: the only bytes that may differ."""
    return answer.content.replace(answer.headers["X-Request-ID"].encode(), b"")


def test_a_verb_is_never_a_get(qinghe):
    for name, route in ROUTES.items():
        if route.is_verb:
            client = scene.signed_in(qinghe.staff["owner"])
            assert client.get(address(name, qinghe)).status_code == 405, name


def test_own_pages_ask_a_stranger_to_sign_in_and_public_ones_do_not(qinghe):
    for name, route in ROUTES.items():
        if route.who == SIGNED_IN:
            answer = ask(scene.signed_in(None), name, address(name, qinghe))
            assert answer.status_code == 302 and "/login/" in answer.url, name
        if route.who == PUBLIC and route.things != ("token",):
            answer = ask(scene.signed_in(None), name, address(name, qinghe))
            assert answer.status_code in LET_IN, (name, answer.status_code)


def test_a_post_without_the_token_is_refused(qinghe):
    client = scene.signed_in(qinghe.staff["owner"])
    client.handler.enforce_csrf_checks = True
    for name, route in ROUTES.items():
        if route.is_verb and not route.signed:
            assert client.post(address(name, qinghe)).status_code == 403, name


def test_every_page_carries_the_strict_policy(qinghe):
    client = scene.signed_in(qinghe.staff["owner"])
    for name, route in ROUTES.items():
        if not route.is_verb and route.things != ("token",):
            policy = client.get(address(name, qinghe)).headers.get("Content-Security-Policy", "")
            assert "unsafe" not in policy and ("default-src" in policy or "sandbox" in policy), name
