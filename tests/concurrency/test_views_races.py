"""Two tabs of one person: the last view there is room for, the last export; one of them gets it."""

import threading
from functools import partial

import pytest
from django.db import connection, connections

from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.jobs.models import Job
from foundation.lifecycle import clock
from foundation.lists import arranging, files, registry
from foundation.lists.models import Kind, SavedView
from foundation.lists.selection import Asked
from orders.tests.factories import make_orders

from .rounds import ROUNDS, refused, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
FEWER = max(1, ROUNDS // 10)


@pytest.fixture
def member():
    shop = make_shop()
    return Membership.objects.get(user=make_member(shop, "owner"), shop=shop)


@pytest.fixture
def unguard(monkeypatch):
    """Nobody waits for anybody: no lock, and on SQLite a transaction that begins as a reader."""

    def off(module):
        met = threading.Barrier(2, timeout=2)
        monkeypatch.setattr(module, "lock", lambda rows: met.wait())
        if connection.vendor == "sqlite":
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")

    return off


def last_view(member):
    """Two save a view at once where there is room for one."""
    SavedView.objects.all().delete()
    now, spec = clock.now(), registry.get("orders")
    SavedView.objects.bulk_create([
        SavedView(owner=member.user, shop=member.shop, list_key="orders", kind=Kind.PRIVATE, name=f"{n}", updated_at=now)
        for n in range(arranging.MOST - 1)
    ])  # fmt: skip
    save = partial(
        arranging.save_view,
        spec,
        member.shop,
        query="",
        columns=[],
        shared=False,
        pinned=False,
        membership=member,
        now=now,
    )
    return together(partial(save, name="one"), partial(save, name="two"))


def last_export(member):
    """Two ask for an export at once where one more may wait."""
    Job.objects.all().delete()
    now, spec = clock.now(), registry.get("orders")

    def ask(text):
        asked = Asked("all", (), text)
        wanted = files.Wanted(spec, asked, asked.query(spec, member.shop, clock.now(), member.user), "csv")
        return files.start(wanted, shop=member.shop, by=member.user, now=now)

    for _ in range(files.MOST_UNFINISHED - 1):
        Job.objects.create(shop=member.shop, kind=files.KIND, by=member.user, created_at=now)
    return together(partial(ask, "sort=paid"), partial(ask, "sort=placed"))


RACES = [
    (arranging, last_view, lambda: SavedView.objects.count() - arranging.MOST),
    (files, last_export, lambda: Job.objects.filter(kind=files.KIND).count() - files.MOST_UNFINISHED),
]


@pytest.mark.parametrize(("module", "race", "too_many"), RACES, ids=["views", "exports"])
def test_without_the_lock_both_take_the_last_place(member, unguard, module, race, too_many):
    unguard(module)
    for _ in range(100):
        if too_many_or_broken(race(member), too_many):
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def too_many_or_broken(outcomes, too_many):
    """On SQLite a reader who writes behind another's back is thrown out with “database is locked”."""
    return too_many() > 0 or any("locked" in str(one) for one in refused(outcomes))


@pytest.mark.parametrize(("module", "race", "too_many"), RACES, ids=["views", "exports"])
def test_the_last_place_goes_to_one(member, module, race, too_many):
    make_orders(member.shop, 2, clock.now())
    for _ in range(FEWER):
        outcomes = race(member)
        assert [type(one).__name__ for one in refused(outcomes)] == ["Blocked"]
        assert too_many() == 0
