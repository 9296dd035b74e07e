"""The nightly sweep takes what is over and leaves what is in use."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from foundation.accounts.models import SignIn
from foundation.entry.sweeping import sweep

pytestmark = pytest.mark.django_db


def test_what_is_in_use_stays(sign_in, owner, now):
    client = sign_in(owner)
    sweep(now)
    assert client.get("/account/sessions/").status_code == 200


def test_what_is_over_goes_once(sign_in, owner, now, client):
    sign_in(owner)
    client.post("/login/", {"username": "nobody", "password": "wrong-pass1"})
    later = now + timedelta(days=91)
    assert sweep(later)["sessions"] >= 1
    assert not Session.objects.exists() and not SignIn.objects.exists() and not AccessAttempt.objects.exists()
    assert set(sweep(later).values()) == {0}
