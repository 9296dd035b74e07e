"""Screenshots put to a parcel."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.accounts.tests.factories import make_shop
from foundation.files.models import StoredFile, UploadPolicy
from foundation.lifecycle.errors import Invalid
from logistics.models import Attachment
from logistics.services.attachments import attach
from logistics.tests.factories import make_parcel, photo

pytestmark = pytest.mark.django_db


def test_who_attached_it_stands_beside_it(shop, owner, sign_in, now):
    parcel = make_parcel(shop, now)
    client = sign_in(owner)
    url = f"/s/{shop.code}/shipping/parcels/{parcel.number}/"
    answer = client.post(f"{url}attach/", {"files": [photo(), photo((1, 2, 3), "b.jpg")], "caption": "和快递员的聊天"})
    assert answer.status_code == 302
    assert Attachment.objects.filter(parcel=parcel, by=owner, caption="和快递员的聊天").count() == 2
    page = client.get(url).content.decode()
    assert "和快递员的聊天" in page and str(owner) in page
    stored = Attachment.objects.first().file
    assert client.get(f"/s/{shop.code}/files/{stored.uuid}/").status_code == 200
    assert stored.order_id == parcel.order_id


def test_one_bad_picture_and_nothing_is_kept(shop, owner, now):
    parcel = make_parcel(shop, now)
    bad = SimpleUploadedFile("x.jpg", b"no picture", content_type="image/jpeg")
    with pytest.raises(Invalid):
        attach(parcel.pk, [photo(), bad], by=owner, now=now)
    assert not Attachment.objects.exists() and not StoredFile.objects.exists()


def test_the_limits_are_those_of_the_upload_rule(shop, owner, now):
    UploadPolicy.objects.create(
        effective_from=now, name_zh="小", name_en="small", files_per_case=9, files_per_order=2, files_per_upload=2,
        shop_day_bytes=10**9,
    )  # fmt: skip
    parcel = make_parcel(shop, now)
    with pytest.raises(Invalid):
        attach(parcel.pk, [photo(), photo(), photo()], by=owner, now=now)
    attach(parcel.pk, [photo(), photo((9, 9, 9))], by=owner, now=now)
    with pytest.raises(Invalid) as refused:
        attach(parcel.pk, [photo((8, 8, 8))], by=owner, now=now)
    assert refused.value.code == "room" and StoredFile.objects.count() == 2


def test_nothing_chosen_is_said_beside_the_field(shop, owner, sign_in, now):
    parcel = make_parcel(shop, now)
    answer = sign_in(owner).post(f"/s/{shop.code}/shipping/parcels/{parcel.number}/attach/", {"caption": "空"})
    assert answer.status_code == 422 and "空" in answer.content.decode()


def test_another_shops_parcel_takes_nothing(shop, owner, sign_in, now):
    parcel = make_parcel(make_shop("other"), now)
    answer = sign_in(owner).post(f"/s/{shop.code}/shipping/parcels/{parcel.number}/attach/", {"files": [photo()]})
    assert answer.status_code == 404 and not StoredFile.objects.exists()
