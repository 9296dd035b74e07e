"""Parts of the frame are kept in the process: what is drawn again must be this person's, this shop's, this minute's."""

import re

import pytest
from django.template import engines

from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.shell import counting, kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(monkeypatch):
    """Lets a test draw a template it writes itself."""
    return lambda text: monkeypatch.setattr(kept, "get_template", lambda _name: engines["django"].from_string(text))


def page_of(client, shop):
    return client.get(f"/s/{shop.code}/search/").content.decode()


def test_two_shops_of_one_person_never_share_a_part(shop, owner, sign_in):
    other = make_shop("other")
    Membership.objects.create(shop=other, user=owner, role="warehouse")
    client = sign_in(owner)
    first, second = page_of(client, shop), page_of(client, other)
    assert shop.number in first and other.number not in first
    assert other.number in second and shop.number not in second and f"/s/{shop.code}/" not in second


def test_two_people_of_one_shop_never_share_a_part(shop, owner, sign_in):
    keeper = make_member(shop, "warehouse")
    assert str(owner) in page_of(sign_in(owner), shop)
    page = page_of(sign_in(keeper), shop)
    assert str(keeper) in page and str(owner) not in page and "/staff/" not in page


def test_a_shop_that_is_renamed_is_called_so_on_the_next_page(shop, owner, sign_in):
    client = sign_in(owner)
    page_of(client, shop)
    type(shop).objects.filter(pk=shop.pk).update(name="Nicht <b>so</b>")
    assert "Nicht &lt;b&gt;so&lt;/b&gt;" in page_of(client, shop)


def test_a_count_is_this_minutes(shop, owner, sign_in, monkeypatch):
    client = sign_in(owner)
    for unread in (3, 4):
        counts = dict.fromkeys(counting._waiting, unread)
        monkeypatch.setattr(counting, "waiting", lambda _request, counts=counts: counts)
        assert f'<span class="bell-count" aria-hidden="true">{unread}</span>' in page_of(client, shop)


def test_every_page_has_its_own_address_and_one_token_of_its_own(shop, owner, sign_in):
    client = sign_in(owner)
    tokens = []
    for text in ("11", "22"):
        page = client.get(f"/s/{shop.code}/search/?q={text}&x=%22%3E").content.decode()
        found = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', page))
        assert len(found) == 1
        tokens += found
        assert f'name="next" value="/s/{shop.code}/search/?q={text}&amp;x=%22%3E"' in page
    assert tokens[0] != tokens[1]


def test_a_slot_is_escaped_and_text_that_looks_like_a_slot_stays_text(template):
    template("{{ name }} {{ here }}")
    drawn = kept.draw("one.html", {"here": "<i>"}, name="SEED-here- {{ here }}")
    assert drawn == "SEED-here- {{ here }} &lt;i&gt;"


def test_a_part_is_drawn_once_for_the_same_facts_and_again_for_others(template, monkeypatch):
    template("{{ number }}")
    assert [kept.draw("two.html", number=number) for number in (1, 1, 2)] == ["1", "1", "2"]
    template("changed {{ number }}")
    assert [kept.draw("two.html", number=number) for number in (1, 3)] == ["1", "changed 3"]
