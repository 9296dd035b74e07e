"""No input gives a 500: whatever a stranger sends to any address is answered 2xx, 3xx or 4xx (promise 7)."""

import random
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from config.wsgi import application
from foundation.lists import registry

from . import scene
from .routes import PUBLIC, ROUTES, SIGNED_IN

pytestmark = pytest.mark.django_db
VALUES = [
    "", "\x00", "a\x00b", "9" * 5000, "9" * 20, "-" + "9" * 19, "18446744073709551616", "９９", "²", "1e3", "NaN", "1_000",
    "-1", "1.5", "12.345", "9999-12-31", "9999-12-31T23:59", "0001-01-01", "2026-02-30", "' OR 1=1 --", "%", "_",
    "<script>", "../../etc/passwd", "//evil.test", "A" * 9000, "\r\nX: y", "[]", "{}", "null", "true", "confirm",
    "AAAA.1", "99999999999999999999.1", "\ud800".encode("utf-8", "surrogatepass"), "\u202e",
    "00000000-0000-4000-8000-000000000000", "evidence", "reship", "owner",
]  # fmt: skip
NAMES = [
    "q", "tab", "sort", "size", "after", "before", "last", "filters", "next", "branch", "hours", "assign", "placed_from",
    "whose", "columns", "views", "totals", "view", "from", "way", "due", "show", "placed_to", "carrier", "paid_min", "movement", "booked_from", "on_bad", "page", "ordering", "o",
]  # fmt: skip
FIELDS = [
    "version", "branch", "note", "flag", "amount", "line", "cause", "reason", "request_key", "step", "typed", "who",
    "channel", "at", "said", "files", "kept_file", "slots", "caption", "direction", "turn", "voucher", "to", "tail",
    "contact", "agreed_minor", "reship_number", "checklist", "sheet_hash", "role", "was", "name", "phone", "username",
    "password", "current", "again", "file", "on_bad", "column-0", "language", "theme", "keys", "go", "next", "shown",
    "id", "scope", "list_query", "set_hash", "format", "order", "move", "size", "restore", "view", "query", "kind", "pinned",
    "with_columns", "begin", "do", "how", "option", "on_day", "kinds", "which",
]  # fmt: skip
CHARSETS = [
    "charset=utf-7", "charset=hex", "charset=idna", "charset=undefined", 'CharSet="utf-16"', "charset*=utf-8''hex",
    "charset*0=he; charset*1=x", "x*=no-such''y", "x*=undefined''y", "charset=no-such",
]  # fmt: skip
HEADERS = [
    "accept", "accept-language", "authorization", "hx-current-url", "hx-request", "hx-target", "if-modified-since",
    "if-none-match", "origin", "range", "referer", "user-agent", "x-forwarded-for", "x-request-id",
]  # fmt: skip
ODD_HEADERS = [
    "http://[", "http://testserver/?next=http://[", "text/html; x*=no-such''y", "text/plain;x*=idna''%ff", "zh;q=1e309",
    "en;q=NaN", "Basic !!!", "Bearer \xe9", "bytes=0-", "bytes=9999999999-", "list-filters", "list-totals", "true", "*", "%00",
    "Thu, 99 Foo 2026", "a" * 5000, "127.0.0.1, ::1", "uri-autoencoded",
]  # fmt: skip
FILTERS = ["id__in", "id", "shop", "q", "o", "p", "status", "verb", "password__startswith", "shop__name", "_to_field"]
BROKEN_BODIES = [
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhalf"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--"),
    ("application/json", b'{"version": NaN' + b"[" * 5000),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(1200))),
    ("application/x-www-form-urlencoded", b"note=%00&version=%ed%a0%80&files=%ff"),
    ("text/plain", b"\x00\xff" * 50),
]  # fmt: skip


@pytest.fixture
def world():
    return scene.build("qinghe")


@pytest.fixture
def dice():
    return random.Random(20261122)


def addresses(world, verbs):
    """Every address of the seller's side, with the shop's own things in it."""
    for name, route in ROUTES.items():
        if name != "accounts:logout" and (verbs or not route.is_verb):
            kwargs = {} if route.who in (PUBLIC, SIGNED_IN) else {"shop_code": world.shop.code}
            things = {**world.things, **world.own["owner"]}
            pairs = zip(route.keys, route.things, strict=True)
            kwargs |= {key: "no-such-token" if key == "token" else things[thing] for key, thing in pairs}
            yield from of_every_list(reverse(name, kwargs=kwargs))


