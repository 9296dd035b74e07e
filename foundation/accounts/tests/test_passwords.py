"""The password rule of rules §1 and changing one (rules S14, S23)."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from foundation.audit.models import Entry

from .factories import PASSWORD, make_member, make_shop, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("password", ["kiln-42-otter", "k1ln otter", "河边walk7岸上见面", "x1!@#$%^&*()_+-=[]", "a1b2c3d4e5f6g7h8i9j0"])
def test_these_are_taken(password):
    validate_password(password, make_user("wangfang"))


@pytest.mark.parametrize(
    "password",
    ["kiln-4x", "kiln-42-otter-tail-xy", "kilnotterx", "4815162342", "kiln１２otter", "ｋｉｌｎ12345", "kilnⅣotter", "password1",
     "xwangfang12", "13800010001a", "青禾家纺店abc1"],
)
def test_these_are_refused(password):
    user = make_member(make_shop("qinghe", "青禾家纺店"), "owner", "wangfang")
    user.phone = "13800010001"
    with pytest.raises(ValidationError):
        validate_password(password, user)


def test_the_page_asks_for_the_present_password(sign_in, owner):
    client = sign_in(owner)
    new = {"password": "kiln-42-otter", "again": "kiln-42-otter"}
    response = client.post("/account/password/", {"current": "wrong-pass1", **new})
    assert response.status_code == 422
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(sign_in, owner):
    here, elsewhere = sign_in(owner), sign_in(owner)
    before = here.session.session_key
    answer = here.post(
        "/account/password/", {"current": PASSWORD, "password": "kiln-42-otter", "again": "kiln-42-otter"}
    )
    assert answer.status_code == 302
    assert here.get("/account/sessions/").status_code == 200
    assert here.session.session_key != before
    assert elsewhere.get("/account/sessions/").status_code == 302
    assert Entry.objects.filter(verb="accounts.password_changed", subject_id=owner.pk).count() == 1


def test_nothing_is_trimmed_off_a_new_password(sign_in, owner):
    sign_in(owner).post("/account/password/", {"current": PASSWORD, "password": " kiln-42 ", "again": " kiln-42 "})
    owner.refresh_from_db()
    assert owner.check_password(" kiln-42 ")
