"""What COPY, arrays and one UPDATE write is what was given, whatever it looks like to COPY's or an array's grammar."""

import pytest
from django.db import DatabaseError, transaction
from django.db.models import TextChoices

from foundation.audit.models import Entry
from foundation.catalog.models import Product, Sku
from foundation.lifecycle.bulk import insert_many, maker, update_many

pytestmark = pytest.mark.django_db

HOSTILE = [
    "\\N", "\\.", "\\", "\\t", "a\tb", "a\nb", "a\r\nb", "\r", '"', "'", "NULL", "null", "{}", '{"a",b}', "a,b", "",
    " ", "%s", "%", "$1", "😀𠮷", "\u202eabc", "\ufeff", "\x7f\x01", "`", "a\\\nb", "\u2028", "é́", "(1)", "\\x41",
]  # fmt: skip


class Word(TextChoices):
    ONE = "one"


@pytest.fixture
def skus(shop, now):
    product = Product.objects.create(shop=shop, code="P", title="P", created_at=now)
    make = maker(Sku)
    rows = [make(product_id=product.pk, code=f"S{n}", price_minor=n, name=word) for n, word in enumerate(HOSTILE)]
    return insert_many(rows)


def names():
    return list(Sku.objects.order_by("pk").values_list("name", flat=True))


def test_text_comes_back_as_it_was_given(skus):
    assert len(HOSTILE) >= 20  # or it would not be COPY
    assert names() == HOSTILE


def test_json_comes_back_as_it_was_given(now):
    make = maker(Entry)
    given = [{word or "k": [word, None, 1, {"x": word}]} for word in HOSTILE]
    rows = insert_many([make(verb="x", subject_type="x", subject_id=1, data=data, reason=word, at=now)
                        for data, word in zip(given, HOSTILE, strict=True)])  # fmt: skip
    found = Entry.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    assert [(row.data, row.reason) for row in found] == list(zip(given, HOSTILE, strict=True))


def test_an_update_of_many_writes_text_as_it_was_given(skus):
    turned = list(reversed(HOSTILE))
    update_many(Sku, {sku.pk: (word,) for sku, word in zip(skus, turned, strict=True)}, ("name",))
    assert names() == turned


def test_words_of_a_choice_and_plain_words_stand_in_one_update(skus):
    update_many(Sku, {skus[0].pk: (Word.ONE,), skus[1].pk: ("two",)}, ("name",))
    assert names()[:2] == ["one", "two"]
    update_many(Sku, {skus[0].pk: ("three",), skus[1].pk: (Word.ONE,)}, ("name",))
    assert names()[:2] == ["three", "one"]


def test_nothing_and_something_stand_in_one_update(now, shop):
    products = [Product.objects.create(shop=shop, code=f"P{n}", title="P", created_at=now) for n in range(3)]
    off = {"listed": False, "delisted_at": now}
    update_many(Product, {products[0].pk: (None,), products[1].pk: (now,)}, ("delisted_until",), also=off)
    update_many(Product, {products[2].pk: (None,)}, ("delisted_until",), also=off)
    assert list(Product.objects.order_by("pk").values_list("delisted_until", flat=True)) == [None, now, None]


def test_among_finds_text_as_it_was_given(skus):
    for word in HOSTILE:
        assert Sku.objects.filter(name__among=[word, "not there"]).count() == 1, repr(word)
    assert Sku.objects.filter(name__among=HOSTILE).count() == len(HOSTILE)
    assert Sku.objects.filter(name__among=[Word.ONE, *HOSTILE]).count() == len(HOSTILE)


def test_among_nothing_is_nothing_and_without_it_all(skus):
    assert Sku.objects.filter(pk__among=[]).count() == 0
    assert Sku.objects.filter(name__among=()).update(stock=1) == 0
    assert Sku.objects.exclude(pk__among=[]).count() == len(HOSTILE)


def test_among_is_not_emptied_by_a_none(skus):
    assert Sku.objects.filter(pk__among=[skus[0].pk, None]).count() == 1
    assert Sku.objects.exclude(pk__among=[skus[0].pk, None]).count() == len(HOSTILE) - 1


def test_a_nul_is_refused_and_takes_only_its_own_transaction(skus):
    make = maker(Sku)
    rows = [make(product_id=skus[0].product_id, code=f"N{n}", name="a\x00b" if n == 15 else "") for n in range(30)]
    try:
        with transaction.atomic():
            insert_many(rows)
    except (DatabaseError, ValueError):
        pass
    assert names()[: len(HOSTILE)] == HOSTILE