def of_every_list(address):
    """The same for each list and verb there is, and for one that never was."""
    if "/lists/orders/" not in address:
        return [address]
    found = [address.replace("/orders/", f"/{key}/", 1) for key in (*(spec.key for spec in registry.every()), "no-such")]
    return [one.replace("/flag/", f"/{verb}/") for one in found for verb in ("flag", "assign")] if "/flag/" in address else found


def some(dice, names):
    return {dice.choice(names): dice.choice(VALUES) for _ in range(dice.randint(1, 8))}


def test_no_parameter_of_any_page(world, dice):
    client = scene.signed_in(world.staff["owner"])
    for url in addresses(world, verbs=False):
        for _round in range(4):
            params = some(dice, NAMES)
            assert client.get(url, params).status_code < 500, (url, params)
        assert client.get(url, {"x": ["1"] * 1200}).status_code < 500, url


def test_no_form_of_any_page(world, dice):
    for url in addresses(world, verbs=True):
        client = scene.signed_in(world.staff["owner"])  # a verb may end the session
        for _round in range(2):
            typed = some(dice, FIELDS)
            assert client.post(url, typed).status_code < 500, (url, typed)


def test_no_body_that_is_no_form(world, dice):
    client = scene.signed_in(world.staff["owner"])
    for url in addresses(world, verbs=True):
        for content_type, body in dice.sample(BROKEN_BODIES, 3):
            answer = client.generic("POST", url, body, content_type=content_type)
            assert answer.status_code < 500, (url, content_type[:60])


def test_no_header_of_any_page(world, dice):
    client = scene.signed_in(world.staff["owner"])
    for url in addresses(world, verbs=False):
        for name in dice.sample(HEADERS, 3):
            headers = {name: dice.choice(ODD_HEADERS)}
            assert client.get(url, headers=headers).status_code < 500, (url, headers)


@pytest.mark.parametrize("named", CHARSETS)
def test_a_charset_the_client_names_is_never_decoded_with(named):
    """Through the WSGI door itself: Django's test client builds its requests without it."""
    for kind, body in (("text/plain", b""), ("multipart/form-data; boundary=x", b"--x--\r\n")):
        environ = {
            **RequestFactory().generic("POST", "/login/?next=%2B2AA-", body).environ, "CONTENT_TYPE": f"{kind}; {named}",
        }
        assert through_the_door(environ) == "403 Forbidden", kind  # no token; nothing worse


def through_the_door(environ):
    """The status line of the WSGI application itself."""
    answers = []
    list(application(environ, lambda status, _headers: answers.append(status)))
    return answers[0]


def test_an_address_with_nul_is_one_that_never_was(world):
    client = scene.signed_in(world.staff["owner"])
    for place in ("orders", "work-orders", "jobs", "files", "notices"):
        answers = [client.get(f"/s/{world.shop.code}/{place}/{quote(name)}/") for name in ("a\x00b", "NOSUCHTHING")]
        assert [answer.status_code for answer in answers] == [404, 404], place
    assert client.post(f"/s/{world.shop.code}/staff/members/%00/role/").status_code == 404


def test_no_filter_and_no_row_of_the_admin(world, dice):
    client = scene.signed_in(scene.reviewers()["superuser"])
    for model in admin.site._registry:
        base = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for name in FILTERS:
            params = {name: dice.choice(VALUES)}
            assert client.get(base, params).status_code < 500, (base, params)
        for params in ({"id__in": "18446744073709551616"}, {"effective_from__year": "-1"}, {"at__year": "99999"}):
            assert client.get(base, params).status_code < 500, (base, params)
        for key in ("9" * 20, "a\x00b", "_00", "１"):
            for page in ("change", "delete", "history"):
                for query in ("", "?_to_field=", "?_to_field=id&_popup=1"):
                    assert client.get(f"{base}{quote(key)}/{page}/{query}").status_code < 500, (base, key, page, query)
