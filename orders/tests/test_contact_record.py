"""Writing down who was talked to."""

import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.files.models import StoredFile
from foundation.lifecycle.errors import Invalid
from foundation.shell.urls_for import shop_url
from orders.models import ContactRecord
from orders.services import record_contact
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_media(settings, tmp_path):
    settings.HOUTAI_VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def order(shop, now):
    return make_order(shop, now)


@pytest.fixture
def url(shop, order):
    return shop_url(shop, "orders:record-contact", number=order.number)


def picture(name="chat.png"):
    data = io.BytesIO()
    Image.new("RGB", (40, 60), "white").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


def said(**more):
    return {"who": "buyer", "channel": "chat", "at": "", "said": "买家同意换货", "request_key": str(uuid.uuid4())} | more


def test_a_record_is_written_with_its_pictures(sign_in, owner, order, url):
    answer = sign_in(owner).post(url, said(files=[picture(), picture("b.png")]))
    assert answer.status_code == 302
    contact = ContactRecord.objects.get()
    assert (contact.order, contact.by, contact.said, contact.files.count()) == (order, owner, "买家同意换货", 2)
    assert Entry.objects.get(verb="orders.contact_recorded").order_id == order.pk
    page = sign_in(owner).get(shop_url(order.shop, "orders:order", number=order.number))
    html = page.content.decode()
    assert html.count("买家同意换货") == 1
    for stored in contact.files.all():
        assert html.count(f"/{stored.uuid}/") >= 1


def test_the_same_form_twice_is_one_record(sign_in, owner, url):
    client, form = sign_in(owner), said()
    client.post(url, form)
    client.post(url, form)
    assert ContactRecord.objects.count() == 1


def test_a_refused_form_keeps_the_words_and_the_uploaded_pictures(sign_in, owner, order, url):
    client = sign_in(owner)
    answer = client.post(url, said(who="nobody", files=[picture()]))
    assert answer.status_code == 422
    html = answer.content.decode()
    kept = StoredFile.objects.get()
    assert "买家同意换货" in html and str(kept.uuid) in html
    assert not ContactRecord.objects.exists()
    client.post(url, said(kept_file=[str(kept.uuid)]))
    assert list(ContactRecord.objects.get().files.all()) == [kept]


def test_what_is_no_picture_is_refused_with_a_sentence(sign_in, owner, url):
    answer = sign_in(owner).post(url, said(files=[SimpleUploadedFile("x.png", b"<script>", "image/png")]))
    assert answer.status_code in (409, 422)
    assert not ContactRecord.objects.exists() and not StoredFile.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {"said": ""}, {"said": "x" * 2001}, {"channel": "pigeon"}, {"at": "yesterday"}, {"at": "9999-12-31T23:59"},
        {"at": "0001-01-01T00:00"}, {"at": "2099-01-01T00:00"}, {"at": "2001-01-01T00:00"}, {"request_key": "k"},
        {"said": "\x00"},
    ],
)  # fmt: skip
def test_a_bad_record_is_refused_and_changes_nothing(sign_in, owner, url, form):
    answer = sign_in(owner).post(url, said(**form))
    assert answer.status_code == 422
    assert not ContactRecord.objects.exists()
    assert not Entry.objects.filter(verb="orders.contact_recorded").exists()


def test_another_shops_file_can_not_be_attached(sign_in, owner, order, url, now):
    other = make_shop("other")
    theirs = make_member(other, "owner")
    foreign = make_order(other, now)
    sign_in(theirs).post(shop_url(other, "orders:record-contact", number=foreign.number), said(files=[picture()]))
    stored = StoredFile.objects.get()
    sign_in(owner).post(url, said(kept_file=[str(stored.uuid), "nonsense"]))
    assert ContactRecord.objects.get(order=order).files.count() == 0
    with pytest.raises(Invalid):
        record_contact(order.pk, who="buyer", channel="sms", at=now, said="x", files=[stored], by=owner, now=now)


def test_a_talk_before_the_order_or_in_the_future_is_refused(owner, order, now):
    for at in (order.placed_at - timedelta(seconds=1), now + timedelta(hours=1)):
        with pytest.raises(Invalid):
            record_contact(order.pk, who="buyer", channel="sms", at=at, said="x", files=[], by=owner, now=now)
    assert not ContactRecord.objects.exists()


def test_finance_may_not_write_one(sign_in, shop, url):
    assert sign_in(make_member(shop, "finance")).post(url, said()).status_code == 403
    assert not ContactRecord.objects.exists()
