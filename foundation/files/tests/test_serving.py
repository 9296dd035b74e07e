"""Files are served to who may see them, as what they are, and to nobody else: 404."""

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from foundation.accounts.tests import factories
from foundation.audit.models import Entry
from foundation.files import access, services, storage, views
from foundation.files.models import StoredFile
from foundation.files.tests import pictures
from foundation.lifecycle.deadlines import shanghai_day


@pytest.fixture
def stored(shop, owner, now):
    return services.store_image(pictures.upload(pictures.with_exif(), "slip.heic"), shop=shop, by=owner, now=now)


@pytest.fixture
def open_door(monkeypatch):
    """This app alone registers no rule: a purpose without one is closed."""
    monkeypatch.setattr(access, "_rules", {"evidence": [lambda request, stored: True]})


def ask(view, stored, user, shop=None, method="get"):
    request = getattr(RequestFactory(), method)("/")
    request.user = user
    if shop is not None:
        request.shop, request.membership = shop, user.membership
    return view(request, uuid=stored.uuid)


def body(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_member_sees_the_clean_copy(stored, shop, owner, open_door):
    answer = ask(views.file, stored, owner, shop)
    assert body(answer) == storage.path_of(stored.clean_path).read_bytes()
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"] == 'inline; filename="slip.jpg"'


def test_the_thumbnail_is_smaller(stored, shop, owner, open_door):
    assert len(body(ask(views.thumb, stored, owner, shop))) < len(body(ask(views.file, stored, owner, shop)))


def test_another_shops_file_does_not_exist(stored, open_door):
    other = factories.make_shop("other")
    stranger = factories.make_member(other, "owner")
    for view in (views.file, views.thumb):
        with pytest.raises(Http404):
            ask(view, stored, stranger, other)


def test_a_purpose_without_a_rule_is_closed(stored, shop, owner, monkeypatch):
    monkeypatch.setattr(access, "_rules", {})
    with pytest.raises(Http404):
        ask(views.file, stored, owner, shop)


def test_a_lost_file_is_missing_not_broken(stored, shop, owner, open_door):
    storage.path_of(stored.clean_path).unlink()
    with pytest.raises(Http404):
        ask(views.file, stored, owner, shop)


def test_what_was_given_up_says_so_to_everybody_who_might_have_opened_it(stored, shop, owner, now, open_door):
    services.mark_removed([stored], why="keeping", now=now)
    stored.refresh_from_db()
    for answer in (
        ask(views.file, stored, owner, shop), ask(views.thumb, stored, owner, shop),
        ask(views.open_original, stored, factories.make_reviewer(), method="post"),
    ):
        assert answer.status_code == 410
        assert f"Removed on {shanghai_day(now)} by the keeping rule." == answer.content.decode()
    assert not Entry.objects.filter(verb="files.original_opened").exists()


def test_the_original_is_an_attachment_and_its_opening_recorded(stored, open_door):
    answer = ask(views.open_original, stored, factories.make_reviewer(), method="post")
    assert body(answer) == pictures.with_exif()
    assert answer["Content-Disposition"].startswith("attachment")
    entry = Entry.objects.get(verb="files.original_opened")
    assert (entry.subject_id, entry.actor_name, entry.shop_id) == (stored.pk, "reviewer", stored.shop_id)


def test_an_original_is_named_by_its_type_not_by_its_uploader(stored, open_door):
    StoredFile.objects.filter(pk=stored.pk).update(name="evil.hta")
    answer = ask(views.open_original, stored, factories.make_reviewer(), method="post")
    body(answer)
    assert answer["Content-Disposition"] == 'attachment; filename="evil.hta.jpg"'


def test_an_original_is_never_opened_by_get(stored, open_door):
    assert ask(views.open_original, stored, factories.make_reviewer()).status_code == 405
    assert not Entry.objects.filter(verb="files.original_opened").exists()


def test_a_shops_member_opens_no_original(stored, owner, open_door):
    with pytest.raises(Http404):
        ask(views.open_original, stored, owner, method="post")


def test_a_table_is_an_attachment(shop, owner, now, monkeypatch):
    monkeypatch.setattr(access, "_rules", {"export": [lambda request, stored: True]})
    table = services.store_document(b"a\n", "rows.csv", "text/csv", shop=shop, by=owner, now=now, purpose="export")
    answer = ask(views.file, table, owner, shop)
    assert answer["Content-Disposition"].startswith("attachment")
