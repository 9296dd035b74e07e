"""Law 3: a chunk a transaction, halved down to the poisoned row, which is parked."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import Group
from django.db import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.jobs.chunks import in_chunks
from foundation.lifecycle.errors import Blocked

pytestmark = pytest.mark.django_db


class Verb:
    """Writes a group per pk and refuses the poisoned ones, after having written: only a rollback hides it."""

    def __init__(self, poisoned=()):
        self.poisoned = set(poisoned)
        self.calls = []

    def __call__(self, pks):
        self.calls.append(list(pks))
        for pk in pks:
            Group.objects.create(name=f"row {pk}")
        if self.poisoned & set(pks):
            raise Blocked("poisoned")


def written():
    return {int(name.removeprefix("row ")) for name in Group.objects.filter(name__startswith="row ").values_list("name", flat=True)}


def test_it_takes_chunks_in_order():
    verb = Verb()
    result = in_chunks(range(5), verb, park=None, size=2)
    assert verb.calls == [[0, 1], [2, 3], [4]]
    assert (result.done, result.parked) == (5, [])


def test_it_parks_only_the_poisoned_row_with_its_sentence():
    parked = []
    result = in_chunks(range(8), Verb({5}), park=lambda pk, reason: parked.append((pk, reason)), size=8)
    assert parked == [(5, "poisoned")]
    assert [(one.pk, one.reason) for one in result.parked] == parked
    assert result.done == 7
    assert written() == set(range(8)) - {5}


def test_it_names_the_kind_of_an_unexpected_error():
    def verb(pks):
        raise ZeroDivisionError("by nought")

    parked = []
    in_chunks([7], verb, park=lambda pk, reason: parked.append(reason))
    assert parked == ["ZeroDivisionError: by nought"]


def test_it_raises_what_is_the_databases_own_trouble_and_parks_nothing():
    def verb(pks):
        raise OperationalError("server closed the connection")

    parked = []
    with pytest.raises(OperationalError):
        in_chunks([1, 2], verb, park=lambda pk, reason: parked.append(pk))
    assert parked == []


def test_it_blames_no_row_for_a_task_whose_time_is_up():
    def verb(pks):
        raise SoftTimeLimitExceeded()

    parked = []
    with pytest.raises(SoftTimeLimitExceeded):
        in_chunks([1], verb, park=lambda pk, reason: parked.append(pk))
    assert parked == []


def test_it_goes_on_when_a_row_can_not_even_be_parked():
    def park(pk, reason):
        raise ValueError("no column for it")

    assert in_chunks([1, 2], Verb({1}), park=park).done == 1
    assert written() == {2}


def test_it_counts_what_the_verb_says_it_did():
    assert in_chunks([1, 2, 3], lambda pks: 1, park=None).done == 1
    assert in_chunks([1, 2, 3], lambda pks: ["x", "y"], park=None).done == 2


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 30), poisoned=st.sets(st.integers(0, 29), max_size=6), size=st.integers(1, 12))
def test_a_chunk_of_n_equals_n_chunks_of_one(count, poisoned, size):
    Group.objects.all().delete()
    result = in_chunks(range(count), Verb(poisoned), park=lambda pk, reason: None, size=size)
    hit = sorted(pk for pk in poisoned if pk < count)
    assert written() == set(range(count)) - set(hit)
    assert [one.pk for one in result.parked] == hit
    assert result.done == count - len(hit)
