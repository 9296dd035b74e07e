"""Fixtures every app's tests share: one shop, its owner, a present moment, a signed-in client."""

from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware

from foundation.accounts.tests import factories
from foundation.lifecycle import clock
from tests.concurrency import rounds


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    """What asks for no database says nothing about one: it is `once`. What takes `long` begins first, so that no core waits."""
    for item in items:
        if "stack" not in item.keywords and "browser" not in item.keywords and not _asks_for_a_database(item):
            item.add_marker(pytest.mark.once)
    yield
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _asks_for_a_database(item):
    return item.get_closest_marker("django_db") is not None or bool({"db", "transactional_db"} & set(item.fixturenames))


@pytest.fixture(autouse=True, scope="session")
def static_files_found_once():
    """Every client starts the middleware afresh, and that looks through all static files; here the first one does."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def look_once(middleware):
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(autouse=True)
def in_english():
    """Sentences are compared in the language they are written in; a page asked for by a client speaks the client's."""
    with translation.override("en"):
        yield


@pytest.fixture
def now(db):
    return clock.now()


@pytest.fixture
def shop(db):
    return factories.make_shop()


@pytest.fixture
def owner(shop):
    return factories.make_member(shop, "owner")


@pytest.fixture
def sign_in():
    """A function: user → a client signed in as them, without the login page's password hashing."""

    def signed_in(user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def sign_in_in_english(sign_in):
    """The same with a browser that asks for English, where a page's sentences are compared."""

    def signed_in(user):
        client = sign_in(user)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return signed_in


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A million rounds per sign-in is for guests, not for tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def private_media(settings, tmp_path):
    """Uploads of a test go where the test goes."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def codes_forgotten():
    """A process keeps what carriers' codes mean; each test has rows of its own."""
    if apps.is_installed("logistics"):  # left out where the apps below it are tested alone
        import_module("logistics.services.codes").forget()


@pytest.fixture(autouse=True)
def crew_dismissed():
    """The threads a race kept over its rounds close their connections."""
    yield
    rounds.dismiss()
