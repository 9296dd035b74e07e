"""Every list × page, order, filters, tab, size, place × hostile strings: never a 500, never more than a page.

Seeded: the same requests each time, but others on each database: over a thousand there, over two thousand in the suite.
What makes no sense falls back to the default, so the answer is 200.
"""

import random
from urllib.parse import quote

import pytest
from django.db import connection
from django.urls import reverse

from foundation.lists import registry
from orders.tests.factories import make_orders

from . import scene

pytestmark = pytest.mark.django_db
SEED = 20261122
PLACES = ("after", "before", "last", "page", "ordering", "filters", "next", "from", "way", "o", "p")
ALONE, TOGETHER, WANDERED = 1, 150, 40  # requests: each parameter by itself, several at once, from place to place, per list
LEAST = 1_000
LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]

HOSTILE = [
    "", " ", "\x00", "a\x00b", "0", "-1", "²", "１２", "9" * 400, "-" + "9" * 19, "18446744073709551616", "1e309", "NaN",
    "-inf", "1_000", "' OR 1=1 --", "%", "_", "\\", "*", "..", "../../etc/passwd", "<script>alert(1)</script>", "{{7*7}}",
    "{% debug %}", "null", "[]", "{}", "true", "9999-12-31", "0001-01-01", "2024-02-30", "2026-11-22", "3m", "1.5", "--placed",
    "-", "password", "-shop__owner__password", "1733000000000000.5", "1733000000000000." + "9" * 30, "AAAA.1", "AAAA.", ".1",
    "\ud800", "\u202e", "👾" * 50, "\r\nSet-Cookie: a=b", "a" * 12_000, "1," * 3_000, "https://evil.example", "//evil.example",
    "00000000-0000-4000-8000-000000000000", "ﬀ", "İ", "\ufeff", "\u2028",
]  # fmt: skip


def lists():
    """(name, address, what its query string may carry, values it understands) of every list page there is."""
    specs = [(spec.key, spec.page_name, spec) for spec in registry.every()]
    yield from ((key, name, sorted(spec.parameter_names), understood(spec)) for key, name, spec in specs)
    for name, own in (
        ("jobs:jobs", ["before"]), ("notifications:notices", ["tab", "size", "kind"]), ("workorders:board", ["hours"]),
        ("dashboard:workbench", []), ("shell:search", ["q"]), ("entry:staff", []), ("orders:import-orders", []),
    ):  # fmt: skip
        yield name, name, own, []


def understood(spec):
    """Values that do mean something, so that nonsense stands beside sense."""
    sorts = [sign + sort.key for sort in spec.sorts for sign in ("", "-")]
    return [*(tab.key for tab in spec.tabs), *sorts, *map(str, spec.sizes), "1", "today", "30m", "2026-11-20", "100"]


@pytest.fixture(autouse=True)
def without_frame(settings):
    """Menu, bell and counts say the same whatever a list is asked; without them each page takes half the time."""
    bare = ("django.template.loaders.locmem.Loader", {"base.html": "{% block content %}{% endblock %}"})
    [engine] = settings.TEMPLATES
    options = {**engine["OPTIONS"], "loaders": [("django.template.loaders.cached.Loader", [bare, *LOADERS])]}
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": options}]


@pytest.fixture
def world():
    world = scene.build("qinghe")
    make_orders(world.shop, 40)
    return world


@pytest.fixture
def ask(world):
    """A function: (route, parameters) → the answer; the query string is made here, since no client encodes half a pair."""
    client = scene.signed_in(world.staff["owner"])

    def asked(name, params):
        text = "&".join(
            f"{quote(key)}={quote(value.encode('utf-8', 'surrogatepass'))}" for key, values in params.items() for value in values
        )
        return client.get(reverse(name, args=[world.shop.code]), QUERY_STRING=text)

    return asked


def test_no_parameter_of_a_list_gives_a_500(ask):
    asked = 0
    for key, name, own, sense in lists():
        dice = random.Random(f"{SEED}-{key}-{connection.vendor}")
        everything, values = [*own, *PLACES], [*HOSTILE, *sense * 2]
        tries = [{parameter: [value]} for parameter in everything for value in dice.sample(HOSTILE, ALONE)]
        for _request in range(TOGETHER if sense else TOGETHER // 15):
            chosen = dice.sample(everything, dice.randint(2, min(7, len(everything))))
            tries.append({one: dice.choices(values, k=dice.choice((1, 1, 1, 2))) for one in chosen})
        for params in tries:
            check(ask, name, params)
        asked += len(tries)
    assert asked >= LEAST


def check(ask, name, params):
    answer = ask(name, params)
    assert answer.status_code in (200, 302), (name, params, answer.status_code)
    page = answer.context and answer.context.get("page")
    if page is not None:
        assert len(page.rows) <= 100, (name, params)
    assert "Set-Cookie: a=b" not in str(answer.headers), params


def test_no_place_of_a_list_leads_out_of_it(ask):
    """A place somebody gave out under other filters, or took apart, is a page of the list or its first."""
    for spec in registry.every():
        wander(ask, spec, random.Random(f"{SEED}-places-{spec.key}"))


def wander(ask, spec, dice):
    places = [""]
    for _round in range(WANDERED):
        params = {"tab": [dice.choice(spec.tabs).key], "sort": [dice.choice(spec.sorts).key], "size": ["25"]}
        params[dice.choice(("after", "before"))] = [dice.choice(places)]
        answer = ask(spec.page_name, params)
        assert answer.status_code == 200, params
        page = answer.context["page"]
        found = [place for place in (page.slice.next, page.slice.previous) if place]
        places += [*found, *(place[: len(place) // 2] for place in found), *(f"{place}9" for place in found)]
