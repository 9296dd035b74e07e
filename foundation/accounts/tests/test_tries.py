"""Thirty guesses at once: ten passwords are looked at, not one more (rules S17)."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.test import Client

from foundation.accounts import tries
from foundation.accounts.models import PasswordTries
from foundation.lifecycle import clock

from .factories import PASSWORD, make_user

URL = "/login/"


def at_once(count, job):
    """Run job(number) from `count` threads that start together."""
    start = threading.Barrier(count)

    def work(number):
        start.wait()
        try:
            job(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_thirty_guesses_at_once_ten_are_looked_at(monkeypatch):
    make_user("wangfang", phone="13800010001")
    looked_at, answers = [], Counter()
    genuine = ModelBackend.authenticate
    monkeypatch.setattr(
        ModelBackend, "authenticate", lambda self, *args, **kw: looked_at.append(1) or genuine(self, *args, **kw)
    )

    def guess(number):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}", raise_request_exception=False)
        name = ("wangfang", "13800010001")[number % 2]
        answers[client.post(URL, {"username": name, "password": f"wrong-pass{number}"}).status_code] += 1

    at_once(30, guess)
    assert len(looked_at) == 10
    assert set(answers) <= {422, 429} and answers[429] >= 20


@pytest.mark.django_db
def test_the_count_begins_anew_after_the_right_password_and_after_the_lock(client):
    make_user("wangfang")
    for _number in range(9):
        client.post(URL, {"username": "wangfang", "password": "wrong-pass1"}, REMOTE_ADDR=f"10.0.0.{_number}")
    assert client.post(URL, {"username": "wangfang", "password": PASSWORD}, REMOTE_ADDR="10.0.0.99").status_code == 302
    assert not PasswordTries.objects.exists()

    now = clock.now()
    assert [tries.take("wangfang", now) for _number in range(11)] == [True] * 10 + [False]
    assert not tries.take("wangfang", now + timedelta(minutes=14))  # a refused try does not prolong the lock
    assert tries.take("wangfang", now + timedelta(minutes=15))


@pytest.mark.django_db
def test_the_present_password_is_not_guessed_on_the_password_page_either(sign_in, owner):
    client = sign_in(owner)
    new = {"password": "another-pass2", "again": "another-pass2"}
    for _number in range(10):
        client.post("/account/password/", {"current": "wrong-pass1", **new})
    assert client.post("/account/password/", {"current": PASSWORD, **new}).status_code == 422


@pytest.mark.django_db
def test_nobody_reads_a_name_or_a_phone_in_the_count(client):
    client.post(URL, {"username": "13800138000", "password": "wrong-pass1"})
    assert "13800138000" not in str(PasswordTries.objects.values())


@pytest.mark.django_db
def test_the_admin_has_no_password_page_of_its_own(client):
    user = make_user("platform", is_staff=True, is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/admin/password_change/", {"old_password": PASSWORD})["Location"] == "/account/password/"
