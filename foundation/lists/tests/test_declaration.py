"""A list is declared once; what is asked of it is understood the same way with and without a request."""

from dataclasses import replace

import pytest
from django.http import QueryDict

from foundation.accounts.models import Shop
from foundation.accounts.tests.factories import make_shop
from foundation.lists import registry
from foundation.lists.columns import Column
from foundation.lists.drawing import body
from foundation.lists.keyset import place_of
from foundation.lists.search import Exact
from foundation.lists.spec import ListSpec, Sort, Tab


def plain(row, page):
    return row.code


SPEC = ListSpec(
    key="shops",
    rows=lambda shop, now: Shop.objects.all(),
    ident="code",
    columns=[
        Column("code", "Code", plain, ["code"], fixed=True),
        Column("name", "Name", lambda row, page: row.name, ["name"], css="named"),
        Column("kind", "Kind", plain, ["kind"]),
        Column("spare", "Spare", plain, shown=False),
    ],
    tabs=[Tab("all", "All")],
    sorts=[Sort("code", "code", "Code")],
    default_sort="code",
    search=[Exact("code")],
)


def keys(*wanted):
    return [column.key for column in SPEC.arranged(wanted)]


def test_the_fixed_column_stands_first_and_the_rest_as_arranged():
    assert keys("kind", "name") == ["code", "kind", "name"]
    assert keys("spare", "code", "spare") == ["code", "spare"]


def test_an_arrangement_of_nothing_known_is_the_lists_own():
    assert keys() == keys("gone", None, 7, ["name"]) == keys("code") == ["code", "name", "kind"]


def test_a_key_belongs_to_one_list(monkeypatch):
    monkeypatch.setattr(registry, "_specs", {})
    registry.register(SPEC)
    assert registry.get("shops") is SPEC and registry.register(SPEC) is SPEC
    for other in (
        ListSpec(key="shops", tabs=[], sorts=[], default_sort=""),
        ListSpec(tabs=[], sorts=[], default_sort=""),
    ):
        with pytest.raises(ValueError, match="key"):
            registry.register(other)
    with pytest.raises(KeyError):
        registry.get("nothing")


@pytest.mark.django_db
def test_a_query_string_is_understood_without_a_request(now):
    for code in ("b", "a", "c"):
        make_shop(code)
    query = SPEC.query(None, QueryDict("sort=-code&evil=1&q=%00&after=1.2"), now)
    assert [shop.code for shop in query.chosen] == ["c", "b", "a"]
    assert query.params.urlencode() == "sort=-code"
    assert [column.key for column in query.columns] == ["code", "name", "kind"]
    assert [shop.code for shop in SPEC.query(None, QueryDict("q=a c&tab=x&sort=password"), now).chosen] == ["a", "c"]


@pytest.mark.django_db
def test_flat_rows_have_what_the_columns_need_and_no_more(now):
    make_shop("x")
    boss = Column("boss", "Boss", plain, ["memberships__user__username"])
    flat = replace(SPEC, flat=True, columns=[*SPEC.columns, boss])
    query = flat.query(None, QueryDict(), now)
    row = query.drawable.get()
    assert row._fields == ("pk", "code", "name", "kind", "memberships__user__username")
    assert (row.code, row.memberships__user__username) == ("x", None)
    assert place_of(row, "code").value == "x"
    assert [shop.code for shop in query.chosen] == ["x"]


@pytest.mark.django_db
def test_cells_are_escaped_unless_they_say_they_are_safe(now):
    make_shop("x")
    Shop.objects.update(name="<script>alert(1)</script>")

    class Page:
        spec, columns, selectable = SPEC, SPEC.arranged([]), True
        rows = list(Shop.objects.all())

    html = body(Page())
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert '<th scope="row">x</th>' in html and 'data-label="Name"' in html
    assert html.count('type="checkbox"') == 1 and 'name="id" value="x"' in html
