"""What people paste and type."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from foundation.accounts.models import Membership, Shop, User
from foundation.lifecycle.deadlines import day_start
from foundation.lists.counting import distinct_values
from foundation.lists.fields import MoneyField
from foundation.lists.filters import period_start
from foundation.lists.search import MOST_TOKENS, Exact, Prefix, Tail, Through, condition, tokens_of
from foundation.shell.counting import capped_counts


def test_pasted_numbers_are_cut_at_blanks_and_commas_without_doubles():
    assert tokens_of(" a,b；c、d\n\te a\x00 ") == ["a", "b", "c", "d", "e"]
    assert len(tokens_of(" ".join(map(str, range(10_000))))) == MOST_TOKENS
    assert tokens_of("") == tokens_of("\x00 ,") == []
    assert len(tokens_of("x" * 5000)[0]) == 64


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tokens", "found"),
    [
        (["SHAB1234"], {"a"}), (["shab1234"], {"a"}), (["SHAB"], {"a", "b"}), (["SHA"], set()), (["%"], set()),
        (["SHAB1234", "shcd0001", "x"], {"a", "c"}), (["8000"], {"b"}), (["９９"], set()), (["SHAB_"], set()),
    ],
)  # fmt: skip
def test_one_token_is_exact_or_prefix_and_many_are_in(tokens, found):
    for code, number, phone in (("a", "SHAB1234", "1"), ("b", "SHAB9", "8000"), ("c", "SHCD0001", "2")):
        Shop.objects.create(code=code, number=number, name=code, bound_phone=phone)
    columns = [Prefix("number", upper=True), Exact("code"), Tail("bound_phone")]
    rows = Shop.objects.filter(condition(columns, tokens, "default"))
    assert set(rows.values_list("code", flat=True)) == found


@pytest.mark.django_db
@pytest.mark.parametrize(("tokens", "found"), [(["A-1"], {"a"}), (["A-1", "b"], {"a", "b"}), (["a"], {"a"}), (["-"], set())])
def test_a_number_of_another_table_is_looked_up_there_first(tokens, found):
    people = {code: User.objects.create(username=code, phone=f"{code.upper()}-1") for code in "ab"}
    for code, person in people.items():
        shop = Shop.objects.create(code=code, number=code, name=code)
        Membership.objects.create(shop=shop, user=person, role="owner")
    columns = [Exact("role"), Exact("shop__code"), Through("phone", via="user", rows=lambda _shop: User.objects.all())]
    rows = Membership.objects.filter(condition(columns, tokens, "default"))
    assert set(rows.values_list("shop__code", flat=True)) == found
    assert "accounts_user" not in str(rows.query)


@pytest.mark.django_db
def test_counts_that_differ_in_one_word_are_each_their_own(django_assert_num_queries):
    for code, count in (("a", 3), ("b'%s", 2), ("c", 1)):
        User.objects.bulk_create(User(username=f"{code}{i}", display_name=code) for i in range(count))
    rows = User.objects.filter(pk__gt=0)
    asked = [rows.filter(display_name="a"), rows, rows.filter(display_name="none"), rows.none(), rows.filter(display_name="b'%s"),
             rows.filter(pk__gt=10**9), rows.filter(display_name="a"), rows.filter(display_name="c")]  # fmt: skip
    with django_assert_num_queries(1):
        assert capped_counts(asked) == [3, 6, 0, 0, 2, 0, 3, 1]
    assert capped_counts(asked, cap=2) == [2, 2, 0, 0, 2, 0, 2, 1]
    some = [rows.filter(pk__among=[1, 2, *rows.values_list("pk", flat=True)]), rows.filter(pk__among=[0])]
    assert capped_counts([one.filter(display_name=name) for one in some for name in "ac"]) == [3, 1, 0, 0]


@pytest.mark.django_db
def test_counts_come_in_one_statement_and_stop_at_the_cap(django_assert_num_queries):
    Shop.objects.bulk_create(Shop(code=f"s{i}", number=f"n{i}", name=f"m{i}") for i in range(7))
    rows = Shop.objects.all()
    with django_assert_num_queries(1):
        assert capped_counts([rows, rows.none(), rows.filter(code="s1"), rows], cap=5) == [5, 0, 1, 5]
    assert capped_counts([]) == []


@pytest.mark.django_db
def test_distinct_values_hop_along_the_index_in_one_statement(django_assert_num_queries):
    phones = ["b", "a", "", "c%s", "a", "b"]
    Shop.objects.bulk_create(
        Shop(code=f"s{i}", number=f"n{i}", name=f"m{i}", bound_phone=phone) for i, phone in enumerate(phones)
    )
    with django_assert_num_queries(1):
        assert distinct_values(Shop.objects.filter(status="active"), "bound_phone") == ["a", "b", "c%s"]
    assert distinct_values(Shop.objects.filter(status="closed"), "bound_phone") == []


@pytest.mark.parametrize(
    ("text", "fen"), [("12", 1200), ("12.5", 1250), ("¥1,234.56", 123456), (" 0.01 ", 1), ("0", 0), ("￥3", 300)]
)
def test_yuan_become_fen(text, fen):
    assert MoneyField().clean(text) == fen


@pytest.mark.parametrize("text", ["", "1.234", "-1", "1e3", "NaN", "1_000", "１２", "٣", "1.", ".5", "1" * 11, "1\n2"])
def test_what_only_looks_like_money_is_refused(text):
    with pytest.raises(ValidationError):
        MoneyField().clean(text)


@given(st.text(max_size=30))
def test_no_text_breaks_the_money_field(text):
    class Form(forms.Form):
        amount = MoneyField(required=False)

    form = Form({"amount": text})
    assert not form.is_valid() or form.cleaned_data["amount"] is None or form.cleaned_data["amount"] >= 0
    str(form["amount"])


@pytest.mark.parametrize(
    ("today", "start"),
    [("2026-05-31", date(2026, 2, 28)), ("2026-03-15", date(2025, 12, 15)), ("2028-05-29", date(2028, 2, 29))],
)
def test_three_months_are_calendar_months(today, start):
    noon = datetime.fromisoformat(today).replace(hour=4, tzinfo=UTC)
    assert period_start("3m", noon) == day_start(start)
