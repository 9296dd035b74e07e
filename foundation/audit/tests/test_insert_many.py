"""Many rows at once are written as one by one would be, whatever stands in them (COPY on PostgreSQL)."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, models, transaction

from foundation.audit.models import Entry
from foundation.lifecycle.bulk import insert_many

pytestmark = pytest.mark.django_db
AWKWARD = ["", "\\N", "a\tb\nc\rd\\e", "中文 ＝1+1 “”", "\\.", "x" * 64, "null", '"q"', "%s {0}"]


class Word(models.TextChoices):
    ONE = "one", "One"


def entry(text: str, now) -> Entry:
    return Entry(
        verb=Word.ONE, subject_type="x.y", subject_id=1, actor_name=text, reason=text, at=now,
        data={"text": text, "none": None, "list": [1, text]},
    )  # fmt: skip


def test_awkward_values_come_back_as_they_were(now):
    made = insert_many([entry(text, now) for text in AWKWARD * 5])
    assert len({row.pk for row in made}) == len(made)
    for row in made:
        back = Entry.objects.get(pk=row.pk)
        assert (back.actor_name, back.reason, back.data, back.at) == (row.actor_name, row.reason, row.data, now)
        assert (back.verb, back.shop_id, row._state.adding) == ("one", None, False)


def test_a_taken_key_is_an_integrity_error_and_leaves_the_transaction_usable():
    Group.objects.create(name="g7")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many([Group(name=f"g{place}") for place in range(30)])
    assert Group.objects.filter(name__startswith="g").count() == 1
    assert insert_many([]) == []
