"""Language, theme and keys are remembered in cookies and lead back to the same page."""

import pytest

from .factories import make_shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("url", "field", "value", "cookie"),
    [("/language/", "language", "en", "django_language"), ("/theme/", "theme", "dark", "theme"), ("/keys/", "keys", "off", "keys")],
)
def test_a_choice_is_remembered_and_leads_back(client, url, field, value, cookie):
    response = client.post(url, {field: value, "next": "/help/"})
    assert response["Location"] == "/help/"
    assert response.cookies[cookie].value == value
    assert response.cookies[cookie]["samesite"] == "Lax"


@pytest.mark.parametrize(("url", "field"), [("/language/", "language"), ("/theme/", "theme"), ("/keys/", "keys")])
def test_nonsense_is_refused(client, url, field):
    assert client.get(url).status_code == 405
    assert client.post(url, {field: "nonsense"}).status_code == 400
    assert client.post(url, {}).status_code == 400


def test_next_stays_in_the_house(client):
    assert client.post("/theme/", {"theme": "dark", "next": "//evil.test/"})["Location"] == "/"


def test_the_chosen_theme_is_in_the_page_before_any_script(client):
    client.cookies["theme"] = "dark"
    assert 'data-bs-theme="dark"' in client.get("/login/").content.decode()


def test_the_chosen_language_is_the_pages_language(client):
    client.cookies["django_language"] = "en"
    page = client.get("/login/").content.decode()
    assert '<html lang="en"' in page
    assert "User name or phone" in page


def test_help_is_there_for_visitors_and_for_staff(client, sign_in, owner):
    assert client.get("/help/").status_code == 200
    assert sign_in(owner).get("/help/").status_code == 200


def test_the_shop_list_shows_only_the_persons_own(sign_in, owner, shop):
    make_shop("other", "别家店")
    page = sign_in(owner).get("/account/shops/").content.decode()
    assert shop.name in page
    assert "别家店" not in page


def test_htmx_gets_the_short_list_of_shops(sign_in, owner, shop):
    page = sign_in(owner).get("/account/shops/", headers={"HX-Request": "true"}).content.decode()
    assert shop.name in page
    assert "<html" not in page
